import CRM
import Loop
import Store

/// Finds what no website reports: bookings whose browser fell silent, or went without saying for sure that it left, and
/// urgent tasks that nobody heard of.
///
/// Any number of receivers may watch one database: what they do is applied once.
final class Watch {
    /// Bookings in one batch.
    static let maxBookings = 100
    /// Milliseconds between two polls for bookings that were left: a good part of what sales waits for a closed tab.
    static let leavingPause: Int64 = 250
    /// The same after one that Redis refused: what it refuses, it refuses again.
    static let troubledPause: Int64 = 5_000
    /// Milliseconds after which an unheard task is no longer announced.
    static let repeatFor: Int64 = 86_400_000
    /// Milliseconds after a connection to Redis in which nothing is given up: receivers that queued events while Redis
    /// was away need a moment to say so.
    static let settlingTime: Int64 = 2_000

    private let settings: Settings
    private let store: Store
    private let rules: Rules
    private let queueState: QueueState
    private let counts: BackgroundCounts
    private let clock: ServiceClock
    private let log: Log
    private let loop: EventLoop
    private var ulids = ULIDGenerator()
    /// Whether a booking could not be given up since the last poll.
    private var isTroubled = false
    private var readySince: Moment?
    private var waitForOthers = WaitForOthers()

    init(settings: Settings, store: Store, rules: Rules, state: ServiceState, log: Log, loop: EventLoop) {
        self.settings = settings
        self.store = store
        self.rules = rules
        queueState = state.queueState
        counts = state.background
        clock = state.clock
        self.log = log
        self.loop = loop
    }

    func start() {
        if settings.abandonAfter > 0 { poll(.silent) }
        poll(.leaving)
        repeatAlerts()
    }

    /// Notes whether Redis is there.
    func redisChanged(isReady: Bool) { readySince = isReady ? loop.now : nil }

    /// How often silent bookings are polled for: often enough to be late by a tenth at most, and by five seconds.
    private var silentPause: Int64 { min(5_000, max(50, settings.abandonAfter / 10)) }

    private func pause(_ reason: DueBookings.Reason) -> Int64 {
        switch reason {
        case .silent: silentPause
        case .leaving: isTroubled ? Self.troubledPause : Self.leavingPause
        }
    }

    private var isSettled: Bool {
        guard store.isReady, let readySince else { return false }
        return loop.now.since(readySince) / 1_000_000 >= Self.settlingTime
    }

    /// One pass over all bookings that are due, batch by batch.
    private func poll(_ reason: DueBookings.Reason) {
        let wait = pause(reason)
        if reason == .leaving { isTroubled = false }
        let now = clock.now(loop)
        let limit = reason == .silent ? Timestamp(clamping: now.milliseconds - settings.abandonAfter) : now
        guard isSettled else { return again(reason, after: wait) }
        giveUp(reason, until: limit, skipping: 0) { [unowned self] in again(reason, after: wait) }
    }

    private func again(_ reason: DueBookings.Reason, after milliseconds: Int64) {
        loop.schedule(after: milliseconds) { [unowned self] in poll(reason) }
    }

    /// Gives up what is due, and goes on behind what could not be given up now: that must not keep others waiting.
    private func giveUp(
        _ reason: DueBookings.Reason, until limit: Timestamp, skipping skipped: Int, _ done: @escaping () -> Void
    ) {
        store.dueBookings(
            reason, at: limit, skipping: skipped, limit: Self.maxBookings, receiver: queueState.receiver
        ) { [unowned self] result in
            guard case .success(let due) = result, due.remaining > 0 else { return done() }
            if mustWait(for: due.othersWithBacklog) { return done() }
            giveUp(due.bookings) { [unowned self] givenUp in
                let left = due.remaining - givenUp
                guard due.remaining == Self.maxBookings else { return done() }
                giveUp(reason, until: limit, skipping: skipped + left, done)
            }
        }
    }

    private func mustWait(for others: Int) -> Bool {
        switch waitForOthers.decide(others: others, at: loop.now) {
        case .giveUp: return false
        case .wait: return true
        case .giveUpDespite:
            log.write(
                .warning,
                "Other receivers have had events on disk for too long; bookings are given up without waiting for them",
                [("receivers", String(others))])
            return false
        }
    }

    /// Gives up each of these bookings; `done` takes how many left the list.
    private func giveUp(_ bookings: [OpenBooking], _ done: @escaping (Int) -> Void) {
        var (missing, givenUp) = (bookings.count, 0)
        guard missing > 0 else { return done(0) }
        for booking in bookings {
            giveUp(booking) { isOver in
                givenUp += isOver ? 1 : 0
                missing -= 1
                if missing == 0 { done(givenUp) }
            }
        }
    }

    private func giveUp(_ booking: OpenBooking, _ done: @escaping (Bool) -> Void) {
        let now = clock.now(loop)
        let event = Event(
            abandonedBy: booking.customerID, email: booking.email, lastStep: booking.lastStep, step: booking.step,
            hasLeft: booking.leaving != nil, at: now, ulid: ulids.next(at: now))
        // A booking whose next step is on disk goes on.
        guard let event, !queueState.holdsEvents(of: event.customer) else { return done(false) }
        var change = rules.change(for: event)
        change.expectation = Expectation(lastStep: booking.lastStep, leaving: booking.leaving)
        store.apply(change) { [unowned self] result in
            switch result {
            case .success(let applied):
                note(applied, booking)
                if case .dropped = applied { done(false) } else { done(true) }
            case .failure(let error):
                isTroubled = true
                let isBroken = if case .broken = error { true } else { false }
                log.write(
                    isBroken ? .error : .warning, "Abandoned booking not stored, will be tried again",
                    [("contact_id", booking.contactID), ("reason", error.reason)])
                done(false)
            }
        }
    }

    private func note(_ applied: Applied, _ booking: OpenBooking) {
        guard case .applied(let outcome) = applied else { return }
        if booking.leaving == nil {
            counts.abandoned.add(1, ordering: .relaxed)
        } else {
            counts.left.add(1, ordering: .relaxed)
        }
        log.write(
            .info, "Received event: booking.abandoned",
            [("result", Fate.applied.label), ("contact_id", outcome.contactID), ("from", "watch")])
    }

    private func repeatAlerts() {
        let oldest = clock.now(loop).adding(milliseconds: -Self.repeatFor)
        if store.isReady {
            store.repeatUnheardAlerts(since: oldest) { [log, counts] heard in
                guard heard > 0 else { return }
                counts.repeated.add(heard, ordering: .relaxed)
                log.write(.info, "Alerts repeated that nobody had heard", [("heard", String(heard))])
            }
        }
        loop.schedule(after: settings.repeatAlertsEvery) { [unowned self] in repeatAlerts() }
    }
}
