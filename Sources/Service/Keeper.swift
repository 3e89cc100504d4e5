import CRM
import Journal
import Loop
import Store

/// The service's background thread: writes events to disk when Redis cannot take them, has them brought to Redis later,
/// and watches for bookings that were left and alerts that nobody heard.
///
/// It has a loop and a connection of its own, so that no `fsync` and no replay holds up a worker.
final class Keeper {
    /// Milliseconds between two looks at Redis and at a disk that failed.
    static let lookEvery: Int64 = 1_000
    /// Looks at Redis between two looks at all that it has to be, and at a disk that nobody used meanwhile.
    static let looksPerProbe = 5

    let loop: EventLoop
    private let settings: Settings
    private let state: ServiceState
    private var backlog: Backlog { state.backlog }
    private let log: Log
    private let store: Store
    private let watch: Watch
    private let check: RedisCheck
    private let clockWatch: ClockWatch
    private let sweeper: Sweeper
    private let finisher: ErasureFinisher
    private let notice: BacklogNotice
    private(set) lazy var erasures = ErasureWatch(store: store, log: log, loop: loop) { [unowned self] in journal }
    private var journal: Journal?
    private var replay: Replay?
    private var arrivals: [Backlog.Entry] = []
    /// Why the disk does not take events, when it does not.
    private var diskFailure: JournalError?
    private var looks = 0

    init(settings: Settings, state: ServiceState) throws(SystemError) {
        self.settings = settings
        self.state = state
        loop = try EventLoop()
        log = Log(level: settings.logLevel, format: settings.logFormat)
        store = Store(settings, loop: loop)
        watch = Watch(
            settings: settings, store: store, rules: settings.rules, state: state, log: log, loop: loop)
        check = RedisCheck(store: store, state: state, log: log, loop: loop)
        clockWatch = ClockWatch(store: store, state: state, log: log)
        sweeper = Sweeper(settings: settings, store: store, state: state, log: log, loop: loop)
        finisher = ErasureFinisher(store: store, log: log, loop: loop)
        notice = BacklogNotice(store: store, backlog: state.backlog, loop: loop)
        loop.afterRound = { [unowned self] in endRound() }
        store.redis.stateChanged = { [unowned self] in
            watch.redisChanged(isReady: $0 == .ready)
            check.connectionChanged($0)
            clockWatch.compare()
        }
    }

    /// Opens the journal, if there is one. Call before any worker starts.
    func open() throws(JournalError) {
        guard let directory = settings.journalDirectory else { return }
        let options = Journal.Options(directory: directory, maxBytes: settings.journalMaxBytes)
        let journal = try Journal.open(options, calls: FaultPoint.calls)
        self.journal = journal
        let left = journal.pendingCount
        backlog.enterUnknown(left)
        if left > 0 { log.write(.info, "Journal has events of an earlier run", [("events", String(left))]) }
        replay = Replay(journal, rules: settings.rules, store: store, state: state, log: log, loop: loop)
        replay?.progressed = { [unowned self] in report() }
        report()
        log.flush()
    }

    func run() throws(SystemError) {
        store.redis.connect()
        watch.start()
        sweeper.start()
        notice.start()
        tick()
        erasures.start()
        finisher.start()
        try loop.run()
        journal?.close()
    }

    /// Ends the loop; what is on disk stays there for the next start.
    func stop() {
        replay?.stop()
        store.redis.close()
        loop.stop()
    }

    /// Takes an event for the disk; call on this loop.
    func take(_ entry: Backlog.Entry) { arrivals.append(entry) }

    private func endRound() {
        if !arrivals.isEmpty { write() }
        replay?.goOn()
        store.flush()
        log.flush()
    }

    /// Group commit: one write and one `fsync` for all that came meanwhile.
    private func write() {
        let entries = arrivals
        arrivals = []
        var stored = false
        do throws(JournalError) {
            _ = try journal?.append(
                entries.map { .init(receivedAt: $0.receivedAt, flags: $0.flags, payload: $0.payload) })
            stored = journal != nil
            noteDisk(nil)
        } catch {
            noteDisk(error)
        }
        if stored { replay?.queued(entries.count) }
        // Before anybody is answered, so that whoever was refused finds the same said by /readyz.
        report()
        for entry in entries {
            backlog.settle(bytes: entry.payload.count)
            if !stored { backlog.leave(entry.customers) }
            entry.stored(stored)
        }
    }

    // MARK: Whether the disk and Redis can take events

    private func tick() {
        clockWatch.compare()
        looks += 1
        let isThorough = looks % Self.looksPerProbe == 0
        if isThorough { check.examine() } else { check.probe() }
        if diskFailure != nil || isThorough { probeDisk() }
        loop.schedule(after: Self.lookEvery) { [unowned self] in tick() }
    }

    /// Tries the disk, so that a full or read-only one is known before an event needs it, and its recovery without a
    /// restart.
    private func probeDisk() {
        guard let journal else { return }
        do throws(JournalError) {
            try journal.probe()
            noteDisk(nil)
        } catch {
            noteDisk(error)
        }
        report()
    }

    /// A failure is logged when it begins, changes and ends, not with each event.
    private func noteDisk(_ failure: JournalError?) {
        let before = diskFailure
        diskFailure = failure
        guard before != failure else { return }
        if let failure {
            log.write(.error, "Journal cannot take events", [("reason", failure.description)])
        } else if before != nil {
            log.write(.info, "Journal takes events again")
        }
    }

    private func report() {
        guard let journal else { return }
        for finding in journal.takeFindings() {
            log.write(finding.isLoss ? .error : .warning, "Journal: \(finding)")
        }
        backlog.bytes.store(journal.pendingBytes, ordering: .relaxed)
        backlog.oldest.store(Int(journal.oldestReceivedAt ?? 0), ordering: .relaxed)
        backlog.hasRoom.store(journal.hasRoom && diskFailure == nil, ordering: .relaxed)
        backlog.deadLetters.store(journal.deadLetterCount(), ordering: .relaxed)
    }
}
