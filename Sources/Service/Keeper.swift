import CRM
import Journal
import Loop
import Store

/// The service's background thread: writes events to disk when Redis cannot take them, brings them to Redis later, and
/// watches for bookings that were left and alerts that nobody heard.
///
/// It has a loop and a connection of its own, so that no `fsync` and no replay holds up a worker.
final class Keeper {
    /// Events that replay has on the way at once: what one live event may find before it in Redis' queue.
    static let window = 32
    /// Bytes of events read from disk at once.
    static let readBytes = 1_048_576

    let loop: EventLoop
    private let settings: Settings
    private let backlog: Backlog
    private let rules: Rules
    private let log: Log
    private let store: Store
    private let watch: Watch
    private var journal: Journal?
    private var arrivals: [Backlog.Entry] = []
    /// Customers of the events on disk, in order; what an earlier process left has none.
    private var customers: [[Int]] = []
    private var firstCustomer = 0
    private var unread = 0
    private var replaying: [Journal.Record] = []
    private var outcomes: [Outcome?] = []
    private var isWaiting = false
    private var isStopping = false
    private var ulids = ULIDGenerator()

    private enum Outcome {
        case done
        case dead(String)
        case later
    }

    init(settings: Settings, backlog: Backlog) throws(SystemError) {
        self.settings = settings
        self.backlog = backlog
        loop = try EventLoop()
        rules = settings.rules
        log = Log(level: settings.logLevel, format: settings.logFormat)
        store = Store(settings, loop: loop)
        watch = Watch(settings: settings, store: store, rules: rules, backlog: backlog, log: log, loop: loop)
        loop.afterRound = { [unowned self] in endRound() }
        store.redis.stateChanged = { [unowned self] in if $0 == .ready { replay() } }
    }

    /// Opens the journal, if there is one. Call before any worker starts.
    func open() throws(JournalError) {
        guard let directory = settings.journalDirectory else { return }
        let options = Journal.Options(directory: directory, maxBytes: settings.journalMaxBytes)
        let journal = try Journal.open(options)
        noteFindings(journal)
        self.journal = journal
        unread = journal.pendingCount
        backlog.enterUnknown(unread)
        if unread > 0 { log.write(.info, "Journal has events of an earlier run", [("events", String(unread))]) }
        report()
        log.flush()
    }

    func run() throws(SystemError) {
        store.redis.connect()
        watch.start()
        try loop.run()
        journal?.close()
    }

    /// Ends the loop; what is on disk stays there for the next start.
    func stop() {
        isStopping = true
        store.redis.close()
        loop.stop()
    }

    /// Takes an event for the disk; call on this loop.
    func take(_ entry: Backlog.Entry) { arrivals.append(entry) }

    private func endRound() {
        if !arrivals.isEmpty { write() }
        replay()
        store.flush()
        log.flush()
    }

    /// Group commit: one write and one `fsync` for all that came meanwhile.
    private func write() {
        let entries = arrivals
        arrivals = []
        var stored = false
        do {
            _ = try journal?.append(
                entries.map { .init(receivedAt: $0.receivedAt, flags: $0.flags, payload: $0.payload) })
            stored = journal != nil
        } catch {
            log.write(.error, "Journal cannot take events", [("reason", error.description)])
        }
        if stored { customers += entries.map(\.customers) }
        for entry in entries {
            if !stored { backlog.leave(entry.customers) }
            entry.stored(stored)
        }
        report()
    }

    // MARK: Replay

    /// Sends the next events to Redis, in order of arrival.
    private func replay() {
        guard let journal, replaying.isEmpty, !isWaiting, !isStopping, store.isReady, journal.pendingCount > 0 else {
            return
        }
        do {
            replaying = try journal.read(from: nil, limit: Self.window, maxBytes: Self.readBytes)
        } catch {
            log.write(.error, "Journal cannot be read", [("reason", error.description)])
            return pause(5_000)
        }
        outcomes = Array(repeating: nil, count: replaying.count)
        let began = Moment.now()
        for (index, record) in replaying.enumerated() {
            apply(record) { [unowned self] outcome in
                outcomes[index] = outcome
                if !outcomes.contains(where: { $0 == nil }) { finishWindow(began) }
            }
        }
        store.flush()
    }

