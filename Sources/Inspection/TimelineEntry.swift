import Text
import Store
import Redis
import CRM

/// One member of a timeline, as it was seen.
struct TimelineEntry {
    /// The names that an entry begins with, in this order; others may follow.
    static let names = ["id", "contact_id", "type", "description", "timestamp", "event_id", "data", "session"]

    let contact: String
    let member: String
    let score: String

    private var key: String { Keys.activity(contact) }

    /// What is wrong with it; without a clock, times in the future are not.
    func findings(_ clock: CheckClock? = nil) -> [Finding] {
        var member = member
        return member.withUTF8 { bytes in
            guard !bytes.contains(UInt8(ascii: "\n")), let root = try? JSONDocument.parse(bytes).root,
                root.kind == .object
            else {
                return [
                    .repair(
                        .timeline, key, "\(excerpt) is not one line of JSON", "takes the entry out",
                        ["ZREM", key, self.member])
                ]
            }
            if let problem = problem(of: root) {
                return [.person(.timeline, key, "\(excerpt) \(problem)", Self.todo)]
            }
            return misplaced(root, clock)
        }
    }

    private static let todo = "correct the entry, or take it out with ZREM"

    private func problem(of root: JSONValue) -> String? {
        var members = root.members
        var values: [JSONValue] = []
        for name in Self.names {
            guard let member = members.next(), member.name == name else { return "lacks \(name) at its place" }
            values.append(member.value)
        }
        for (name, value) in zip(Self.names, values) {
            let right: JSONValue.Kind = name == "data" || name == "session" ? .object : .string
            if value.kind != right { return "has no \(right) as its \(name)" }
        }
        if values[1].string != contact { return "is about another contact" }
        if values[2].string.map(ActivityType.isKnown) != true { return "has a type that is none" }
        if StoredValue.time(values[4].string)?.isExact != true { return "has a timestamp that is none" }
        return nil
    }

    private func misplaced(_ root: JSONValue, _ clock: CheckClock?) -> [Finding] {
        if let clock, let text = root.member("timestamp")?.string, let finding = futureFinding(text, clock) {
            return [finding]
        }
        guard let time = StoredValue.time(root.member("timestamp")?.string)?.value, score != String(time.milliseconds)
        else { return [] }
        return [
            .repair(
                .timeline, key, "\(excerpt) does not stand at its own time", "puts it there",
                ["ZADD", key, String(time.milliseconds), member])
        ]
    }

    /// Enough of it to find it again.
    var excerpt: String { member.count > 60 ? member.prefix(60) + "…" : member }

    /// A timeline: its contact, its length and, page by page, its entries.
    static func question(_ contact: String, _ context: CheckContext) -> Question {
        let limit = context.retention.timelineLimit
        let key = Keys.activity(contact)
        return Question(
            [["ZCARD", key], ["EXISTS", Keys.contact(contact)], Scan.first(key, "ZSCAN")],
            judge: { replies in
                guard let length = replies[0].integer else { return [.wrongType(key)] }
                if length == 0 { return [] }
                if !replies[1].isOne { return [.orphan(key, of: contact)] }
                if length <= limit { return [] }
                return [
                    .person(
                        .timelineLength, key, "has \(length) entries, more than TIMELINE_LIMIT, which is \(limit)",
                        "nothing: the contact's next event cuts it. Does the service have this limit too?")
                ]
            },
            follow: { replies in
                guard replies[1].isOne else { return [] }
                return page(key, contact, replies[2], context)
            })
    }

    private static func page(
        _ key: String, _ contact: String, _ reply: RedisReply, _ context: CheckContext
    ) -> [Question] {
        let (next, members) = Scan.read(reply, hasScores: true)
        context.countedActivities(members.count)
        let more = next.map { cursor in
            Question(
                [Scan.page(key, "ZSCAN", cursor)], judge: { _ in [] }, follow: { page(key, contact, $0[0], context) })
        }
        // An entry is whole in itself: most need no look of their own.
        let suspects = members.filter { entry in
            !TimelineEntry(contact: contact, member: entry.member, score: entry.score).findings(context.clock).isEmpty
        }
        return [more].compactMap(\.self) + suspects.map { question(about: $0.member, in: key, contact, context.clock) }
    }

    /// One entry that looked wrong.
    private static func question(
        about member: String, in key: String, _ contact: String, _ clock: CheckClock
    ) -> Question {
        Question(
            [["ZSCORE", key, member]],
            judge: { replies in
                guard let score = replies[0].text else { return [] }
                return TimelineEntry(contact: contact, member: member, score: score).findings(clock)
            })
    }
}
