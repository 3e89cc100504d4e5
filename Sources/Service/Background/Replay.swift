import Redis
import CRM
import Journal
import Loop
import Store

/// Brings the events on disk to Redis, in order of arrival, and leaves live events their share of it.
///
/// A window of events is on the way at once, in one pipeline. When Redis has not taken all of a window, the next one is
/// sent with care: an event goes out when those of the same customer before it are done, so that what Redis takes
/// again, or takes of others, never overtakes what it has refused.
final class Replay {
    /// Events on the way at once, to begin with and in a window that is sent with care.
    static let smallWindow = 32
    /// The same once it goes well: what one live event may find before it in Redis' queue.
    static let window = 128
    /// The same while there are no live events.
    static let largeWindow = 512
    /// Milliseconds that a window may take before the next one is smaller.
    static let maxWindow: Int64 = 50
    /// Bytes of events read from disk at once.
    static let readBytes = 1_048_576
    /// Milliseconds after which events that Redis could not take are tried again.
    static let retryAfter: Int64 = 250
    /// Milliseconds after which it is tried again when only a person can mend what stops it.
    static let retryBlockedAfter: Int64 = 1_000
    /// How often an event may be refused while others go through, before it is given up.
    static let maxRefusals = 10

    /// Called when something has left the disk.
    var progressed: () -> Void = {}
    /// Called with the key of all contacts that stops the replay, and with `nil` when it goes on.
    var blocked: (_ key: String?) -> Void = { _ in }

    private let journal: Journal
    private let rules: Rules
    let store: Store
    private let state: ServiceState
    private var queueState: QueueState { state.queueState }
    private let log: Log
    private let loop: EventLoop
    private var ulids = ULIDGenerator()
    var steps: [ReplayStep] = []
    private var unsettled = 0
    private var began = Moment.now()
    private var size = Replay.smallWindow
    /// Live events that had come through when the window began.
    private var storedBefore = 0
    /// Whether the last window was not taken as a whole, or is still to come: what is on disk may be there because
    /// Redis refused it alone.
    private var isCareful = true
    private var isResting = false
    private var isStopped = false
    /// Events on disk that an earlier process left.
    private var left: Int
    /// Events on disk that this one queued behind them.
    private var queued = 0
    /// Why the last dead letter could not be written.
    private var letterFailure: JournalError?
    /// The event at the front that Redis refuses, how often it did while others went through, and how many live ones
    /// had by then.
    private var refused: (position: Journal.Position, count: Int, stored: Int)?

    init(_ journal: Journal, rules: Rules, store: Store, state: ServiceState, log: Log, loop: EventLoop) {
        self.journal = journal
        self.rules = rules
        self.store = store
        self.state = state
        self.log = log
        self.loop = loop
        left = journal.pendingCount
    }

    /// Counts events that were written behind those that are there.
    func queued(_ count: Int) { queued += count }

    /// Begins nothing more.
    func stop() { isStopped = true }

    /// Whether nothing is on the way.
    var isIdle: Bool { steps.isEmpty }

    /// Begins nothing more, and counts out what is on disk: another journal takes over.
    func leave() {
        stop()
        settle()
    }

    /// Sends the next events, if it is time.
    func resume() {
        guard steps.isEmpty, !isResting, !isStopped, store.isReady, journal.pendingCount > 0,
            !queueState.redisBreaksEvents.load(ordering: .relaxed)
        else { return }
        let records: [Journal.Record]
        do { records = try journal.read(limit: size, maxBytes: Self.readBytes) } catch {
            // The backgroundWorker reports that one, and what it does about it.
            if case .folderMissing = error { return rest(Self.retryBlockedAfter) }
            log.write(.error, "Journal cannot be read", [("reason", error.description)])
            return rest(5_000)
        }
        guard !records.isEmpty else { return settle() }
        (began, storedBefore) = (Moment.now(), state.stored)
        steps = records.map(read)
        unsettled = steps.count
        if isCareful { lookUpNames() } else { for index in steps.indices { send(index) } }
    }

