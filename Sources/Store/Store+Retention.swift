import CRM

extension Store {
    /// What became of a contact that was to be erased for its long silence.
    public enum Expiry: Equatable, Sendable {
        /// Everything about it is gone.
        case erased
        /// It was active meanwhile, or somebody else has erased it.
        case spared
    }

    /// The contacts that were longest without activity, all before `time`, at most `limit`; the first `skipped` of them
    /// are passed over.
    public func inactiveContacts(
        before time: Timestamp, skipping skipped: Int, limit: Int,
        _ done: @escaping (Result<[String], StoreError>) -> Void
    ) {
        let words = [
            "ZRANGE", Keys.recent, "-inf", "(" + String(time.milliseconds), "BYSCORE", "LIMIT", String(skipped),
            String(limit),
        ]
        redis.send(words) { done($0.map { ($0.array ?? []).compactMap(\.text) }) }
    }

    /// Takes away at most `limit` tasks that were closed, or due and never closed, before `time`. Tells how many.
    public func trimTasks(
        before time: Timestamp, limit: Int, _ done: @escaping (Result<Int, StoreError>) -> Void
    ) {
        let words = [
            "EVAL", TrimScript.text, "0", String(time.milliseconds), time.iso8601, String(limit),
            TaskType.priorities.joined(separator: " "),
        ]
        redis.send(words) { done($0.map { Int($0.integer ?? 0) }) }
    }
}

private enum TrimScript {
    static let text = String(decoding: PackageResources.trim_lua, as: UTF8.self)
}
