import Store
import Redis
import CRM

/// What a check needs to know besides the database.
struct CheckContext {
    let retention: Retention
    let clock: CheckClock
    /// Told how many entries of timelines were looked at.
    let countedActivities: (Int) -> Void
}

extension KeyPlace {
    /// What to ask about a key of this place.
    func question(_ key: String, _ context: CheckContext) -> Question {
        switch self {
        case .contact(let id): ContactFacts.question(id, context.clock)
        case .task(let id): TaskFacts.question(id, context.clock)
        case .funnel(let id): FunnelFacts.question(id, context.clock)
        case .timeline(let id):
            TimelineEntry.question(id, context)
        case .email(let email): Names.email(key, email)
        case .customer(let customer): Names.customer(key, customer)
        case .customers(let id):
            Lists.ofContact(key, id, scan: "SSCAN") { Names.attached(key, $0, id) }
        case .tasksOfContact(let id): Lists.ofContact(key, id, scan: "ZSCAN") { Lists.task($0, in: key, of: id) }
        case .emails(let id): Lists.ofContact(key, id, size: "SCARD")
        case .vehicles(let id): Lists.ofContact(key, id, size: "ZCARD")
        case .bookings(let id): Lists.ofContact(key, id, size: "SCARD")
        case .settled(let id): Lists.settled(key, id, context.clock)
        case .backlogs: Expiring.ranking(key, seconds: 60)
        case .contactList: Lists.ofAll(key) { Keys.contact($0) }
        case .taskList: Lists.ofAll(key) { Keys.task($0) }
        case .event: Expiring.text(key, seconds: context.retention.dedupeSeconds)
        case .tombstone: Expiring.text(key, seconds: Int64(Store.erasureSeconds))
        case .ranking: Expiring.ranking(key, seconds: context.retention.statsSeconds)
        case .erasuresOpen: Lists.openErasures(key)
        case .erasing(let id): Lists.erasing(key, id, size: "ZCARD")
        case .erasingNames(let id): Lists.erasing(key, id, size: "SCARD")
        case .receipt: Expiring.hash(key, seconds: Int64(Store.erasureSeconds))
        case .retention: Question([["HLEN", key]], judge: { $0[0].isError ? [.wrongType(key)] : [] })
        case .named: Expiring.hash(key, seconds: context.retention.statsSeconds)
        case .day: Expiring.numbers(key, seconds: context.retention.statsSeconds, haveSum: true)
        case .moves: Expiring.numbers(key, seconds: context.retention.statsSeconds, haveSum: false)
        case .meta: Self.meta(key)
        case .strange: Self.strange(key)
        }
    }

    private static func meta(_ key: String) -> Question {
        Question(
            [["HMGET", key, "database", "schema"]],
            judge: { replies in
                guard let fields = replies[0].array else {
                    return [.person(.wrongType, key, "is not a hash", "delete it: a receiver makes it anew")]
                }
                guard case .other(let schema) = Layout(fields.last?.text) else { return [] }
                return [
                    .repair(
                        .layout, key, "schema is '\(schema)', which is no layout of this version or a newer one",
                        "writes \(Keys.schema)", ["HSET", key, "schema", Keys.schema])
                ]
            })
    }

    private static func strange(_ key: String) -> Question {
        Question(
            [["EXISTS", key]],
            judge: { replies in
                // A name that is no UTF-8 cannot be asked for again.
                guard replies[0].isOne || key.unicodeScalars.contains("\u{FFFD}") else { return [] }
                return [
                    .person(
                        .strangeKey, key, "is no name of the CRM's",
                        "rename or delete it, unless a newer version made it: record prefixes hold records only")
                ]
            })
    }
}

/// Keys that end by themselves.
enum Expiring {
    private static func expiry(_ key: String, _ ttl: RedisReply, _ seconds: Int64) -> [Finding] {
        ttl == .integer(-1) ? [.endless(key, seconds: seconds)] : []
    }

    static func text(_ key: String, seconds: Int64) -> Question {
        Question(
            [["GET", key], ["TTL", key]],
            judge: { $0[0].isError ? [.wrongType(key)] : expiry(key, $0[1], seconds) })
    }

    static func hash(_ key: String, seconds: Int64) -> Question {
        Question(
            [["HLEN", key], ["TTL", key]],
            judge: { $0[0].isError ? [.wrongType(key)] : expiry(key, $0[1], seconds) })
    }

    static func ranking(_ key: String, seconds: Int64) -> Question {
        Question(
            [["ZCARD", key], ["TTL", key]],
            judge: { $0[0].isError ? [.wrongType(key)] : expiry(key, $0[1], seconds) })
    }

    /// A hash of whole numbers; where it has a sum, `events` is that of all `events:…`.
    static func numbers(_ key: String, seconds: Int64, haveSum: Bool) -> Question {
        Question(
            [["HGETALL", key], ["TTL", key]],
            judge: { replies in
                guard let fields = replies[0].fields else { return [.wrongType(key)] }
                return expiry(key, replies[1], seconds) + wrong(key, fields, haveSum)
            })
    }

    static func wrong(_ key: String, _ fields: [String: String], _ haveSum: Bool) -> [Finding] {
        let kinds = fields.filter { $0.key.hasPrefix("events:") }
        let counts = kinds.values.compactMap { StoredValue.count($0) }
        let sum = counts.count == kinds.count ? counts.reduce(0, +) : nil
        let wrong = fields.filter { StoredValue.count($0.value) == nil }.sorted { $0.key < $1.key }.map { field in
            let problem = "\(field.key) is \(field.value), not a whole number"
            if haveSum, field.key == "events", let sum {
                return Finding.repair(
                    .statistics, key, problem, "writes \(sum), the sum of all types",
                    ["HSET", key, "events", String(sum)])
            }
            return Finding.person(
                .statistics, key, problem,
                "write the number; until then events of that day that count there are refused")
        }
        guard haveSum, wrong.isEmpty, let sum, let all = StoredValue.count(fields["events"] ?? "0"), all != sum else {
            return wrong
        }
        return [
            .person(
                .statistics, key, "events is \(all), and its types add up to \(sum)", "write what is right, or leave it"
            )
        ]
    }
}