    private func read(_ record: Journal.Record) -> ReplayStep {
        // A clock that was wrong may have dated it in the future.
        let receivedAt = min(Timestamp(clamping: record.receivedAt), state.clock.now(loop))
        do {
            let event = try Event(
                queued: record.payload, receivedAt: receivedAt, flags: record.flags, ulid: ulids.next(at: receivedAt))
            return ReplayStep(record, .success(event))
        } catch {
            return ReplayStep(record, .failure(error))
        }
    }

    func send(_ index: Int) {
        // Of a person who was erased: nothing is left to apply.
        if steps[index].record.isVoid { return settled(index, .done) }
        switch steps[index].event {
        case .failure(let rejection): settled(index, .dead(rejection.message))
        case .success(let event):
            apply(event) { [unowned self] in settled(index, $0) }
        }
    }

    /// Applies an event. Where Redis refuses it although the keys of all contacts are sound, it is tried once more:
    /// somebody may have mended one in between.
    private func apply(_ event: Event, isSecond: Bool = false, _ done: @escaping (ReplayStep.Outcome) -> Void) {
        store.apply(rules.change(for: event)) { [unowned self] result in
            let outcome = outcome(of: event, result)
            guard case .failure(.refused) = result else { return done(outcome) }
            judge(outcome, of: event) { [unowned self] outcome in
                if case .dead = outcome, !isSecond { apply(event, isSecond: true, done) } else { done(outcome) }
            }
        }
    }

    /// Whether the fault is the event's own: Redis does not say which key it means. While a key of all contacts is
    /// damaged, no event is given up.
    private func judge(
        _ outcome: ReplayStep.Outcome, of event: Event, _ done: @escaping (ReplayStep.Outcome) -> Void
    ) {
        store.damagedKey(at: event.time) { result in
            switch result {
            case .success(nil): done(outcome)
            case .success(let key?): done(.blocked(key: key))
            case .failure: done(.later)
            }
        }
    }

    private func outcome(of event: Event, _ result: Result<Applied, RedisError>) -> ReplayStep.Outcome {
        switch result {
        case .success(let applied):
            log.write(
                .info, "Received event:", about: event.type.rawValue,
                [
                    ("result", Fate(applied).label), ("contact_id", applied.contactID ?? ""),
                    ("event_id", event.id.forLog), ("from", "journal"),
                ])
            return .done
        case .failure(.refused(let reason)): return .dead(reason)
        case .failure(.unable(let reason)): return .refused(reason)
        case .failure(.broken(let reason)):
            log.write(
                .error, "Event applied in part, and given up; run crmsync check",
                [("event_id", event.id.forLog), ("reason", String(reason.prefix(200)))])
            queueState.broken.add(1, ordering: .relaxed)
            return .dead("applied in part: \(reason)")
        case .failure(.disconnected), .failure(.uncertain), .failure(.unreplicated): return .later
        }
    }

    private func settled(_ index: Int, _ outcome: ReplayStep.Outcome) {
        FaultPoint.pass(.replaying)
        steps[index].outcome = outcome
        unsettled -= 1
        if let follower = steps[index].follower {
            if outcome.isFinal { send(follower) } else { settled(follower, .later) }
        }
        // The last one of a chain has finished it already.
        if unsettled == 0, !steps.isEmpty { finish() }
    }

    /// Ticks off the events up to the first that Redis could not take; those after it are applied again, which their
    /// ids make harmless.
    private func finish() {
        FaultPoint.pass(.replayed)
        guard let (index, reason) = refusedTooOften(), let event = try? steps[index].event.get() else {
            return tickOffFinal()
        }
        judge(.dead(reason), of: event) { [unowned self] outcome in
            steps[index].outcome = outcome
            tickOffFinal()
        }
    }

