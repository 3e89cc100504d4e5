import Store
import Synchronization

/// What `/metrics` shows: one row each, in the order of the page.
package struct Metric: Sendable {
    /// How Prometheus reads it.
    package enum Kind: String { case counter, gauge, histogram }

    /// What the samples of a row are made from.
    struct Source {
        let workers: [Metrics]
        let state: ServiceState

        func sum(_ value: (Metrics) -> Int) -> Int { workers.reduce(0) { $0 + value($1) } }
    }

    package let name: String
    package let kind: Kind
    /// One sentence.
    package let help: String
    /// Appends the samples, without the head.
    let samples: @Sendable (Source, inout PrometheusText) -> Void

    /// A row of one number without labels.
    private init(_ name: String, _ kind: Kind, _ help: String, _ value: @escaping @Sendable (Source) -> Int) {
        self.init(name, kind, help) { source, text in text.sample(name, [], value(source)) }
    }

    private init(
        _ name: String, _ kind: Kind, _ help: String,
        samples: @escaping @Sendable (Source, inout PrometheusText) -> Void
    ) {
        (self.name, self.kind, self.help, self.samples) = (name, kind, help, samples)
    }

    /// The whole page.
    package static let all: [Metric] = events + numbers + conditions

    /// What became of events, refusals and answers.
    private static let events: [Metric] = [
        Metric("crmsync_events_total", .counter, "Events by type and result.", samples: eventSamples),
        Metric(
            "crmsync_events_refused_total", .counter,
            "Events, and requests that cannot be read, refused, by error code and event type where it is known."
        ) { refusalSamples("crmsync_events_refused_total", isRead: false, $0, &$1) },
        Metric("crmsync_reads_refused_total", .counter, "Requests for reading refused, by error code.") {
            refusalSamples("crmsync_reads_refused_total", isRead: true, $0, &$1)
        },
        Metric("crmsync_http_responses_total", .counter, "HTTP answers by status.") { source, text in
            for status in 100..<600 {
                let count = source.sum { $0.statuses[status].load(ordering: .relaxed) }
                if count > 0 { text.sample("crmsync_http_responses_total", [("status", String(status))], count) }
            }
        },
        Metric(
            "crmsync_event_duration_seconds", .histogram, "From the whole request to the answer of Redis.",
            samples: durationSamples),
    ]

    /// Numbers without labels.
    private static let numbers: [Metric] = [
        Metric("process_start_time_seconds", .gauge, "When the process started, in seconds since 1970.") {
            Int($0.state.startedAt.milliseconds / 1000)
        },
        Metric("crmsync_connections", .gauge, "Open connections of clients.") {
            $0.sum { $0.connections.load(ordering: .relaxed) }
        },
        Metric("crmsync_events_in_flight", .gauge, "Events that wait for Redis.") {
            $0.sum { $0.inFlight.load(ordering: .relaxed) }
        },
        Metric("crmsync_buffered_bytes", .gauge, "Bytes of requests and answers in memory; limit: MAX_BUFFERED_BYTES.")
        { $0.sum { $0.bufferedBytes.load(ordering: .relaxed) } },
        Metric("crmsync_workers", .gauge, "Worker threads.") { $0.workers.count },
        Metric("crmsync_redis_up", .gauge, "Workers whose connection to Redis is ready.") {
            $0.sum { $0.redisReady.load(ordering: .relaxed) ? 1 : 0 }
        },
        Metric("crmsync_redis_memory_bytes", .gauge, "Bytes of memory that Redis uses; 0 while it is not known.") {
            $0.state.background.redisMemory.load(ordering: .relaxed)
        },
        Metric("crmsync_redis_memory_max_bytes", .gauge, "Bytes of memory that Redis may use; 0 without a limit.") {
            $0.state.background.maxRedisMemory.load(ordering: .relaxed)
        },
        Metric("crmsync_redis_connects_total", .counter, "Connections made to Redis.") {
            $0.sum { $0.redisConnects.load(ordering: .relaxed) }
        },
        Metric("crmsync_tasks_created_total", .counter, "Sales tasks opened.") {
            $0.sum { $0.tasks.load(ordering: .relaxed) }
        },
        Metric("crmsync_alerts_unheard_total", .counter, "Urgent tasks that no subscriber heard when they opened.") {
            $0.sum { $0.unheard.load(ordering: .relaxed) }
        },
        Metric("crmsync_identity_conflicts_total", .counter, "Events whose id and email name two contacts.") {
            $0.sum { $0.conflicts.load(ordering: .relaxed) }
        },
        Metric("crmsync_bookings_without_amount_total", .counter, "Completed bookings counted as 0.00: no amount.") {
            $0.sum { $0.bookingsWithoutAmount.load(ordering: .relaxed) }
        },
        Metric(
            "crmsync_event_id_conflicts_total", .counter,
            "Events not applied because their id belongs to an event of another contact or type."
        ) { $0.sum { $0.idConflicts.load(ordering: .relaxed) } },
        Metric("crmsync_journal_pending", .gauge, "Events on disk that wait for Redis.") {
            $0.state.queueState.pending.load(ordering: .relaxed)
        },
        Metric("crmsync_journal_bytes", .gauge, "Bytes of events on disk.") {
            $0.state.queueState.bytes.load(ordering: .relaxed)
        },
        Metric("crmsync_journal_oldest_age_seconds", .gauge, "Age of the oldest event on disk.") {
            $0.state.queueState.oldestAgeSeconds
        },
        Metric("crmsync_journal_room", .gauge, "1 when an event can be queued now.") {
            $0.state.queueState.hasRoom.load(ordering: .relaxed) ? 1 : 0
        },
        Metric("crmsync_journal_replayed_total", .counter, "Events brought to Redis later.") {
            $0.state.queueState.replayed.load(ordering: .relaxed)
        },
        Metric("crmsync_journal_dead_total", .counter, "Events given up as dead letters.") {
            $0.state.queueState.dead.load(ordering: .relaxed)
        },
        Metric("crmsync_journal_broken_total", .counter, "Events that Redis applied in part.") {
            $0.state.queueState.broken.load(ordering: .relaxed)
        },
        Metric("crmsync_journal_dead_letters", .gauge, "Dead letters in the folder.") {
            $0.state.queueState.deadLetters.load(ordering: .relaxed)
        },
        Metric("crmsync_database_changes_total", .counter, "Times that the database was emptied or exchanged.") {
            $0.state.background.databaseChanges.load(ordering: .relaxed)
        },
        Metric("crmsync_bookings_abandoned_by_watch_total", .counter, "Bookings given up after silence.") {
            $0.state.background.abandoned.load(ordering: .relaxed)
        },
        Metric("crmsync_bookings_left_total", .counter, "Bookings given up whose browser may have been closed.") {
            $0.state.background.left.load(ordering: .relaxed)
        },
        Metric("crmsync_alerts_repeated_total", .counter, "Unheard alerts that were heard later.") {
            $0.state.background.repeated.load(ordering: .relaxed)
        },
        Metric("crmsync_contacts_expired_total", .counter, "Contacts erased for RETENTION_DAYS without activity.") {
            $0.state.background.expired.load(ordering: .relaxed)
        },
        Metric("crmsync_tasks_trimmed_total", .counter, "Tasks taken away that were over for TASK_DAYS.") {
            $0.state.background.trimmed.load(ordering: .relaxed)
        },
    ]

    /// What is wrong, and what waits for a person.
    private static let conditions: [Metric] = [
        Metric("crmsync_problem", .gauge, "1 for each problem that /readyz explains.") { source, text in
            for problem in source.state.problems.all {
                let labels = [("code", problem.code), ("severity", problem.severity.rawValue)]
                text.sample("crmsync_problem", labels, 1)
            }
        },
        Metric(
            "crmsync_clock_offset_seconds", .gauge, "Seconds that Redis' clock is ahead of this machine's."
        ) { source, text in
            text.line("crmsync_clock_offset_seconds \(Double(source.state.clock.difference) / 1_000)")
        },
        Metric("crmsync_retention_due", .gauge, "Records that are due for removal by age.") { source, text in
            for kind in RetentionKind.allCases {
                let due = source.state.retention.plan(of: kind)?.due ?? 0
                text.sample("crmsync_retention_due", [("kind", kind.rawValue)], due)
            }
        },
        Metric("crmsync_retention_stopped", .gauge, "1 when a person has to allow what is due.") { source, text in
            for kind in RetentionKind.allCases {
                let isStopped = source.state.retention.plan(of: kind)?.isStopped ?? false
                text.sample("crmsync_retention_stopped", [("kind", kind.rawValue)], isStopped ? 1 : 0)
            }
        },
    ]

    private static func eventSamples(_ source: Source, _ text: inout PrometheusText) {
        for (row, type) in Metrics.types.enumerated() {
            for fate in Metrics.fates {
                let place = row * Metrics.fates.count + fate.rawValue
                let count = source.sum { $0.events[place].load(ordering: .relaxed) }
                guard count > 0 || fate == .applied else { continue }
                text.sample("crmsync_events_total", [("type", type.rawValue), ("result", fate.label)], count)
            }
        }
    }

    private static func refusalSamples(
        _ name: String, isRead: Bool, _ source: Source, _ text: inout PrometheusText
    ) {
        var counts: [Metrics.RefusalKey: Int] = [:]
        for worker in source.workers { counts.merge(worker.refusals.withLock { $0 }, uniquingKeysWith: +) }
        let rows = counts.filter { $0.key.isRead == isRead }.map { key, count in
            let type = key.type.map { [("type", $0.rawValue)] } ?? []
            return (labels: [("error", key.code)] + type, count: count)
        }
        for row in rows.sorted(by: { $0.labels.map(\.1).lexicographicallyPrecedes($1.labels.map(\.1)) }) {
            text.sample(name, row.labels, row.count)
        }
    }

    private static func durationSamples(_ source: Source, _ text: inout PrometheusText) {
        let name = "crmsync_event_duration_seconds"
        var total = 0
        for (index, end) in Metrics.buckets.enumerated() {
            total += source.sum { $0.durations[index].load(ordering: .relaxed) }
            text.sample(name + "_bucket", [("le", String(Double(end) / 1_000_000))], total)
        }
        total += source.sum { $0.durations[Metrics.buckets.count].load(ordering: .relaxed) }
        text.sample(name + "_bucket", [("le", "+Inf")], total)
        let microseconds = source.sum { $0.durationSum.load(ordering: .relaxed) }
        text.line("\(name)_sum \(Double(microseconds) / 1_000_000)")
        text.sample(name + "_count", [], total)
    }

    /// The page in the Prometheus text format, version 0.0.4.
    static func page(of workers: [Metrics], _ state: ServiceState) -> String {
        let source = Source(workers: workers, state: state)
        var text = PrometheusText()
        for metric in all {
            text.family(metric.name, metric.kind.rawValue, metric.help)
            metric.samples(source, &text)
        }
        return text.text
    }
}
