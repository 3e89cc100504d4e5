import Text
import CRM
import Service
import Store

extension Status {
    /// For programs.
    var json: [UInt8] {
        var body = JSONBody()
        body.add("taking_events", service.takesEvents)
        body.add("message", service.message)
        body.add("service") { bytes in
            var object = JSONBody()
            object.add("address", service.place)
            object.add("answers", service.answers)
            if let advice = service.advice { object.add("advice", advice) }
            object.add("status") { $0 += service.facts?.json ?? Array("null".utf8) }
            bytes += object.finished
        }
        body.add("problems", list: service.problems) { problem, bytes in
            var object = JSONBody()
            object.add("code", problem.code)
            object.add("severity", problem.severity.rawValue)
            object.add("message", problem.message)
            bytes += object.finished
        }
        body.add("redis") { $0 += redisJSON }
        if let journal {
            body.add("journal") { bytes in
                var object = JSONBody()
                object.add("queued", Int64(journal.queued))
                object.add("queued_bytes", Int64(journal.bytes))
                object.add("dead_letters", Int64(journal.deadLetters))
                bytes += object.finished
            }
        }
        return body.finished
    }

    private var redisJSON: [UInt8] {
        var object = JSONBody()
        object.add("address", redisPlace)
        object.add("answers", redis != nil)
        guard let redis else {
            object.add("reason", redisTrouble)
            return object.finished
        }
        object.add("version", orNull: redis.info["redis_version"])
        for (name, field) in Self.numbers {
            if let number = redis.number(field) { object.add(name, number) }
        }
        object.add("fragmentation_ratio", orNull: redis.info["mem_fragmentation_ratio"])
        object.add("maxmemory_policy", orNull: redis.info["maxmemory_policy"])
        if let ahead = redis.ahead { object.add("clock_ahead_milliseconds", ahead) }
        object.add("last_activity", orNull: redis.lastActivity?.iso8601)
        for (name, count) in [
            ("contacts", redis.contacts), ("tasks_open", redis.tasksOpen), ("alerts_unheard", redis.tasksUnheard),
            ("events_numbered", redis.numbered?.found), ("events_lost", redis.numbered?.missing),
        ] {
            if let count { object.add(name, count) }
        }
        object.add("timelines_read", Int64(redis.timelinesRead))
        object.add("refused", list: redis.refusals) { $1.appendJSON($0) }
        return object.finished
    }

    private static let numbers = [
        ("uptime_seconds", "uptime_in_seconds"), ("used_memory", "used_memory"), ("maxmemory", "maxmemory"),
        ("used_memory_peak", "used_memory_peak"),
    ]
}

extension RedisStatus {
    /// Milliseconds by which this machine's clock is ahead of Redis'.
    var ahead: Int64? { clock.map { $0.here - $0.redis } }
}
