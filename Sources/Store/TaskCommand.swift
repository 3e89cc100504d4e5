import Redis
import CRM

/// What a person decides about a task.
public enum TaskCommand: Equatable, Sendable {
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
    case changed(StoredHash)
    /// It was so already.
    case unchanged(StoredHash)
    /// It is closed in another way, so reopen it first.
    case closed(StoredHash)
    /// Another task about the same booking is open.
    case taken(StoredHash)
    /// There is no such task.
    case missing
}

extension Store {
    /// Carries out a decision about a task, atomically. `who` made it.
    public func perform(
        _ order: TaskCommand, on task: String, by who: String, at now: Timestamp,
        _ completion: @escaping (Result<TaskOutcome, RedisError>) -> Void
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
            "EVAL", Script.task.text, "1", Keys.task(task), action, task, now.iso8601, String(now.milliseconds), who,
            wish, text,
            TaskType.abandonedBooking.priority, Keys.urgentChannel, Keys.closedChannel, " \(unique) ",
        ]
        redis.send(words) { completion($0.flatMap(Self.outcome)) }
    }

    private static let strange = RedisError.refused("the script gave no answer that this version understands")

    private static func outcome(_ reply: RedisReply) -> Result<TaskOutcome, RedisError> {
        guard let list = reply.array, let word = list.first?.text else { return .failure(strange) }
        let task = StoredHash(flat: list.dropFirst())
        switch word {
        case "changed": return .success(.changed(task))
        case "unchanged": return .success(.unchanged(task))
        case "closed": return .success(.closed(task))
        case "taken": return .success(.taken(task))
        case "missing": return .success(.missing)
        default: return .failure(strange)
        }
    }
}
