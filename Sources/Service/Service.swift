import Glibc
import Loop
import Synchronization

/// The whole receiver: workers, signals and an orderly end.
public final class Service {
    /// Milliseconds after the first signal in which further ones are the same request to stop: a terminal signals the
    /// whole process group, and a supervisor in that group passes the signal on.
    static let repeatedSignalMilliseconds: Int64 = 1_000

    /// Reads the settings from where they come.
    public typealias Reread = () throws(Settings.Invalid) -> Settings

    private var settings: Settings
    private let reread: Reread
    private let log: Log
    private let loop: EventLoop
    private let state: ServiceState
    private let metrics: [Metrics]
    /// Counts senders for all workers; `nil` without `RATE_LIMIT`.
    private var limiter: RateLimiter?
    private var signals: Signals?
    private struct Member {
        let thread: Thread
        let stop: () -> Void
        let adopt: (Settings, RateLimiter?) -> Void
    }

    private var workers: [Member] = []
    private var backgroundWorker: Member?
    private var running = 0
    private var failure: SystemError?
    /// When the first signal to stop came.
    private var stoppingSince: Moment?

    /// A service that starts with ``run()``.
    ///
    /// - Parameter reread: reads the settings again, at SIGHUP.
    public init(_ settings: Settings, reread: @escaping Reread) throws(ServiceError) {
        self.settings = settings
        self.reread = reread
        log = Log(level: settings.logLevel, format: settings.logFormat)
        do { loop = try EventLoop() } catch { throw .system(error) }
        metrics = (0..<settings.threads).map { _ in Metrics() }
        state = ServiceState(workers: metrics)
        limiter = settings.rateLimit.map(RateLimiter.init)
    }

    /// Serves until SIGTERM or SIGINT, then answers what is in flight. A second signal that comes a second later or
    /// more, or the end of `DRAIN_SECONDS`, ends the process at once.
    ///
    /// - Throws: what keeps it from starting, such as a port that is taken.
    public func run() throws(ServiceError) {
        // A client that is gone is an error of `send`, not a death.
        signal(SIGPIPE, SIG_IGN)
        // Nor is a limit on the size of files: the journal says that there is no room.
        signal(SIGXFSZ, SIG_IGN)
        do {
            // Before any thread starts: it blocks the signals for all of them.
            signals = try Signals([SIGTERM, SIGINT, SIGHUP], loop: loop) { [unowned self] in
                if $0 == SIGHUP { reload() } else { stop($0) }
            }
        } catch {
            throw .system(error)
        }
        checkDescriptors()
        do { try ListeningSocket.probe(host: settings.host, port: settings.port) } catch { throw .address(error) }
        let (queue, cleaner) = try startKeeper()
        do {
            try startWorkers(queue, cleaner)
            loop.afterRound = { [log] in log.flush() }
            log.flush()
            try loop.run()
        } catch {
            throw .system(error)
        }
        for member in workers + [backgroundWorker].compactMap(\.self) { member.thread.join() }
        if let failure { throw .system(failure) }
        log.write(.info, "Stopped")
        log.flush()
    }

    /// Each connection takes a file descriptor; shells and service managers often start programs with 1024.
    private func checkDescriptors() {
        let most = Machine.raiseDescriptorLimit()
        let wanted = settings.maxConnections + 100
        guard most < wanted else { return }
        log.write(
            .warning, "The limit on open files (ulimit -n) is lower than MAX_CONNECTIONS needs, which is lowered too",
            [("limit", String(most)), ("needed", String(wanted))])
        settings.maxDescribed = max(1, most - 100)
        settings.maxConnections = max(1, most - 100)
    }

    private func startWorkers(_ queue: Intake.Enqueue?, _ cleaner: @escaping QueueCleaner) throws(SystemError) {
        var port = settings.port
        for index in 0..<settings.threads {
            let worker = try Worker(
                settings: settings, state: state, metrics: metrics[index], limiter: limiter, queue: queue,
                cleaner: cleaner)
            port = try worker.listen(host: settings.host, port: port)
            workers.append(
                try launch("worker-\(index)", handover: worker.loop.handover, stop: worker.drain, adopt: worker.adopt) {
                    () throws(SystemError) in try worker.run()
                })
        }
        running = workers.count
        let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
        log.announce(
            .info, "crmsync \(Program.version) listening",
            [
                ("address", "\(host):\(port)"), ("base", settings.basePath), ("threads", String(settings.threads)),
                ("redis", settings.redis.place), ("journal", settings.journalDirectory ?? "none"),
            ])
        if settings.adminTokenIsRandom {
            log.announce(
                .warning, "ADMIN_TOKEN is not set; made one for this run", [("admin_token", settings.adminToken)])
        }
        state.problems.report(settings.problems, from: .settings, to: log)
    }

