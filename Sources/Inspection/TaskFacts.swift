import Store
import CRM

/// One task as it was seen: its hash, and where it stands in every list.
struct TaskFacts {
    let id: String
    var fields: [String: String]
    var contactExists = true
    var ofContact = Standing.absent
    var open = Standing.absent
    /// In the order of ``TaskType/priorities``.
    var openBy: [Standing]
    /// In the order of ``TaskStatus/closed``.
    var closed: [Standing]
    var unheard = Standing.absent
    /// What the funnel of the contact notes as the open task of this kind about this booking; `nil` where its key holds
    /// another type.
    var note: Note?

    /// Which task is noted as the open one.
    enum Note: Equatable {
        case nothing
        /// The noted text, and whether it names a task of the same kind and booking that is open.
        case text(String, isOpenOther: Bool)
    }

    private var key: String { Keys.task(id) }
    private var contact: String { fields["contact_id"] ?? "" }
    private var type: TaskType? { fields["type"].flatMap(TaskType.init) }
    private var status: TaskStatus? { fields["status"].flatMap(TaskStatus.init) }

    /// The field of the funnel that notes the open task.
    static func noteField(_ type: String, _ booking: String) -> String { "task:\(type):\(booking)" }

    /// Everything that is wrong with it.
    var findings: [Finding] {
        if fields["contact_id"] != nil, !contactExists { return [orphan] }
        return fieldFindings + timeFindings + places + unheardFindings + notes
    }

    private func set(_ name: String, _ value: String) -> [String] { ["HSET", key, name, value] }

    private var orphan: Finding {
        let lists = KeyPlace.taskLists.sorted() + [Keys.tasks(of: contact)]
        let known = zip(lists, lists.map(standing)).filter { $1.isMember }.map { ["ZREM", $0.0, id] }
        return Finding(
            kind: .orphan, key: key, problem: "there is no contact \(contact)",
            remedy: .repair("deletes the task", [["UNLINK", key]] + known))
    }

    private func standing(_ list: String) -> Standing {
        for (priority, standing) in zip(TaskType.priorities, openBy) where list == Keys.tasksOpen(priority: priority) {
            return standing
        }
        for (status, standing) in zip(TaskStatus.closed, closed) where list == Keys.tasksClosed(status.rawValue) {
            return standing
        }
        switch list {
        case Keys.tasksOpen: return open
        case Keys.tasksUnheard: return unheard
        default: return ofContact
        }
    }

    // MARK: Fields

    private var fieldFindings: [Finding] {
        var found: [Finding] = []
        func missing(_ name: String, _ right: String?) {
            let problem = "\(name) is \(fields[name] ?? "missing")"
            if let right {
                found.append(.repair(.taskField, key, problem, "writes \(right)", set(name, right)))
            } else {
                found.append(.person(.taskField, key, problem, "write \(name), or cancel the task"))
            }
        }
        if fields["id"] != id { missing("id", id) }
        for name in ["contact_id", "description", "event_id", "booking"] where fields[name] == nil {
            missing(name, nil)
        }
        if type == nil { missing("type", nil) }
        if fields["title"] == nil { missing("title", type?.title) }
        if !TaskType.priorities.contains(fields["priority"] ?? "") { missing("priority", type?.priority) }
        if status == nil {
            let lists =
                (open.isMember ? [TaskStatus.open] : [])
                + zip(TaskStatus.closed, closed).filter { $1.isMember }.map(\.0)
            missing("status", lists.count == 1 ? lists[0].rawValue : nil)
        }
        if status == .done || status == .cancelled, fields["closed_reason"] == nil { missing("closed_reason", nil) }
        if status == .open, fields["closed_at"] != nil || fields["closed_reason"] != nil {
            found.append(
                .repair(
                    .taskField, key, "is open, and has a time or a reason of its closing", "deletes them",
                    ["HDEL", key, "closed_at", "closed_reason", "closed_by"]))
        }
        return found
    }

    private var timeFindings: [Finding] {
        let created = StoredValue.time(fields["created_at"])
        let due = StoredValue.time(fields["due_at"])
        let span = type?.dueAfter
        func moment(_ standing: Standing) -> Timestamp? { standing.score.flatMap { Timestamp(milliseconds: $0) } }
        func fromDue() -> Timestamp? { due.flatMap { due in span.map { due.value.adding(milliseconds: -$0) } } }
        func fromCreated() -> Timestamp? {
            created.flatMap { time in span.map { time.value.adding(milliseconds: $0) } }
        }
        var found = time("created_at", created, moment(ofContact) ?? fromDue())
        found += time("due_at", due, moment(open) ?? fromCreated())
        if let status, let index = TaskStatus.closed.firstIndex(of: status) {
            found += time("closed_at", StoredValue.time(fields["closed_at"]), moment(closed[index]))
        }
        return found
    }

