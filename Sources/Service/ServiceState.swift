import Text
import CRM
import HTTP
import Loop
import Synchronization

/// The little that workers share: counts, and whether the service takes events.
final class ServiceState: Sendable {
    /// Clients of all workers.
    let connections = Atomic<Int>(0)
    /// Open streams of all workers.
    let listeners = Atomic<Int>(0)
    /// What became of the last events.
    let feed = EventFeed()
    /// When the service started.
    let startedAt = Timestamp(clamping: Moment.wallClock())
    /// The same moment on the clock that nobody sets.
    let started = Moment.now()
    /// Since when events cannot be stored, and how many were.
    let availability = Availability()
    /// What was refused in the last hour.
    let refusals = RefusalHistory()
    /// Set once, when the drain begins.
    let isDraining = Atomic<Bool>(false)
    /// Whether the database has the layout of this version.
    let isOfOwnLayout = Atomic<Bool>(true)
    /// What is wrong now.
    let problems = ProblemBoard()
    /// The clock by which events are dated.
    let clock = ServiceClock()
    /// What is due for removal by age.
    let retention = RetentionState()
    /// The queue on disk.
    let queueState = QueueState()
    /// What the background thread has done.
    let background = BackgroundCounts()
    private let workers: [Metrics]

    init(workers: [Metrics]) { self.workers = workers }

    /// Events that all workers brought to Redis.
    var stored: Int { workers.reduce(0) { $0 + $1.stored } }

    /// Whether Redis takes events of all workers.
    var hasRedis: Bool {
        workers.allSatisfy { $0.redisReady.load(ordering: .relaxed) }
            && !queueState.redisRefuses.load(ordering: .relaxed)
    }

    /// `/readyz`: 200 when an event that comes now can be stored, in Redis or on disk.
    var readiness: Response {
        let draining = isDraining.load(ordering: .relaxed)
        let redis = hasRedis
        let journal = queueState.hasRoom.load(ordering: .relaxed)
        let isReady = (redis || journal) && !draining
        var body: [UInt8] = []
        body.appendJSON(raw: "{\"ready\":")
        body.append(contentsOf: "\(isReady),\"redis\":\(redis),\"journal\":\(journal)".utf8)
        let queued = queueState.pending.load(ordering: .relaxed)
        body.append(contentsOf: ",\"draining\":\(draining),\"queued\":\(queued),\"problems\":[".utf8)
        for (index, problem) in problems.all.enumerated() {
            body.append(contentsOf: "\(index > 0 ? "," : ""){\"code\":".utf8)
            body.appendJSON(problem.code)
            body.append(contentsOf: ",\"severity\":\"\(problem.severity.rawValue)\",\"message\":".utf8)
            body.appendJSON(problem.message)
            body.append(UInt8(ascii: "}"))
        }
        body.appendJSON(raw: "]}")
        var headers = Response.unkept
        if !isReady { headers.append(("Retry-After", "2")) }
        return .json(isReady ? .ok : .serviceUnavailable, body, headers: headers)
    }

    /// `/metrics`.
    var metricsPage: Response {
        Response(
            status: .ok,
            headers: [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")] + Response.unkept,
            body: Array(Metric.page(of: workers, self).utf8))
    }
}
