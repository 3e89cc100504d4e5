import CRM
import Loop
import Store
import Synchronization

/// The counters of one worker. Written by that worker alone; read by whichever answers `/metrics`.
public final class Metrics: Sendable {
    /// How an event ended.
    enum Result: Int, CaseIterable {
        case applied, duplicate, superseded, queued, unavailable, failed, erased, held, void

        /// The name in the metrics and the log. Not by interpolation, which looks it up by reflection, for 2 microseconds.
        var name: String {
            switch self {
            case .applied: "applied"
            case .duplicate: "duplicate"
            case .superseded: "superseded"
            case .queued: "queued"
            case .unavailable: "unavailable"
            case .failed: "failed"
            case .erased: "erased"
            case .held: "held"
            case .void: "void"
            }
        }

        /// How one ended that Redis took.
        init(_ applied: Applied) {
            self =
                applied.isErased
                ? .erased
                : applied.isDuplicate
                    ? .duplicate
                    : applied.isHeld ? .held : applied.isStale ? .void : applied.isSuperseded ? .superseded : .applied
        }
    }

    /// The rows of `events`; made once, for the compiler makes a new list at each use of `allCases`.
    private static let types = EventType.allCases
    private static let results = Result.allCases.count

    /// Upper ends of the histogram's buckets, in microseconds.
    static let buckets: [Int64] = [
        100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 2_500_000,
    ]

    private let events = InlineArray<144, Atomic<Int>> { _ in Atomic(0) }
    private let statuses = InlineArray<600, Atomic<Int>> { _ in Atomic(0) }
    private let durations = InlineArray<14, Atomic<Int>> { _ in Atomic(0) }
    private let durationSum = Atomic<Int>(0)
    private let refusals = Guarded<[RefusalKey: Int]>([:])
    let connections = Atomic<Int>(0)
    let inFlight = Atomic<Int>(0)
    let bufferedBytes = Atomic<Int>(0)
    let redisReady = Atomic<Bool>(false)
    let redisConnects = Atomic<Int>(0)
    let tasks = Atomic<Int>(0)
    let unheard = Atomic<Int>(0)
    let conflicts = Atomic<Int>(0)
    let bookingsWithoutAmount = Atomic<Int>(0)
    let idConflicts = Atomic<Int>(0)

    /// All zero.
    public init() {}

    func count(_ type: EventType, _ result: Result, microseconds: Int64) {
        let row = Self.types.firstIndex(of: type) ?? 0
        events[row * Self.results + result.rawValue].add(1, ordering: .relaxed)
        let bucket = Self.buckets.firstIndex { microseconds <= $0 } ?? Self.buckets.count
        durations[bucket].add(1, ordering: .relaxed)
        durationSum.add(Int(microseconds), ordering: .relaxed)
    }

    /// Events that this worker brought to Redis.
    var stored: Int {
        EventType.allCases.indices.reduce(0) { sum, row in
            sum + events[row * Result.allCases.count + Result.applied.rawValue].load(ordering: .relaxed)
        }
    }

    func count(status: Int) {
        statuses[min(max(status, 0), 599)].add(1, ordering: .relaxed)
    }

    /// What refusals are counted by: constants of this program, so that nobody can add to them.
    private struct RefusalKey: Hashable {
        let isRead: Bool
        let code: String
        /// The event's type, where it is one of ours.
        let type: EventType?
    }

    /// For ``Refusals`` alone, which reports each refusal in every way.
    func count(_ refusal: Refusal) {
        let key = RefusalKey(isRead: refusal.subject == .read, code: refusal.code, type: refusal.sighting.type)
        refusals.withLock { $0[key, default: 0] += 1 }
    }

