import Store
import CRM

/// What is noted of a contact's bookings: moments, and which tasks are open.
struct FunnelFacts {
    /// What is known of a task that is noted as open.
    struct Noted: Equatable {
        /// Whether there is such a task, and what it says of itself.
        var status: String?
        var contact: String?
        var type: String?
        var booking: String?
        var created: String?
    }

    let contact: String
    var contactExists = true
    var fields: [String: String]
    /// What the notes name, in the order of ``noteFields``.
    var noted: [Noted] = []

    private var key: String { Keys.funnel(contact) }

    /// The fields that note an open task, in order.
    static func noteFields(_ fields: [String: String]) -> [String] {
        fields.keys.filter { $0.hasPrefix("task:") }.sorted()
    }

    /// The moments that are kept besides the last step, which belongs to the contact's booking in progress.
    static let moments = [FunnelChange.Moment.completed, .closed, .paid].map(\.rawValue)

    /// The latest moment among the facts that are known of bookings.
    private static let settledAt = "settled_at"
    /// Later than any fact: none is overlooked because of it.
    private static let endOfTime = "999999999999999"

    private var latestFact: [Finding] {
        guard let text = fields[Self.settledAt], StoredValue.count(text) == nil else { return [] }
        return [
            .repair(
                .funnel, key, "\(Self.settledAt) is \(text), not a time in milliseconds",
                "has every fact looked up", ["HSET", key, Self.settledAt, Self.endOfTime])
        ]
    }

    /// Everything that is wrong with it.
    var findings: [Finding] {
        if !contactExists { return [.orphan(key, of: contact)] }
        let moments = Self.moments.compactMap { name -> Finding? in
            guard let text = fields[name], StoredValue.count(text) == nil else { return nil }
            return .repair(
                .funnel, key, "\(name) is \(text), not a time in milliseconds", "forgets it", ["HDEL", key, name])
        }
        return moments + latestFact + zip(Self.noteFields(fields), noted).flatMap(note)
    }

    private func note(_ field: String, _ task: Noted) -> [Finding] {
        let text = fields[field] ?? ""
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        let isOpen =
            task.status == TaskStatus.open.rawValue && task.contact == contact
            && field == TaskFacts.noteField(task.type ?? "", task.booking ?? "")
        guard isOpen, words.count == 2 else {
            return [
                .repair(
                    .funnel, key, "\(field) names \(words.first ?? ""), and no such task is open", "deletes the note",
                    ["HDEL", key, field])
            ]
        }
        guard StoredValue.count(String(words[1])) == nil, let created = StoredValue.time(task.created)?.value else {
            return []
        }
        return [
            .repair(
                .funnel, key, "\(field) has no time in milliseconds", "writes when the task was created",
                ["HSET", key, field, "\(words[0]) \(created.milliseconds)"])
        ]
    }

    /// Everything about one funnel, in two looks.
    static func question(_ contact: String, _ clock: CheckClock) -> Question {
        let key = Keys.funnel(contact)
        let first = [["HGETALL", key], ["EXISTS", Keys.contact(contact)]]
        return Question(
            reads: { replies in
                if replies.isEmpty { return first }
                guard replies.count == first.count, let fields = replies[0].fields else { return [] }
                return noteFields(fields).map { field in
                    let task = fields[field]?.prefix { $0 != " " } ?? ""
                    return ["HMGET", Keys.task(String(task)), "status", "contact_id", "type", "booking", "created_at"]
                }
            },
            judge: { replies in
                guard replies.count >= first.count else { return [] }
                guard let fields = replies[0].fields else { return [.wrongType(key)] }
                if fields.isEmpty { return [] }
                var facts = FunnelFacts(contact: contact, contactExists: replies[1].isOne, fields: fields)
                facts.noted = replies[first.count...].map { reply in
                    let values = (reply.array ?? []).map(\.text)
                    guard values.count == 5 else { return Noted() }
                    return Noted(
                        status: values[0], contact: values[1], type: values[2], booking: values[3], created: values[4])
                }
                return facts.findings + facts.futureFindings(clock)
            })
    }
}
