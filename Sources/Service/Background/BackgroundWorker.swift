import CRM
import Journal
import Loop
import Store

/// The service's background thread: writes events to disk when Redis cannot take them, has them brought to Redis later,
/// and watches for bookings that were left and alerts that nobody heard.
///
/// It has a loop and a connection of its own, so that no `fsync` and no replay holds up a worker.
final class BackgroundWorker {
    /// Milliseconds between two looks at Redis and at a disk that failed.
    static let lookEvery: Int64 = 1_000
    /// Looks at Redis between two looks at all that it has to be, and at a disk that nobody used meanwhile.
    static let looksPerProbe = 5

    let loop: EventLoop
    private let settings: Settings
    private let state: ServiceState
    private var queueState: QueueState { state.queueState }
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
    private var arrivals: [QueueState.Entry] = []
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
        notice = BacklogNotice(store: store, queueState: state.queueState, loop: loop)
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
        adopt(try Journal.open(options, calls: FaultPoint.calls))
        check.identified = { [unowned self] in noteDatabase($0) }
        log.flush()
    }

    /// Works with this journal from now on.
    private func adopt(_ journal: Journal) {
        self.journal = journal
        check.expect(database: journal.database)
        let left = journal.pendingCount
        queueState.enterUnknown(left)
        if left > 0 { log.write(.info, "Journal has events of an earlier run", [("events", String(left))]) }
        replay = Replay(journal, rules: settings.rules, store: store, state: state, log: log, loop: loop)
        replay?.progressed = { [unowned self] in report() }
        replay?.blocked = { [check] in check.noteBlocked(by: $0) }
        report()
    }

    private func noteDatabase(_ id: String) {
        do throws(JournalError) {
            if journal?.database != id { try journal?.note(database: id) }
        } catch {
            log.write(.warning, "The database's id cannot be noted", [("reason", error.description)])
        }
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

    /// Goes on with these settings, of which the log's level concerns this thread.
    func adopt(_ settings: Settings) { log.level = settings.logLevel }

    /// Ends the loop; what is on disk stays there for the next start.
    func stop() {
        replay?.stop()
        store.redis.close()
        loop.stop()
    }

    /// Takes an event for the disk; call on this loop.
    func take(_ entry: QueueState.Entry) { arrivals.append(entry) }

    private func endRound() {
        if !arrivals.isEmpty { write() }
        replay?.resume()
        store.flush()
        log.flush()
    }

    /// Group commit: one write and one `fsync` for all that came meanwhile. Dead letters go one by one: they are rare.
    private func write() {
        let entries = arrivals
        arrivals = []
        let stored = append(entries.filter { $0.deadBecause == nil })
        var areDead: [Bool] = []
        for entry in entries where entry.deadBecause != nil { areDead.append(makeDeadLetter(entry)) }
        // Before anybody is answered, so that whoever was refused finds the same said by /readyz and in the log.
        report()
        log.flush()
        for entry in entries {
            queueState.settle(bytes: entry.payload.count)
            let isDead = entry.deadBecause != nil
            let isKept = isDead ? areDead.removeFirst() : stored
            if isDead || !isKept { queueState.leave(entry.customers) }
            entry.stored(isKept)
        }
    }

    private func append(_ entries: [QueueState.Entry]) -> Bool {
        guard let journal, !entries.isEmpty else { return false }
        do throws(JournalError) {
            try journal.append(entries.map(Self.record))
            noteDisk(nil)
        } catch {
            noteDisk(error)
            return false
        }
        replay?.queued(entries.count)
        return true
    }

    private func makeDeadLetter(_ entry: QueueState.Entry) -> Bool {
        guard let journal, let reason = entry.deadBecause else { return false }
        do throws(JournalError) {
            try journal.deadLetter(Self.record(entry), reason: reason, at: loop.wallClock)
        } catch {
            log.write(.error, "Dead letter cannot be written", [("reason", error.description)])
            return false
        }
        queueState.dead.add(1, ordering: .relaxed)
        return true
    }

    private static func record(_ entry: QueueState.Entry) -> Journal.NewRecord {
        .init(receivedAt: entry.receivedAt, flags: entry.flags, payload: entry.payload)
    }

    // MARK: Whether the disk and Redis can take events

    private func tick() {
        clockWatch.compare()
        state.availability.note(state.look, at: state.clock.now(loop))
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
            if case .folderMissing = diskFailure, replay?.isIdle == true, let next = try journal.successor() {
                replay?.leave()
                report()
                adopt(next)
                if let id = check.database { noteDatabase(id) }
            }
            try self.journal?.probe()
            noteDisk(nil)
        } catch {
            noteDisk(error)
        }
        report()
    }

    /// A failure is reported when it begins, changes and ends, not with each event.
    private func noteDisk(_ failure: JournalError?) {
        if diskFailure?.code != failure?.code { diskFailure = failure }
    }

    private func report() {
        guard let journal else { return }
        for finding in journal.takeFindings() {
            log.write(finding.isLoss ? .error : .warning, "Journal: \(finding)")
        }
        queueState.bytes.store(journal.pendingBytes, ordering: .relaxed)
        queueState.oldest.store(Int(journal.oldestReceivedAt ?? 0), ordering: .relaxed)
        queueState.hasRoom.store(journal.hasRoom && diskFailure == nil, ordering: .relaxed)
        let letters = journal.deadLetterCount()
        queueState.deadLetters.store(letters, ordering: .relaxed)
        let isFull = !journal.hasRoomForDeadLetters
        queueState.deadLettersFull.store(isFull, ordering: .relaxed)
        reportProblems(hasLetters: letters > 0, isFull: isFull)
    }

    private func reportProblems(hasLetters: Bool, isFull: Bool) {
        var problems: [Problem] = []
        if let diskFailure {
            problems.append(
                Problem(.error, "journal_failed", "The journal cannot take events: \(diskFailure.description)"))
        }
        if isFull {
            problems.append(
                Problem(
                    .error, "dead_letters_full",
                    "There is no room for another dead letter, so events that Redis refuses are answered 503, and what "
                        + "is queued waits: mend the cause, then crmsync journal retry, or crmsync journal drop."))
        } else if hasLetters {
            problems.append(
                Problem(
                    .warning, "dead_letters",
                    "Events were given up and wait for a person: see crmsync journal, then crmsync journal retry or drop."
                ))
        }
        state.problems.report(problems, from: .journal, to: log)
    }
}