    /// All workers' numbers in the Prometheus text format, version 0.0.4.
    static func text(of workers: [Metrics], _ queueState: QueueState, _ problems: [Problem] = []) -> String {
        func sum(_ value: (Metrics) -> Int) -> Int { workers.reduce(0) { $0 + value($1) } }
        var text = PrometheusText()
        text.family("crmsync_events_total", "counter", "Events by type and result.")
        for (row, type) in types.enumerated() {
            for result in Result.allCases {
                let count = sum { $0.events[row * results + result.rawValue].load(ordering: .relaxed) }
                guard count > 0 || result == .applied else { continue }
                text.sample("crmsync_events_total", [("type", type.rawValue), ("result", result.name)], count)
            }
        }
        refused(workers, to: &text)
        text.family("crmsync_http_responses_total", "counter", "HTTP answers by status.")
        for status in 100..<600 {
            let count = sum { $0.statuses[status].load(ordering: .relaxed) }
            if count > 0 { text.sample("crmsync_http_responses_total", [("status", String(status))], count) }
        }
        histogram(sum, to: &text)
        gauges(sum, workers: workers.count, to: &text)
        queue(queueState, to: &text)
        text.family("crmsync_problem", "gauge", "1 for each problem that /readyz explains.")
        for problem in problems {
            let labels = [("code", problem.code), ("severity", problem.severity.rawValue)]
            text.sample("crmsync_problem", labels, 1)
        }
        return text.text
    }

    private static func refused(_ workers: [Metrics], to text: inout PrometheusText) {
        var counts: [RefusalKey: Int] = [:]
        for worker in workers { counts.merge(worker.refusals.withLock { $0 }, uniquingKeysWith: +) }
        func family(_ name: String, _ help: String, isRead: Bool) {
            text.family(name, "counter", help)
            let rows = counts.filter { $0.key.isRead == isRead }.map { key, count in
                let type = key.type.map { [("type", $0.rawValue)] } ?? []
                return (labels: [("error", key.code)] + type, count: count)
            }
            for row in rows.sorted(by: { $0.labels.map(\.1).lexicographicallyPrecedes($1.labels.map(\.1)) }) {
                text.sample(name, row.labels, row.count)
            }
        }
        family(
            "crmsync_events_refused_total",
            "Events, and requests that cannot be read, refused, by error code and event type where it is known.",
            isRead: false)
        family("crmsync_reads_refused_total", "Requests for reading refused, by error code.", isRead: true)
    }

    private static func histogram(_ sum: ((Metrics) -> Int) -> Int, to text: inout PrometheusText) {
        let name = "crmsync_event_duration_seconds"
        text.family(name, "histogram", "From the whole request to the answer of Redis.")
        var total = 0
        for (index, end) in buckets.enumerated() {
            total += sum { $0.durations[index].load(ordering: .relaxed) }
            text.sample(name + "_bucket", [("le", String(Double(end) / 1_000_000))], total)
        }
        total += sum { $0.durations[buckets.count].load(ordering: .relaxed) }
        text.sample(name + "_bucket", [("le", "+Inf")], total)
        let microseconds = sum { $0.durationSum.load(ordering: .relaxed) }
        text.line("\(name)_sum \(Double(microseconds) / 1_000_000)")
        text.sample(name + "_count", [], total)
    }

