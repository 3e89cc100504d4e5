import CRM
import HTTP
import Loop

extension ServiceState {
    /// What `/readyz` and `/status` say of this moment.
    var look: Availability.Look {
        let draining = isDraining.load(ordering: .relaxed)
        let journal = queueState.hasRoom.load(ordering: .relaxed)
        return Availability.Look(takesEvents: (hasRedis || journal) && !draining, hasRedis: hasRedis, applied: stored)
    }

    /// `GET {base}/status`: whether the service takes events, and what it refused in the last hour.
    func status(at now: Timestamp) -> Response {
        let look = look
        let report = availability.note(look, at: now)
        let refused = refusals.lastHour(at: now)
        var body = JSONBody()
        body.add("success", true)
        body.add("version", Program.version)
        body.add("started_at", startedAt.iso8601)
        body.add("uptime_seconds", Moment.now().since(started) / 1_000_000_000)
        body.add("taking_events", look.takesEvents)
        body.add("not_taking_since", orNull: report.notTakingSince?.iso8601)
        body.add("message", message(look))
        body.add("redis", look.hasRedis)
        body.add("redis_away_since", orNull: report.redisAwaySince?.iso8601)
        body.add("journal", queueState.hasRoom.load(ordering: .relaxed))
        body.add("draining", isDraining.load(ordering: .relaxed))
        body.add("problems", list: problems.all) { problem, bytes in
            var object = JSONBody()
            object.add("code", problem.code)
            object.add("severity", problem.severity.rawValue)
            object.add("message", problem.message)
            bytes += object.finished
        }
        body.add("last_event_at", orNull: feed.lastAccepted?.iso8601)
        body.add("applied_last_hour", Int64(report.appliedInLastHour))
        body.add("refused_last_hour", Int64(refused.reduce(0) { $0 + $1.count }))
        body.add("refused", list: refused) { $1 += Self.json($0) }
        body.add("queued", Int64(queueState.pending.load(ordering: .relaxed)))
        body.add("queued_bytes", Int64(queueState.bytes.load(ordering: .relaxed)))
        let oldest = queueState.oldest.load(ordering: .relaxed)
        body.add("oldest_queued_at", orNull: oldest == 0 ? nil : Timestamp(clamping: Int64(oldest)).iso8601)
        body.add("dead_letters", Int64(queueState.deadLetters.load(ordering: .relaxed)))
        return .json(.ok, body.finished, headers: Response.unkept)
    }

    private func message(_ look: Availability.Look) -> String {
        if isDraining.load(ordering: .relaxed) { return "The service is stopping and takes no events." }
        if look.hasRedis { return "Events are stored in Redis." }
        return look.takesEvents
            ? "Redis takes no events: they wait on disk, in JOURNAL_DIR."
            : "Redis takes no events, and there is no room for them on disk (JOURNAL_DIR)."
    }

    private static func json(_ row: RefusalHistory.Row) -> [UInt8] {
        var body = JSONBody()
        body.add("error", row.code)
        body.add("count", Int64(row.count))
        body.add("last") { bytes in
            guard let note = row.last else {
                bytes += "null".utf8
                return
            }
            var last = JSONBody()
            last.add("at", note.at.iso8601)
            note.add(to: &last)
            bytes += last.finished
        }
        return body.finished
    }
}
