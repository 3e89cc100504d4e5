import CRM
import Loop
import Store

/// Removes what has been kept long enough: contacts without activity for `RETENTION_DAYS`, tasks that are over for
/// `TASK_DAYS`.
///
/// Any number of receivers may do so on one database: each step is a script that checks again before it removes, so an
/// event that arrives in between saves its contact, and nothing is counted twice. A wrong clock must not remove
/// everything: see ``RetentionLimits`` and ``ServiceClock/agrees(at:)``.
final class Sweeper {
    /// Contacts and tasks that are looked at together.
    static let most = 20
    /// Milliseconds after which it is tried again while the clocks are not known to agree.
    static let clockPause: Int64 = 1_000

    private let settings: Settings
    private let store: Store
    private let state: ServiceState
    private var counts: BackgroundCounts { state.background }
    private let log: Log
    private let loop: EventLoop
    private var erased = 0
    /// Contacts that could not be erased; those behind them still are.
    private var failed = 0
    private var trimmed = 0

    init(settings: Settings, store: Store, state: ServiceState, log: Log, loop: EventLoop) {
        self.settings = settings
        self.store = store
        self.state = state
        self.log = log
        self.loop = loop
    }

    /// Begins after one pause, so that a restart is not followed by work that can wait.
    func start() {
        guard settings.eraseInactiveAfter > 0 || settings.trimTasksAfter > 0 else { return }
        loop.schedule(after: settings.sweepEvery) { [unowned self] in sweep() }
    }

    private func sweep() {
        (erased, failed, trimmed) = (0, 0, 0)
        guard state.clock.agrees(at: Moment.now()) else {
            let pause = min(settings.sweepEvery, Self.clockPause)
            loop.schedule(after: pause) { [unowned self] in sweep() }
            return
        }
        guard settings.eraseInactiveAfter > 0, store.isReady else { return trimTasks() }
        plan(.contacts, keeping: settings.eraseInactiveAfter) { [unowned self] plan in
            if let plan { eraseInactive(plan) } else { trimTasks() }
        }
    }

    /// Asks what may go now; `nil`: nothing.
    private func plan(_ kind: RetentionKind, keeping time: Int64, _ next: @escaping (RetentionPlan?) -> Void) {
        store.retentionPlan(kind, keeping: time, hourly: settings.retentionPerHour) { [unowned self] result in
            guard case .success(let plan) = result else { return next(nil) }
            state.retention.note(plan, of: kind)
            state.problems.report(state.retention.problems, from: .retention, to: log)
            next(plan.isStopped || plan.left == 0 ? nil : plan)
        }
    }

    private func eraseInactive(_ plan: RetentionPlan) {
        guard store.isReady else { return trimTasks() }
        store.inactiveContacts(before: plan.limit, skipping: failed, limit: Self.most) { [unowned self] result in
            guard case .success(let contacts) = result, !contacts.isEmpty else { return trimTasks() }
            erase(contacts[...], plan)
        }
    }

    /// One after the other: an erasure may take milliseconds of Redis, and live events go in between.
    private func erase(_ contacts: ArraySlice<String>, _ plan: RetentionPlan) {
        guard let contact = contacts.first else { return eraseInactive(plan) }
        let began = Moment.now()
        let now = state.clock.now(loop)
        store.erase(contact, inactiveSince: plan.limit, maxHourly: plan.maxHourly, at: now) { [unowned self] result in
            switch result {
            case .success(.erased(let isComplete)):
                erased += 1
                counts.expired.add(1, ordering: .relaxed)
                if !isComplete {
                    // Should this fail, it is found among the open erasures.
                    return store.finishErasure(of: contact) { [unowned self] _ in rest(began, contacts, plan) }
                }
            case .success(.spared): break
            case .success(.spent): return trimTasks()
            case .failure(.refused(let reason)):
                failed += 1
                log.write(
                    .warning, "Contact without activity cannot be erased, will be tried again",
                    [("contact_id", contact), ("reason", String(reason.prefix(200)))])
            case .failure: return finish()
            }
            rest(began, contacts, plan)
        }
    }

    /// Rests as long as it worked, so that live events find Redis free at least half of the time.
    private func rest(_ began: Moment, _ contacts: ArraySlice<String>, _ plan: RetentionPlan) {
        loop.schedule(after: max(1, Moment.now().since(began) / 1_000_000)) { [unowned self] in
            erase(contacts.dropFirst(), plan)
        }
    }

    private func trimTasks() {
        guard settings.trimTasksAfter > 0, store.isReady else { return finish() }
        plan(.tasks, keeping: settings.trimTasksAfter) { [unowned self] plan in
            if let plan { trimTasks(plan) } else { finish() }
        }
    }

    private func trimTasks(_ plan: RetentionPlan) {
        guard store.isReady else { return finish() }
        let began = Moment.now()
        store.trimTasks(before: plan.limit, limit: Self.most, maxHourly: plan.maxHourly) { [unowned self] result in
            guard case .success(let count) = result else { return finish() }
            trimmed += count
            counts.trimmed.add(count, ordering: .relaxed)
            guard count == Self.most else { return finish() }
            loop.schedule(after: max(1, Moment.now().since(began) / 1_000_000)) { [unowned self] in trimTasks(plan) }
        }
    }

    private func finish() {
        if erased > 0 {
            log.write(.info, "Contacts without activity erased", [("contacts", String(erased))])
        }
        if trimmed > 0 { log.write(.info, "Tasks that were over taken away", [("tasks", String(trimmed))]) }
        loop.schedule(after: settings.sweepEvery) { [unowned self] in sweep() }
    }
}