    private static func queue(_ queueState: QueueState, to text: inout PrometheusText) {
        let oldest = queueState.oldest.load(ordering: .relaxed)
        let age = oldest == 0 ? 0 : max(0, Int(Clock.milliseconds()) - oldest) / 1000
        let values: [(String, String, String, Int)] = [
            ("pending", "gauge", "Events on disk that wait for Redis.", queueState.pending.load(ordering: .relaxed)),
            ("bytes", "gauge", "Bytes of events on disk.", queueState.bytes.load(ordering: .relaxed)),
            ("oldest_age_seconds", "gauge", "Age of the oldest event on disk.", age),
            (
                "room", "gauge", "1 when an event can be queued now.",
                queueState.hasRoom.load(ordering: .relaxed) ? 1 : 0
            ),
            (
                "replayed_total", "counter", "Events brought to Redis later.",
                queueState.replayed.load(ordering: .relaxed)
            ),
            ("dead_total", "counter", "Events given up as dead letters.", queueState.dead.load(ordering: .relaxed)),
            (
                "broken_total", "counter", "Events that Redis applied in part.",
                queueState.broken.load(ordering: .relaxed)
            ),
            ("dead_letters", "gauge", "Dead letters in the folder.", queueState.deadLetters.load(ordering: .relaxed)),
        ]
        for (name, type, help, value) in values {
            text.family("crmsync_journal_" + name, type, help)
            text.sample("crmsync_journal_" + name, [], value)
        }
        text.family("crmsync_database_changes_total", "counter", "Times that the database was emptied or exchanged.")
        text.sample("crmsync_database_changes_total", [], queueState.databaseChanges.load(ordering: .relaxed))
        text.family("crmsync_bookings_abandoned_by_watch_total", "counter", "Bookings given up after silence.")
        text.sample("crmsync_bookings_abandoned_by_watch_total", [], queueState.abandoned.load(ordering: .relaxed))
        text.family("crmsync_bookings_left_total", "counter", "Bookings given up whose browser may have been closed.")
        text.sample("crmsync_bookings_left_total", [], queueState.left.load(ordering: .relaxed))
        text.family("crmsync_alerts_repeated_total", "counter", "Unheard alerts that were heard later.")
        text.sample("crmsync_alerts_repeated_total", [], queueState.repeated.load(ordering: .relaxed))
        text.family("crmsync_contacts_expired_total", "counter", "Contacts erased for RETENTION_DAYS without activity.")
        text.sample("crmsync_contacts_expired_total", [], queueState.expired.load(ordering: .relaxed))
        text.family("crmsync_tasks_trimmed_total", "counter", "Tasks taken away that were over for TASK_DAYS.")
        text.sample("crmsync_tasks_trimmed_total", [], queueState.trimmed.load(ordering: .relaxed))
    }

    private static func gauges(_ sum: ((Metrics) -> Int) -> Int, workers: Int, to text: inout PrometheusText) {
        func one(_ name: String, _ type: String, _ help: String, _ value: Int) {
            text.family(name, type, help)
            text.sample(name, [], value)
        }
        one(
            "crmsync_connections", "gauge", "Open connections of clients.",
            sum { $0.connections.load(ordering: .relaxed) })
        one(
            "crmsync_events_in_flight", "gauge", "Events that wait for Redis.",
            sum { $0.inFlight.load(ordering: .relaxed) })
        one(
            "crmsync_buffered_bytes", "gauge", "Bytes of requests and answers in memory; limit: MAX_BUFFERED_BYTES.",
            sum { $0.bufferedBytes.load(ordering: .relaxed) })
        one("crmsync_workers", "gauge", "Worker threads.", workers)
        one(
            "crmsync_redis_up", "gauge", "Workers whose connection to Redis is ready.",
            sum { $0.redisReady.load(ordering: .relaxed) ? 1 : 0 })
        one(
            "crmsync_redis_connects_total", "counter", "Connections made to Redis.",
            sum { $0.redisConnects.load(ordering: .relaxed) })
        one("crmsync_tasks_created_total", "counter", "Sales tasks opened.", sum { $0.tasks.load(ordering: .relaxed) })
        one(
            "crmsync_alerts_unheard_total", "counter", "Urgent tasks that no subscriber heard when they opened.",
            sum { $0.unheard.load(ordering: .relaxed) })
        one(
            "crmsync_identity_conflicts_total", "counter", "Events whose id and email name two contacts.",
            sum { $0.conflicts.load(ordering: .relaxed) })
        one(
            "crmsync_bookings_without_amount_total", "counter", "Completed bookings counted as 0.00: no amount.",
            sum { $0.bookingsWithoutAmount.load(ordering: .relaxed) })
        one(
            "crmsync_event_id_conflicts_total", "counter",
            "Events not applied because their id belongs to an event of another contact or type.",
            sum { $0.idConflicts.load(ordering: .relaxed) })
    }
}

/// The text format of Prometheus.
struct PrometheusText {
    var text = ""

    mutating func family(_ name: String, _ type: String, _ help: String) {
        line("# HELP \(name) \(help)")
        line("# TYPE \(name) \(type)")
    }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Int) {
        let list = labels.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
        line(labels.isEmpty ? "\(name) \(value)" : "\(name){\(list)} \(value)")
    }

    mutating func line(_ content: String) {
        text += content
        text += "\n"
    }
}
