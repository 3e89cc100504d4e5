import Glibc
import Loop
import Synchronization

/// The whole receiver: workers, signals and an orderly end.
public final class Service {
    private let settings: Settings
    private let log: Log
    private let loop: EventLoop
    private let state: ServiceState
    private let metrics: [Metrics]
    private var signals: Signals?
    private var workers: [(handover: Handover, thread: Thread)] = []
    private var running = 0
    private var failure: SystemError?

    /// A service that starts with ``run()``.
    public init(_ settings: Settings) throws(SystemError) {
        self.settings = settings
        log = Log(level: settings.logLevel, format: settings.logFormat)
        loop = try EventLoop()
        metrics = (0..<settings.threads).map { _ in Metrics() }
        state = ServiceState(workers: metrics)
    }

    /// Serves until SIGTERM or SIGINT, then answers what is in flight. A second signal, or the end of `DRAIN_SECONDS`,
    /// ends the process at once.
    ///
    /// - Throws: what keeps it from starting, such as a port that is taken.
    public func run() throws(SystemError) {
        // A client that is gone is an error of `send`, not a death.
        signal(SIGPIPE, SIG_IGN)
        signals = try Signals([SIGTERM, SIGINT], loop: loop) { [unowned self] in stop($0) }
        try Listener.probe(host: settings.host, port: settings.port)
        try start()
        loop.afterRound = { [log] in log.flush() }
        log.flush()
        try loop.run()
        for worker in workers { worker.thread.join() }
        if let failure { throw failure }
        log.write(.info, "Stopped")
        log.flush()
    }

    private func start() throws(SystemError) {
        var port = settings.port
        for index in 0..<settings.threads {
            let worker = try Worker(settings: settings, state: state, metrics: metrics[index])
            port = try worker.listen(host: settings.host, port: port)
            try launch(worker, number: index)
        }
        let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
        log.write(
            .info, "crmsync \(Program.version) listening",
            [
                ("address", "\(host):\(port)"), ("base", settings.basePath), ("threads", String(settings.threads)),
                ("redis", settings.redis.place),
            ])
        if settings.adminTokenIsRandom {
            log.write(.warning, "ADMIN_TOKEN is not set; made one for this run", [("admin_token", settings.adminToken)])
        }
    }

    private func launch(_ worker: Worker, number: Int) throws(SystemError) {
        // The worker belongs to its thread from here on; only its handover is kept.
        nonisolated(unsafe) let worker = worker
        nonisolated(unsafe) let service = self
        let home = loop.handover
        running += 1
        let thread = try Thread(name: "worker-\(number)") {
            let result = Result { () throws(SystemError) in try worker.run() }
            home.perform { service.ended(result) }
        }
        // Draining goes through the worker's own loop.
        workers.append((worker.loop.handover, thread))
        drains.append { worker.drain() }
    }

    private var drains: [@Sendable () -> Void] = []

    private func ended(_ result: Result<Void, SystemError>) {
        running -= 1
        if case .failure(let error) = result {
            failure = failure ?? error
            drain()
        }
        if running == 0 { loop.stop() }
    }

    private func stop(_ signal: Int32) {
        guard !state.isDraining.load(ordering: .relaxed) else {
            log.write(.warning, "Second signal: ending at once")
            log.flush()
            exit(1)
        }
        log.write(.info, "Stopping: answering what is in flight", [("signal", signal == SIGINT ? "SIGINT" : "SIGTERM")])
        drain()
        loop.schedule(after: settings.drainMilliseconds) { [log] in
            log.write(.warning, "The drain took too long: ending with requests unanswered")
            log.flush()
            exit(0)
        }
    }

    private func drain() {
        state.isDraining.store(true, ordering: .relaxed)
        for (worker, drain) in zip(workers, drains) { worker.handover.perform(drain) }
    }
}

/// The program itself.
public enum Program {
    /// Major, minor and patch (https://semver.org).
    public static let version = "0.1.0"
}
