import Store
import CRM
import Loop

/// Redis' clock while a check runs, to find stored times that only a wrong clock can have made.
struct CheckClock {
    /// Milliseconds that a stored time may be ahead: as much as an event's time may be ahead of its arrival.
    static let maxAhead: Int64 = 300_000

    private let start: Timestamp
    private let began = Moment.now()

    /// A clock that shows `start` now.
    init(_ start: Timestamp) { self.start = start }

    var now: Timestamp { start.adding(milliseconds: Moment.now().since(began) / 1_000_000) }

    /// Whether a moment is further ahead than an event's time may be.
    func isAhead(_ milliseconds: Int64?) -> Bool {
        guard let milliseconds else { return false }
        return milliseconds > now.milliseconds + Self.maxAhead
    }

    /// Whether a time is further ahead than an event's time may be.
    func isAhead(_ time: Timestamp?) -> Bool { isAhead(time?.milliseconds) }

    /// A time ahead that becomes the present time.
    func finding(_ key: String, _ problem: String, _ writes: [[String]]) -> Finding {
        Finding(
            kind: .futureTime, key: key, problem: problem + ", which is in the future",
            remedy: .repair("writes the present time", writes))
    }
}

extension ContactFacts {
    /// Times of the contact that are in the future.
    func futureFindings(_ clock: CheckClock) -> [Finding] {
        let key = Keys.contact(id)
        let (now, score) = (clock.now.iso8601, String(clock.now.milliseconds))
        var found: [Finding] = []
        for name in ["created_at", "last_activity"] where clock.isAhead(StoredValue.time(fields[name])?.value) {
            var writes = [["HSET", key, name, now]]
            if name == "last_activity" { writes.append(["ZADD", Keys.recent, score, id]) }
            found.append(clock.finding(key, "\(name) is \(fields[name] ?? "")", writes))
        }
        for (status, standing) in zip(LeadStatus.allCases, statuses) where clock.isAhead(standing.score) {
            let list = Keys.status(status.slug)
            found.append(
                clock.finding(key, "entered \(status.rawValue) at \(standing.score ?? 0)", [["ZADD", list, score, id]]))
        }
        let funnel = Keys.funnel(id)
        if let at = StoredValue.count(step?.at), clock.isAhead(at) {
            let writes = [["HSET", funnel, Self.stepAt, score], ["ZADD", Keys.bookingsOpen, score, id]]
            found.append(clock.finding(key, "the last step of its booking is at \(at)", writes))
        }
        if let leaving = step?.leavingAt,
            clock.isAhead(StoredValue.count(leaving)) || clock.isAhead(bookingsLeaving.score)
        {
            found.append(
                .repair(
                    .futureTime, key, "may have left its booking at \(leaving), which is in the future", "forgets it",
                    ["ZREM", Keys.bookingsLeaving, id], ["HDEL", funnel, Self.leavingAt]))
        }
        return found
    }
}

extension FunnelFacts {
    /// Moments of the funnel that are in the future.
    func futureFindings(_ clock: CheckClock) -> [Finding] {
        guard contactExists else { return [] }
        let key = Keys.funnel(contact)
        return Self.moments.filter { clock.isAhead(StoredValue.count(fields[$0])) }.map { name in
            clock.finding(
                key, "\(name) is \(fields[name] ?? "")", [["HSET", key, name, String(clock.now.milliseconds)]])
        }
    }
}

extension TaskFacts {
    /// Times of the task that are in the future. One that was created there is due as long after as before.
    func futureFindings(_ clock: CheckClock) -> [Finding] {
        guard contactExists else { return [] }
        let key = Keys.task(id)
        var found: [Finding] = []
        if let created = StoredValue.time(fields["created_at"])?.value, clock.isAhead(created) {
            let shift = clock.now.milliseconds - created.milliseconds
            var writes = [["HSET", key, "created_at", clock.now.iso8601]]
            if let due = StoredValue.time(fields["due_at"])?.value {
                writes.append(["HSET", key, "due_at", due.adding(milliseconds: shift).iso8601])
            }
            found.append(clock.finding(key, "created_at is \(created)", writes))
        }
        for name in ["closed_at", "reopened_at", "assigned_at"] {
            guard let time = StoredValue.time(fields[name])?.value, clock.isAhead(time) else { continue }
            found.append(clock.finding(key, "\(name) is \(time)", [["HSET", key, name, clock.now.iso8601]]))
        }
        return found
    }
}

extension TimelineEntry {
    /// The entry's time, if it is in the future: then it is written again with the present time.
    func futureFinding(_ timestamp: String, _ clock: CheckClock) -> Finding? {
        guard let time = StoredValue.time(timestamp)?.value, clock.isAhead(time) else { return nil }
        // Quotes inside of a value have a backslash before them, so the first place is the entry's own.
        let old = "\"timestamp\":\"\(timestamp)\""
        let new = "\"timestamp\":\"\(clock.now.iso8601)\""
        let entry = member.replacing(old, with: new, maxReplacements: 1)
        let key = Keys.activity(contact)
        return clock.finding(
            key, "\(excerpt) is at \(timestamp)",
            [["ZREM", key, member], ["ZADD", key, String(clock.now.milliseconds), entry]])
    }
}