    private func time(_ name: String, _ read: (value: Timestamp, isExact: Bool)?, _ known: Timestamp?) -> [Finding] {
        if read?.isExact == true { return [] }
        let problem = "\(name) is \(fields[name] ?? "missing"), not a time such as \(Timestamp.earliest)"
        guard let right = read?.value ?? known else {
            return [.person(.taskField, key, problem, "write the time, or cancel the task")]
        }
        return [.repair(.taskField, key, problem, "writes \(right)", set(name, right.iso8601))]
    }

    // MARK: Lists

    /// Where it has to stand, and at which score; `nil` where that cannot be told yet.
    private var rightPlaces: [(list: String, score: Int64)]? {
        guard let status, let created = StoredValue.time(fields["created_at"])?.value else { return nil }
        let own = (list: Keys.tasks(of: contact), score: created.milliseconds)
        if status == .open {
            guard let due = StoredValue.time(fields["due_at"])?.value, let priority = fields["priority"],
                TaskType.priorities.contains(priority)
            else { return nil }
            return [own, (Keys.tasksOpen, due.milliseconds), (Keys.tasksOpen(priority: priority), due.milliseconds)]
        }
        guard let closed = StoredValue.time(fields["closed_at"])?.value else { return nil }
        return [own, (Keys.tasksClosed(status.rawValue), closed.milliseconds)]
    }

    private var places: [Finding] {
        guard fields["contact_id"] != nil, let right = rightPlaces else { return [] }
        let lists = KeyPlace.taskLists.subtracting([Keys.tasksUnheard]).sorted() + [Keys.tasks(of: contact)]
        var wrong: [String] = []
        var writes: [[String]] = []
        for list in lists {
            let standing = standing(list)
            if let place = right.first(where: { $0.list == list }) {
                guard standing.differs(from: place.score) else { continue }
                writes.append(["ZADD", list, String(place.score), id])
            } else {
                guard standing.isMember else { continue }
                writes.append(["ZREM", list, id])
            }
            wrong.append(list)
        }
        if writes.isEmpty { return [] }
        return [
            Finding(
                kind: .taskIndex, key: key,
                problem: "is \(fields["status"] ?? ""), and is missing, too much or misplaced in "
                    + wrong.joined(separator: ", "),
                remedy: .repair("puts it where it belongs", writes))
        ]
    }

    private var unheardFindings: [Finding] {
        guard unheard.isMember, let status else { return [] }
        if status != .open {
            return [
                .repair(
                    .taskIndex, key, "is closed, and stands in \(Keys.tasksUnheard)", "takes it out",
                    ["ZREM", Keys.tasksUnheard, id])
            ]
        }
        if fields["unheard"] != nil { return [] }
        return [
            .repair(
                .taskField, key, "stands in \(Keys.tasksUnheard) without the mark", "writes it", set("unheard", "1"))
        ]
    }

    // MARK: The note of the funnel

    private var notes: [Finding] {
        guard let type, type.isUniquePerBooking, status == .open, let booking = fields["booking"], let note,
            let created = StoredValue.time(fields["created_at"])?.value
        else { return [] }
        let right = "\(id) \(created.milliseconds)"
        if case .text(let text, let isOpenOther) = note {
            // The moment is that of what the task is about, which need not be when it was created.
            let words = text.split(separator: " ", omittingEmptySubsequences: false)
            if words.count == 2, words[0] == id, StoredValue.count(String(words[1])) != nil { return [] }
            if isOpenOther {
                let other = text.prefix { $0 != " " }
                return [
                    .person(
                        .doubleTask, key, "\(other) is open too, for the same booking",
                        "cancel one of them: crmsync task cancel \(id)")
                ]
            }
        }
        let field = Self.noteField(type.rawValue, booking)
        return [
            .repair(
                .funnel, key, "is open, and not noted as such in \(Keys.funnel(contact))", "notes it",
                ["HSET", Keys.funnel(contact), field, right])
        ]
    }
}
