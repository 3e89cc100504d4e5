import CRM

/// Which tasks, and in which order.
public struct TaskList: Equatable, Sendable {
    /// What state they are in.
    public enum State: String, CaseIterable, Sendable {
        /// To be done.
        case open
        /// To be done, and late.
        case overdue
        /// Done.
        case done
        /// Given up, or settled by the customer.
        case cancelled
    }

    /// What state they are in.
    public var state: State
    /// `urgent`, `high` or `normal`; `nil`: all.
    public var priority: String?
    /// Open ones: those that are due first come first, not last.
    public var dueFirst: Bool

    /// A list of tasks.
    public init(_ state: State, priority: String? = nil, dueFirst: Bool = false) {
        self.state = state
        self.priority = priority
        self.dueFirst = dueFirst
    }

    var isOpen: Bool { state == .open || state == .overdue }

    var key: String {
        if isOpen { return priority.map(Keys.tasksOpen(priority:)) ?? Keys.tasksOpen }
        return Keys.tasksClosed(state.rawValue)
    }
}

/// A task and whom it is about.
public struct DeskTask {
    /// The task's hash.
    public let task: StoredHash
    /// The contact's hash.
    public let contact: StoredHash?

    /// A task that is gone, with all that was known of it.
    public static func gone(_ id: String) -> DeskTask {
        let task = StoredHash(fields: [("id", id), ("status", "cancelled"), ("closed_reason", "erased")])
        return DeskTask(task: task, contact: nil)
    }
}

extension Reader {
    /// Tasks of a list with their contacts: three round trips.
    ///
    /// Closed tasks are not sorted by priority, so with one a page of them may be shorter than `limit`, and has a next
    /// page all the same.
    public func tasks(
        _ list: TaskList, limit: Int, after cursor: Cursor?, now: Timestamp,
        _ completion: @escaping Completion<Page<DeskTask>>
    ) {
        let highest = list.state == .overdue ? String(now.milliseconds) : "+inf"
        page(
            of: list.key, list.dueFirst && list.isOpen ? .ascending : .descending, limit: limit, after: cursor,
            scores: ("-inf", highest)
        ) { [self] result in
            result.then(completion) { page in
                records(page, at: Keys.task) { [self] result in
                    result.then(completion) { tasks in
                        var tasks = tasks
                        if let priority = list.priority { tasks.items.removeAll { $0["priority"] != priority } }
                        addContacts(to: tasks, completion)
                    }
                }
            }
        }
    }

    /// These tasks, whatever became of them; those that are gone are left out. Two round trips.
    public func tasks(named ids: [String], _ completion: @escaping Completion<[DeskTask]>) {
        records(Page(items: ids, next: nil), at: Keys.task) { [self] result in
            result.then(completion) { addContacts(to: $0) { completion($0.map(\.items)) } }
        }
    }

    private func addContacts(to page: Page<StoredHash>, _ completion: @escaping Completion<Page<DeskTask>>) {
        redis.pipeline(page.items.map { ["HGETALL", Keys.contact($0["contact_id"] ?? "")] }) { result in
            completion(
                result.map { replies in
                    page.map { tasks in
                        zip(tasks, replies).map { DeskTask(task: $0, contact: StoredHash($1)) }
                    }
                })
        }
    }

    /// All tasks of a contact, newest first; `nil` for a contact that does not exist. Two round trips.
    public func tasks(
        of contact: String, limit: Int, after cursor: Cursor?, _ completion: @escaping Completion<Page<StoredHash>?>
    ) {
        var exists = false
        redis.send(["EXISTS", Keys.contact(contact)]) { exists = (try? $0.get())?.integer == 1 }
        page(of: Keys.tasks(of: contact), limit: limit, after: cursor) { [self] result in
            result.then(completion) { page in
                guard exists else { return completion(.success(nil)) }
                records(page, at: Keys.task) { completion($0.map { $0 }) }
            }
        }
    }
}