    /// Starts the background thread and returns the way to its disk queue, if there is one, and to who clears it.
    private func startKeeper() throws(ServiceError) -> (Intake.Enqueue?, QueueCleaner) {
        let backgroundWorker: BackgroundWorker
        do { backgroundWorker = try BackgroundWorker(settings: settings, state: state) } catch { throw .system(error) }
        do { try backgroundWorker.open() } catch { throw .journal(error) }
        let handover = backgroundWorker.loop.handover
        do {
            self.backgroundWorker = try launch(
                "background", handover: handover, stop: backgroundWorker.stop,
                adopt: { settings, _ in backgroundWorker.adopt(settings) }
            ) {
                () throws(SystemError) in try backgroundWorker.run()
            }
        } catch {
            throw .system(error)
        }
        let bound = LoopBound(backgroundWorker)
        let cleaner: QueueCleaner = { done in
            handover.perform { bound.value.erasures.clear { done(Erasure.Queue($0)) } }
        }
        guard settings.journalDirectory != nil else { return (nil, cleaner) }
        return ({ entry in handover.perform { bound.value.take(entry) } }, cleaner)
    }

    private func launch(
        _ name: String, handover: Handover, stop: @escaping () -> Void,
        adopt: @escaping (Settings, RateLimiter?) -> Void,
        _ body: @escaping () throws(SystemError) -> Void
    ) throws(SystemError) -> Member {
        // What runs belongs to its thread from here on.
        let (body, stop, home) = (LoopBound(body), LoopBound(stop), loop.handover)
        let adopt = LoopBound(adopt)
        let service = LoopBound(self)
        let thread = try Thread(name: name) {
            let result = Result(catching: body.value)
            home.perform { service.value.ended(result, isWorker: name != "background") }
        }
        return Member(
            thread: thread, stop: { handover.perform { stop.value() } },
            adopt: { settings, limiter in handover.perform { adopt.value(settings, limiter) } })
    }

    private func ended(_ result: Result<Void, SystemError>, isWorker: Bool) {
        if isWorker { running -= 1 }
        if case .failure(let error) = result {
            failure = failure ?? error
            drain()
        }
        guard running == 0 else { return }
        // The last answers are given: what is still queued waits on disk for the next start.
        if isWorker { backgroundWorker?.stop() } else { loop.stop() }
    }

    private func stop(_ signal: Int32) {
        if let stoppingSince {
            guard loop.now.since(stoppingSince) >= Self.repeatedSignalMilliseconds * 1_000_000 else { return }
            log.write(.warning, "Second signal: ending at once")
            log.flush()
            _exit(1)
        }
        stoppingSince = loop.now
        log.write(.info, "Stopping: answering what is in flight", [("signal", signal == SIGINT ? "SIGINT" : "SIGTERM")])
        state.isDraining.store(true, ordering: .relaxed)
        loop.schedule(after: settings.drainDelay) { [unowned self] in drain() }
        loop.schedule(after: settings.drainDelay + settings.drainMilliseconds) { [log] in
            log.write(.warning, "The drain took too long: ending with requests unanswered")
            log.flush()
            _exit(0)
        }
    }

    /// Reads the settings again, and changes what may change while the service runs. Settings that cannot be used
    /// change nothing.
    private func reload() {
        let fixed: [String]
        let old = settings
        do throws(Settings.Invalid) {
            (settings, fixed) = try old.reloaded(with: reread())
        } catch {
            log.announce(.error, "Settings not reloaded: the old ones stay in force", [("reason", error.description)])
            return log.flush()
        }
        // The same limit goes on counting.
        if settings.rateLimit != old.rateLimit { limiter = settings.rateLimit.map(RateLimiter.init) }
        log.level = settings.logLevel
        for member in workers + [backgroundWorker].compactMap(\.self) { member.adopt(settings, limiter) }
        state.problems.report(settings.problems, from: .settings, to: log)
        let waiting = fixed.isEmpty ? [] : [("restart_needed_for" as StaticString, fixed.joined(separator: ","))]
        log.announce(.info, "Settings reloaded", waiting)
        log.flush()
    }

    private func drain() {
        state.isDraining.store(true, ordering: .relaxed)
        for worker in workers { worker.stop() }
    }
}

/// The program itself.
public enum Program {
    /// Major, minor and patch (https://semver.org).
    public static let version = "1.0.0-rc.1"
}