    private func apply(_ record: Journal.Record, _ done: @escaping (Outcome) -> Void) {
        let event: Event
        do {
            let receivedAt = Timestamp(clamping: record.receivedAt)
            event = try Event(
                queued: record.payload, receivedAt: receivedAt, flags: record.flags, ulid: ulids.next(at: receivedAt))
        } catch {
            return done(.dead(error.message))
        }
        store.apply(rules.change(for: event)) { [log] result in
            switch result {
            case .success(let applied):
                log.write(
                    .info, "Received event:", about: event.type.rawValue,
                    [
                        ("result", applied.isDuplicate ? "duplicate" : "applied"), ("contact_id", applied.contactID),
                        ("event_id", event.id.forLog), ("from", "journal"),
                    ])
                done(.done)
            case .failure(.refused(let reason)): done(.dead(reason))
            case .failure(.disconnected), .failure(.uncertain), .failure(.unable), .failure(.unreplicated): done(.later)
            }
        }
    }

    /// Ticks off the events up to the first that Redis could not take; those after it are applied again, which their ids
    /// make harmless.
    private func finishWindow(_ began: Moment) {
        var last: Journal.Record?
        for (record, outcome) in zip(replaying, outcomes) {
            if case .later = outcome { break }
            if case .dead(let reason) = outcome, !bury(record, reason) { break }
            last = record
            tickOff()
        }
        let isComplete = last?.position == replaying.last?.position
        replaying = []
        defer { if journal?.pendingCount == 0 { settle() } }
        do { if let last { try journal?.markApplied(upTo: last.position) } } catch {
            log.write(.error, "Journal cannot note its progress", [("reason", error.description)])
        }
        report()
        // As long at rest as at work, so that live events find Redis free at least half of the time.
        pause(isComplete ? max(1, Moment.now().since(began) / 1_000_000) : 250)
    }

    /// Nothing is left on disk: what was counted and never came back was damaged there.
    private func settle() {
        for _ in 0..<unread { backlog.leave([]) }
        unread = 0
        for names in customers[firstCustomer...] { backlog.leave(names) }
        customers = []
        firstCustomer = 0
    }

    private func noteFindings(_ journal: Journal) {
        for finding in journal.takeFindings() {
            log.write(finding.isLoss ? .error : .warning, "Journal: \(finding)")
        }
    }

    private func tickOff() {
        if unread > 0 {
            unread -= 1
            backlog.leave([])
        } else {
            backlog.leave(customers[firstCustomer])
            customers[firstCustomer] = []
            firstCustomer += 1
            if firstCustomer == customers.count {
                customers = []
                firstCustomer = 0
            } else if firstCustomer > 10_000 {
                customers.removeFirst(firstCustomer)
                firstCustomer = 0
            }
        }
        backlog.replayed.add(1, ordering: .relaxed)
    }

    /// An event that no retry can heal goes aside, so that those behind it can go on.
    private func bury(_ record: Journal.Record, _ reason: String) -> Bool {
        do {
            try journal?.deadLetter(record, reason: reason, at: loop.wallClock)
        } catch {
            log.write(.error, "Dead letter cannot be written", [("reason", error.description)])
            return false
        }
        backlog.dead.add(1, ordering: .relaxed)
        log.write(
            .error, "Event given up as a dead letter; see crmsync journal", [("reason", String(reason.prefix(200)))])
        return true
    }

    private func pause(_ milliseconds: Int64) {
        isWaiting = true
        loop.schedule(after: milliseconds) { [unowned self] in
            isWaiting = false
            replay()
        }
    }

    private func report() {
        guard let journal else { return }
        noteFindings(journal)
        backlog.bytes.store(journal.pendingBytes, ordering: .relaxed)
        backlog.oldest.store(Int(journal.oldestReceivedAt ?? 0), ordering: .relaxed)
        backlog.hasRoom.store(journal.hasRoom, ordering: .relaxed)
    }
}
