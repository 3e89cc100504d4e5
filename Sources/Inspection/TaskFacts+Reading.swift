import Store
import Redis
import CRM

extension TaskFacts {
    /// Everything about one task, in three looks: the hash, the lists, and the task that is noted in its place.
    static func question(_ id: String, _ clock: CheckClock) -> Question {
        let key = Keys.task(id)
        return Question(
            reads: { replies in
                guard let hash = replies.first else { return [["HGETALL", key]] }
                guard let fields = hash.fields, !fields.isEmpty else { return [] }
                let lists = lists(id, fields)
                if replies.count == 1 { return lists }
                guard replies.count == 1 + lists.count, let other = noted(replies[2], otherThan: id) else { return [] }
                return [["HMGET", Keys.task(other), "status", "contact_id", "type", "booking"]]
            },
            judge: { replies in
                guard let hash = replies.first, !hash.isError else { return [.wrongType(key)] }
                return TaskFacts(id, replies).map { $0.findings + $0.futureFindings(clock) } ?? []
            })
    }

    private static func lists(_ id: String, _ fields: [String: String]) -> [[String]] {
        let contact = fields["contact_id"] ?? ""
        let field = noteField(fields["type"] ?? "", fields["booking"] ?? "")
        let lists =
            [Keys.tasks(of: contact), Keys.tasksOpen, Keys.tasksUnheard]
            + TaskStatus.closed.map { Keys.tasksClosed($0.rawValue) }
            + TaskType.priorities.map { Keys.tasksOpen(priority: $0) }
        return [["EXISTS", Keys.contact(contact)], ["HGET", Keys.funnel(contact), field]]
            + lists.map { ["ZSCORE", $0, id] }
    }

    /// The task that a note names, unless it is this one.
    private static func noted(_ note: RedisReply, otherThan id: String) -> String? {
        guard let other = note.text?.prefix(while: { $0 != " " }), other != id else { return nil }
        return String(other)
    }

    private init?(_ id: String, _ replies: [RedisReply]) {
        let closedEnd = 6 + TaskStatus.closed.count
        let listed = closedEnd + TaskType.priorities.count
        guard replies.count >= listed, let fields = replies[0].fields, !fields.isEmpty else { return nil }
        self.id = id
        self.fields = fields
        contactExists = replies[1].isOne
        ofContact = Standing(replies[3])
        open = Standing(replies[4])
        unheard = Standing(replies[5])
        closed = replies[6..<closedEnd].map(Standing.init)
        openBy = replies[closedEnd..<listed].map(Standing.init)
        if replies[2].isError { return }
        guard let text = replies[2].text else {
            note = .nothing
            return
        }
        let other = replies.count > listed ? (replies[listed].array ?? []).map(\.text) : []
        let expected = [TaskStatus.open.rawValue, fields["contact_id"], fields["type"], fields["booking"]]
        note = .text(text, isOpenOther: other == expected)
    }
}
