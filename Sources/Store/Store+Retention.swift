import Redis
import CRM

/// What is removed by age.
public enum RetentionKind: String, CaseIterable, Sendable {
    /// Contacts without activity.
    case contacts
    /// Tasks that are over.
    case tasks

    /// The sorted sets that hold all of them, by time.
    var lists: [String] {
        switch self {
        case .contacts: [Keys.recent]
        case .tasks: [Keys.tasksOpen] + TaskStatus.closed.map { Keys.tasksClosed($0.rawValue) }
        }
    }
}

/// How much may be removed by age: so that a wrong clock is noticed before it has removed everything.
public enum RetentionLimits {
    /// Percentage of all that may become due at once; more has to be allowed by a person.
    public static let maxNewPercent = 10
    /// So many may become due at once whatever their share is.
    public static let alwaysAllowed = 10
    /// Percentage of all that may go in an hour.
    public static let hourlyPercent = 1
    /// What may go in an hour at least.
    public static let minHourly = 100
    /// What may go in an hour at most.
    public static let maxHourly = 10_000
}

/// What is due for removal, and how much of it may go now: the reply of `retention.lua`, read.
public struct RetentionPlan: Equatable, Sendable {
    /// Whether so much became due at once that a person has to allow it.
    public let isStopped: Bool
    /// What is older is due; by Redis' clock.
    public let limit: Timestamp
    /// How many are due.
    public let due: Int
    /// How many of them no person and no earlier plan has allowed.
    public let new: Int
    /// How many there are.
    public let all: Int
    /// How many may go in an hour.
    public let maxHourly: Int
    /// How many of these may still go in this hour.
    public let left: Int

    init?(_ reply: RedisReply) {
        guard let list = reply.array, list.count == 7, let word = list[0].text else { return nil }
        isStopped = word == "stop"
        limit = Timestamp(clamping: list[1].count)
        let numbers = list[2...].map { Int($0.count) }
        (due, new, all, maxHourly, left) = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4])
    }

    /// The share of all that is due, in whole percent.
    public var percent: Int { all > 0 ? due * 100 / all : 0 }
}

/// Who asks for a plan.
public enum RetentionRequest: String, Sendable {
    /// The service, which acts on it.
    case decide = ""
    /// Somebody who only wants to know.
    case look
    /// A person who allows what is due.
    case allow
}

extension Store {
    /// Finds out what was kept for longer than `milliseconds`, and whether it may go.
    ///
    /// - Parameter hourly: how many may go in an hour; `nil`: as ``RetentionLimits`` says.
    public func retentionPlan(
        _ kind: RetentionKind, keeping milliseconds: Int64, hourly: Int? = nil, _ request: RetentionRequest = .decide,
        _ done: @escaping (Result<RetentionPlan, RedisError>) -> Void
    ) {
        let limits = [
            RetentionLimits.maxNewPercent, RetentionLimits.alwaysAllowed, RetentionLimits.hourlyPercent,
            RetentionLimits.minHourly, RetentionLimits.maxHourly,
        ]
        let words = ["EVAL", Script.retention.text, "1", Keys.retention, kind.rawValue, String(milliseconds)]
        let choices = [hourly.map(String.init) ?? "", request.rawValue]
        redis.send(words + limits.map(String.init) + choices + kind.lists) { result in
            done(
                result.flatMap { reply in
                    RetentionPlan(reply).map { .success($0) }
                        ?? .failure(.refused("the script gave no answer that this version understands"))
                })
        }
    }

    /// The contacts that were longest without activity, all before `time`, at most `limit`; the first `skipped` of them
    /// are passed over.
    public func inactiveContacts(
        before time: Timestamp, skipping skipped: Int, limit: Int,
        _ done: @escaping (Result<[String], RedisError>) -> Void
    ) {
        let words = [
            "ZRANGE", Keys.recent, "-inf", "(" + String(time.milliseconds), "BYSCORE", "LIMIT", String(skipped),
            String(limit),
        ]
        redis.send(words) { done($0.map { ($0.array ?? []).compactMap(\.text) }) }
    }

    /// Removes at most `limit` tasks that were closed, or due and never closed, before `time`, and at most `maxHourly`
    /// in an hour. Returns how many.
    public func trimTasks(
        before time: Timestamp, limit: Int, maxHourly: Int, _ done: @escaping (Result<Int, RedisError>) -> Void
    ) {
        let words = [
            "EVAL", Script.trim.text, "1", Keys.retention, String(time.milliseconds), time.iso8601, String(limit),
            TaskType.priorities.joined(separator: " "), String(maxHourly),
        ]
        redis.send(words) { done($0.map { Int($0.integer ?? 0) }) }
    }

    /// Redis' clock, in epoch milliseconds.
    public func time(_ done: @escaping (Result<Int64, RedisError>) -> Void) {
        redis.send(["TIME"]) { result in
            done(
                result.flatMap { reply in
                    guard let parts = reply.array, parts.count == 2, let seconds = parts[0].text.flatMap({ Int64($0) }),
                        let microseconds = parts[1].text.flatMap({ Int64($0) })
                    else { return .failure(.refused("TIME gave no time")) }
                    return .success(seconds * 1_000 + microseconds / 1_000)
                })
        }
    }

}
