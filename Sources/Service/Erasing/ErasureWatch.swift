import Journal
import Loop
import Store

/// Sees to it that nothing of an erased person stays on this service's disk, whoever erased the person.
///
/// An erasure through this service asks for it at once; others are noticed in Redis, within a second.
final class ErasureWatch {
    /// How often it is asked whether somebody was erased, in milliseconds.
    static let interval: Int64 = 1_000
    /// How long after a failure, in milliseconds.
    static let pause: Int64 = 30_000

    private let journal: () -> Journal?
    private let store: Store
    private let log: Log
    private let loop: EventLoop
    private var sweep: JournalSweep?
    private var waiting: [JournalSweep.Completion] = []
    /// The last erasure that was seen to.
    private var swept: Int64?

    init(store: Store, log: Log, loop: EventLoop, journal: @escaping () -> Journal?) {
        self.journal = journal
        self.store = store
        self.log = log
        self.loop = loop
    }

    /// Looks for erasures from now on.
    func start() { poll() }

    /// Removes what waits of all who were erased, and tells how much that was.
    func clear(_ done: @escaping JournalSweep.Completion) {
        guard let journal = journal() else { return done(.success(.init())) }
        // What is running may have passed the person already.
        guard sweep == nil else { return waiting.append(done) }
        let sweep = JournalSweep(journal, store) { [unowned self] result in
            note(result)
            done(result)
            self.sweep = nil
            let next = waiting
            waiting = []
            if !next.isEmpty { clear { result in for done in next { done(result) } } }
        }
        self.sweep = sweep
        sweep.start()
    }

    private func note(_ result: Result<JournalSweep.Counts, JournalSweep.Failure>) {
        switch result {
        case .success(let counts):
            guard counts != .init() else { return }
            log.write(
                .info, "Removed events of erased persons from the disk",
                [("queued", String(counts.queued)), ("dead_letters", String(counts.deadLetters))])
        case .failure(let failure):
            log.write(
                .error, "Events of erased persons are still on the disk, will be tried again",
                [("reason", failure.reason)])
        }
    }

    private func poll() {
        guard store.isReady, let journal = journal(), journal.holdsAnything else { return again() }
        store.lastErasure { [unowned self] result in
            guard case .success(let last?) = result, last != swept else { return again() }
            clear { [unowned self] result in
                if case .success = result { swept = last }
                again(after: swept == last ? Self.interval : Self.pause)
            }
        }
    }

    private func again(after milliseconds: Int64 = ErasureWatch.interval) {
        loop.schedule(after: milliseconds) { [unowned self] in poll() }
    }
}

extension Journal {
    /// Whether there is any event on the disk, dead letters included.
    fileprivate var holdsAnything: Bool { !segmentNumbers.isEmpty || deadLetterCount() > 0 }
}
