import CRM
import Loop
import Store

/// Takes away what has been kept long enough: contacts without activity for `RETENTION_DAYS`, tasks that are over for
/// `TASK_DAYS`.
///
/// Any number of receivers may sweep one database: each step is a script that looks again before it takes away, so an
/// event that arrives in between saves its contact, and nothing is counted twice.
final class Sweeper {
    /// Contacts and tasks looked at in one go.
    static let most = 20

    private let settings: Settings
    private let store: Store
    private let backlog: Backlog
    private let log: Log
    private let loop: EventLoop
    private var erased = 0
    /// Contacts that could not be erased; those behind them still are.
    private var failed = 0
    private var trimmed = 0

    init(settings: Settings, store: Store, backlog: Backlog, log: Log, loop: EventLoop) {
        self.settings = settings
        self.store = store
        self.backlog = backlog
        self.log = log
        self.loop = loop
    }

    /// Looks for the first time after one pause, so that a restart is not followed by work that can wait.
    func start() {
        guard settings.eraseInactiveAfter > 0 || settings.trimTasksAfter > 0 else { return }
        loop.schedule(after: settings.sweepEvery) { [unowned self] in sweep() }
    }

    private func sweep() {
        (erased, failed, trimmed) = (0, 0, 0)
        eraseInactive()
    }

    private func time(before milliseconds: Int64) -> Timestamp {
        Timestamp(clamping: loop.wallClock - milliseconds)
    }

    private func eraseInactive() {
        guard settings.eraseInactiveAfter > 0, store.isReady else { return trimTasks() }
        let limit = time(before: settings.eraseInactiveAfter)
        store.inactiveContacts(before: limit, skipping: failed, limit: Self.most) { [unowned self] result in
            guard case .success(let contacts) = result, !contacts.isEmpty else { return trimTasks() }
            erase(contacts[...], limit)
        }
    }

    /// One after the other: an erasure may take milliseconds of Redis, and live events go in between.
    private func erase(_ contacts: ArraySlice<String>, _ limit: Timestamp) {
        guard let contact = contacts.first else { return eraseInactive() }
        let began = Moment.now()
        let now = Timestamp(clamping: loop.wallClock)
        store.erase(contact, inactiveSince: limit, at: now) { [unowned self] result in
            switch result {
            case .success(.erased):
                erased += 1
                backlog.expired.add(1, ordering: .relaxed)
            case .success(.spared): break
            case .failure(.refused(let reason)):
                failed += 1
                log.write(
                    .warning, "Contact without activity cannot be erased, will be tried again",
                    [("contact_id", contact), ("reason", String(reason.prefix(200)))])
            case .failure: return finish()
            }
            // At rest as long as at work, so that live events find Redis free at least half of the time.
            loop.schedule(after: max(1, Moment.now().since(began) / 1_000_000)) { [unowned self] in
                erase(contacts.dropFirst(), limit)
            }
        }
    }

    private func trimTasks() {
        guard settings.trimTasksAfter > 0, store.isReady else { return finish() }
        let began = Moment.now()
        store.trimTasks(before: time(before: settings.trimTasksAfter), limit: Self.most) { [unowned self] result in
            guard case .success(let count) = result else { return finish() }
            trimmed += count
            backlog.trimmed.add(count, ordering: .relaxed)
            guard count == Self.most else { return finish() }
            loop.schedule(after: max(1, Moment.now().since(began) / 1_000_000)) { [unowned self] in trimTasks() }
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
