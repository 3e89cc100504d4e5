import CRM
import Loop
import Store

/// Looks for what no website tells: bookings whose browser fell silent, or went without saying for sure that it left, and
/// urgent tasks that nobody heard of.
///
/// Any number of receivers may watch one database: what they do is applied once.
final class Watch {
    /// Bookings looked at in one go.
    static let mostBookings = 100
    /// Milliseconds between two looks for bookings that were left: a good part of what sales waits for a closed tab.
    static let leftPause: Int64 = 250
    /// The same after one that Redis refused: what it refuses, it refuses again.
    static let troubledPause: Int64 = 5_000
    /// Milliseconds after which an unheard task is no longer announced.
    static let repeatFor: Int64 = 86_400_000

    private let settings: Settings
    private let store: Store
    private let rules: Rules
    private let backlog: Backlog
    private let clock: ServiceClock
    private let log: Log
    private let loop: EventLoop
    private var ulids = ULIDGenerator()
    /// Whether a booking could not be given up since the last look.
    private var isTroubled = false

    init(settings: Settings, store: Store, rules: Rules, state: ServiceState, log: Log, loop: EventLoop) {
        self.settings = settings
        self.store = store
        self.rules = rules
        backlog = state.backlog
        clock = state.clock
        self.log = log
        self.loop = loop
    }

    func start() {
        if settings.abandonAfter > 0 { lookForAbandoned() }
        lookForLeft()
        repeatAlerts()
    }

    /// How often bookings are looked at: often enough to be late by a tenth at most, and by five seconds.
    private var pause: Int64 { min(5_000, max(50, settings.abandonAfter / 10)) }

    private func lookForAbandoned() {
        let now = clock.now(loop)
        let limit = Timestamp(clamping: now.milliseconds - settings.abandonAfter)
        guard store.isReady else { return again() }
        store.openBookings(before: limit, limit: Self.mostBookings) { [unowned self] result in
            if case .success(let bookings) = result {
                for booking in bookings { abandon(booking, at: now) }
                // A full hand means that there are more.
                if bookings.count == Self.mostBookings { return again(after: 50) }
            }
            again()
        }
    }

    private func again(after milliseconds: Int64? = nil) {
        loop.schedule(after: milliseconds ?? pause) { [unowned self] in lookForAbandoned() }
    }

    /// Whoever said that they may be leaving and did nothing more has left, whatever `ABANDON_AFTER_MINUTES` says.
    private func lookForLeft() {
        let pause = isTroubled ? Self.troubledPause : Self.leftPause
        isTroubled = false
        let now = clock.now(loop)
        if store.isReady {
            store.leftBookings(at: now, limit: Self.mostBookings) { [unowned self] result in
                guard case .success(let bookings) = result else { return }
                for booking in bookings { abandon(booking, at: now) }
            }
        }
        loop.schedule(after: pause) { [unowned self] in lookForLeft() }
    }

    private func abandon(_ booking: OpenBooking, at now: Timestamp) {
        let event = Event(
            abandonedBy: booking.contactID, customerID: booking.customerID, email: booking.email,
            lastStep: booking.lastStep, step: booking.step, leftAt: booking.leftAt, silence: settings.abandonAfter,
            at: now, ulid: ulids.next(at: now))
        // A booking whose next step waits on disk goes on.
        guard let event, !backlog.holdsEvents(of: event.customer) else { return }
        var change = rules.change(for: event)
        change.expectedStep = booking.lastStep
        change.expectsSilence = booking.leftAt != nil
        store.apply(change) { [unowned self] result in
            switch result {
            case .success(let applied):
                guard !applied.isStale, !applied.isDuplicate, !applied.isErased else { return }
                if booking.leftAt == nil {
                    backlog.abandoned.add(1, ordering: .relaxed)
                } else {
                    backlog.left.add(1, ordering: .relaxed)
                }
                log.write(
                    .info, "Received event: booking.abandoned",
                    [("result", "applied"), ("contact_id", applied.contactID), ("from", "watch")])
            case .failure(let error):
                isTroubled = true
                log.write(
                    .warning, "Left booking not stored, will be tried again",
                    [("contact_id", booking.contactID), ("reason", error.reason)])
            }
        }
    }

    private func repeatAlerts() {
        let oldest = clock.now(loop).adding(milliseconds: -Self.repeatFor)
        if store.isReady {
            store.repeatUnheardAlerts(since: oldest) { [log, backlog] heard in
                guard heard > 0 else { return }
                backlog.repeated.add(heard, ordering: .relaxed)
                log.write(.info, "Alerts repeated that nobody had heard", [("heard", String(heard))])
            }
        }
        loop.schedule(after: settings.repeatAlertsEvery) { [unowned self] in repeatAlerts() }
    }
}
