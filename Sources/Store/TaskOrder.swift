import CRM

/// What a person decides about a task.
public enum TaskOrder: Equatable, Sendable {
    /// It is done.
    case complete(note: String)
    /// It need not be done.
    case cancel(reason: String)
    /// It has to be done after all.
    case reopen
    /// Somebody does it; empty: nobody yet.
    case assign(to: String)
}

/// What came of a decision: the reply of `task.lua`, read.
public enum TaskOutcome: Equatable, Sendable {
    /// The task as it is now.
    case changed(Record)
    /// It was so already.
    case unchanged(Record)
    /// It is closed in another way, so reopen it first.
    case closed(Record)
    /// Another task about the same booking is open.
    case taken(Record)
    /// There is no such task.
    case missing
}

/// What an erasure took away: the reply of `erase.lua`, read.
public struct ErasureReceipt: Equatable, Sendable {
    /// Keys by the beginning of their names; `members` are entries in lists about many people.
    public let counts: [(name: String, count: Int64)]

    /// The same counts.
    public static func == (left: ErasureReceipt, right: ErasureReceipt) -> Bool {
        left.counts.elementsEqual(right.counts) { $0 == $1 }
    }
}

extension Store {
    /// Seconds for which late events of an erased person are told and dropped: 30 days.
    static let erasureSeconds = 30 * 86_400

    /// Carries out a decision about a task, atomically. `who` made it.
    public func perform(
        _ order: TaskOrder, on task: String, by who: String, at now: Timestamp,
        _ completion: @escaping (Result<TaskOutcome, StoreError>) -> Void
    ) {
        let (action, wish, text) =
            switch order {
            case .complete(let note): ("close", "done", note)
            case .cancel(let reason): ("close", "cancelled", reason)
            case .reopen: ("reopen", "", "")
            case .assign(let name): ("assign", name, "")
            }
        let unique = TaskType.allCases.filter(\.isUniquePerBooking).map(\.rawValue).joined(separator: " ")
        // A person decides seldom, so the script travels with its arguments and need not be loaded before.
        let words = [
            "EVAL", Self.taskScript, "0", action, task, now.iso8601, String(now.milliseconds), who, wish, text,
            TaskType.abandonedBooking.priority, Keys.urgentChannel, Keys.closedChannel, " \(unique) ",
        ]
        redis.send(words) { completion($0.flatMap(Self.outcome)) }
    }

    /// Erases everything about a person, atomically; `nil` when there is no such contact. Late events of the person
    /// are dropped for ``erasureSeconds``. `salt` is used should none be kept.
    public func erase(
        _ contact: String, salt: String, at now: Timestamp,
        _ completion: @escaping (Result<ErasureReceipt?, StoreError>) -> Void
    ) {
        redis.send(Self.erasure(of: contact, salt: salt, at: now, inactiveSince: "")) {
            completion($0.flatMap(Self.receipt))
        }
    }

    /// Erases everything about a contact, atomically, unless it was active at `time` or later. Unlike after
    /// ``erase(_:salt:at:_:)`` nothing is remembered: who comes back is somebody new.
    public func erase(
        _ contact: String, inactiveSince time: Timestamp, at now: Timestamp,
        _ completion: @escaping (Result<Expiry, StoreError>) -> Void
    ) {
        redis.send(Self.erasure(of: contact, salt: "", at: now, inactiveSince: String(time.milliseconds))) {
            completion($0.map { $0.array?.first?.text == "erased" ? .erased : .spared })
        }
    }

    private static func erasure(
        of contact: String, salt: String, at now: Timestamp, inactiveSince time: String
    ) -> [String] {
        [
            "EVAL", eraseScript, "0", contact, now.iso8601, String(now.milliseconds), salt, String(erasureSeconds),
            LeadStatus.allCases.map(\.slug).joined(separator: " "), TaskType.priorities.joined(separator: " "),
            TaskType.abandonedBooking.priority, Keys.closedChannel, time,
        ]
    }

    private static let taskScript = String(decoding: PackageResources.task_lua, as: UTF8.self)
    private static let eraseScript = String(decoding: PackageResources.erase_lua, as: UTF8.self)
    private static let strange = StoreError.refused("the script gave no answer that this version understands")

    private static func outcome(_ reply: RedisReply) -> Result<TaskOutcome, StoreError> {
        guard let list = reply.array, let word = list.first?.text else { return .failure(strange) }
        let task = Record(flat: list.dropFirst())
        switch word {
        case "changed": return .success(.changed(task))
        case "unchanged": return .success(.unchanged(task))
        case "closed": return .success(.closed(task))
        case "taken": return .success(.taken(task))
        case "missing": return .success(.missing)
        default: return .failure(strange)
        }
    }

    private static func receipt(_ reply: RedisReply) -> Result<ErasureReceipt?, StoreError> {
        guard let list = reply.array, let word = list.first?.text else { return .failure(strange) }
        guard word == "erased" else { return word == "missing" ? .success(nil) : .failure(strange) }
        var rest = list.dropFirst()
        var counts: [(name: String, count: Int64)] = []
        while let name = rest.popFirst()?.text, let count = rest.popFirst() { counts.append((name, count.count)) }
        return .success(ErasureReceipt(counts: counts))
    }
}