    private func tickOffFinal() {
        var last: Journal.Record?
        for step in steps {
            guard let outcome = step.outcome, outcome.isFinal else { break }
            if case .dead(let reason) = outcome, !makeDeadLetter(step.record, reason) { break }
            last = step.record
            tickOff(step)
        }
        let isComplete = last?.position == steps.last?.record.position
        let count = steps.count
        let blockingKey = blockingKey
        isCareful = !isComplete
        steps = []
        do { if let last { try journal.markApplied(upTo: last.position) } } catch {
            log.write(.error, "Journal cannot note its progress", [("reason", error.description)])
        }
        if journal.pendingCount == 0 { settle() }
        progressed()
        blocked(blockingKey)
        if isComplete {
            pace(count)
        } else {
            size = Self.smallWindow
            rest(blockingKey == nil && letterFailure == nil ? Self.retryAfter : Self.retryBlockedAfter)
        }
    }

    private var blockingKey: String? {
        for case .blocked(let key) in steps.compactMap(\.outcome) { return key }
        return nil
    }

    /// While live events come through, rests as long as it worked, so that they find Redis free at least half of the
    /// time. Windows become as large as the way to Redis and its disk allows, for each costs both one wait.
    private func pace(_ count: Int) {
        let worked = Moment.now().since(began) / 1_000_000
        let hasLive = state.stored > storedBefore
        let largest = hasLive ? Self.window : Self.largeWindow
        size = worked > Self.maxWindow ? max(Self.smallWindow, size / 2) : min(largest, size * 2)
        // What Redis spends on them is a twentieth of a millisecond each; the rest was waiting.
        rest(hasLive ? max(1, min(worked, Int64(count / 10))) : 0)
    }

    /// An event that Redis takes again and again amiss, although it takes those behind it, must not hold them up for
    /// ever, whatever the reason is.
    private func refusedTooOften() -> (index: Int, reason: String)? {
        guard let index = steps.firstIndex(where: { $0.outcome?.isFinal == false }),
            case .refused(let reason) = steps[index].outcome
        else {
            refused = nil
            return nil
        }
        let (position, stored) = (steps[index].record.position, state.stored)
        var count = 0
        if let refused, refused.position == position {
            let othersPass = stored > refused.stored || steps[index...].contains { $0.outcome == .done }
            count = refused.count + (othersPass ? 1 : 0)
        }
        refused = (position, count, stored)
        guard count >= Self.maxRefusals else { return nil }
        return (index, "refused \(count) times while other events were taken: \(reason)")
    }

    private func tickOff(_ step: ReplayStep) {
        if left > 0 {
            left -= 1
            queueState.leaveUnknown()
        } else {
            queued -= 1
            queueState.leave(step.names)
        }
        queueState.replayed.add(1, ordering: .relaxed)
    }

    /// Nothing is left on disk: what was counted and never came back was damaged there.
    private func settle() {
        for _ in 0..<max(0, left) { queueState.leaveUnknown() }
        for _ in 0..<max(0, queued) { queueState.leave([]) }
        (left, queued) = (0, 0)
        (isCareful, size) = (true, Self.smallWindow)
    }

    /// An event that no retry can heal goes aside, so that those behind it can go on.
    private func makeDeadLetter(_ record: Journal.Record, _ reason: String) -> Bool {
        do {
            try journal.deadLetter(record, reason: reason, at: loop.wallClock)
            letterFailure = nil
        } catch {
            // Once, and not at each attempt.
            if letterFailure?.code != error.code {
                log.write(.error, "Dead letter cannot be written, the replay waits", [("reason", error.description)])
            }
            letterFailure = error
            return false
        }
        queueState.dead.add(1, ordering: .relaxed)
        log.write(
            .error, "Event given up as a dead letter; see crmsync journal", [("reason", String(reason.prefix(200)))])
        return true
    }

    func rest(_ milliseconds: Int64) {
        isResting = true
        // Another replay may have taken over by then, with another journal.
        loop.schedule(after: milliseconds) { [weak self] in
            self?.isResting = false
            self?.resume()
        }
    }
}
