import CRM
import Redis

extension Store {
    /// Announces again what nobody heard, at most 100 tasks that are no older than `oldest`; returns how many were
    /// heard.
    public func repeatUnheardAlerts(since oldest: Timestamp, _ done: @escaping (Int) -> Void) {
        redis.send(["ZRANGE", Keys.tasksUnheard, "0", "99"]) { [weak self] result in
            guard let self, case .success(let reply) = result else { return done(0) }
            let tasks = (reply.array ?? []).compactMap(\.text)
            var (missing, heard) = (tasks.count, 0)
            if tasks.isEmpty { return done(0) }
            for task in tasks {
                let words = [
                    "EVAL", Script.repeatAlert.text, "2", Keys.task(task), Keys.tasksUnheard, task, Keys.urgentChannel,
                    oldest.iso8601,
                ]
                redis.send(words) { result in
                    if case .success(.text("heard")) = result { heard += 1 }
                    missing -= 1
                    if missing == 0 { done(heard) }
                }
            }
        }
    }
}
