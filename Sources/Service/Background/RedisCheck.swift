import Redis
import CRM
import Loop
import Store

/// Finds out whether Redis can do what the service promises: at each connect and then at intervals, on the background
/// thread.
final class RedisCheck {
    private let store: Store
    private let state: ServiceState
    private let log: Log
    private let loop: EventLoop
    private var facts = RedisFacts()
    /// What was reported as not to be checked.
    private var unchecked: [String] = []
    private var blockingKey: String?
    /// The id that the database had when it was seen last.
    private(set) var database: String?
    private var isIdentifying = false
    /// Whether `crm_meta` was told this version's lead statuses: once, so that two versions do not take turns.
    private var hasNotedStatuses = false

    /// Called with the id of the database when it is seen for the first time, or has changed.
    var identified: (String) -> Void = { _ in }

    init(store: Store, state: ServiceState, log: Log, loop: EventLoop) {
        self.store = store
        self.state = state
        self.log = log
        self.loop = loop
    }

    /// The id that an earlier process saw.
    func expect(database: String?) {
        if self.database == nil { self.database = database }
    }

    /// Takes note of a connection that came or went.
    func connectionChanged(_ redis: RedisConnection.State) {
        switch redis {
        case .ready: examine()
        case .down(let reason):
            facts = RedisFacts()
            facts.failure = reason
            judge()
        }
    }

    /// Finds out everything: for a time when something may have changed.
    func examine() {
        guard store.isConnected else { return }
        store.examine(at: Timestamp(clamping: loop.wallClock)) { [unowned self] facts in
            guard store.isConnected, let facts else { return }
            self.facts = facts
            noteMemory(facts)
            judge()
            noteUnchecked()
            identify()
        }
    }

    /// Finds out whether an event would be applied now, and whether the database is the same.
    func probe() {
        guard store.isConnected else { return }
        store.probe { [unowned self] result in
            guard store.isConnected, case .success(let failure) = result, failure?.reason != facts.failure else {
                return
            }
            facts.failure = failure?.reason
            judge()
        }
        identify()
    }

    /// Takes note of a key of all contacts that an event on disk has met; of another day than today, perhaps.
    func noteBlocked(by key: String?) {
        guard key != blockingKey else { return }
        blockingKey = key
        judge()
    }

    private func judge() {
        var facts = facts
        facts.damagedKey = facts.damagedKey ?? blockingKey
        let problems = Requirement.problems(of: facts)
        state.problems.report(problems, from: .redis, to: log)
        store.isOfOwnLayout = !facts.isOfOtherLayout
        state.isOfOwnLayout.store(!facts.isOfOtherLayout, ordering: .relaxed)
        let queueState = state.queueState
        // Rights that are missing are noticed in the middle of a script: what it wrote before stays. Into another
        // version's layout nothing is written.
        let breaks = facts.isOfOtherLayout || facts.rights.map { !$0.missingForEvents.isEmpty } ?? false
        queueState.redisBreaksEvents.store(breaks, ordering: .relaxed)
        let refuses = facts.isConnected && problems.contains { $0.severity == .error }
        queueState.redisRefuses.store(refuses, ordering: .relaxed)
        log.flush()
    }

    private func noteMemory(_ facts: RedisFacts) {
        func bytes(_ name: String) -> Int { facts.info?[name].flatMap { Int($0) } ?? 0 }
        state.background.redisMemory.store(bytes("used_memory"), ordering: .relaxed)
        state.background.maxRedisMemory.store(bytes("maxmemory"), ordering: .relaxed)
    }

    private func noteUnchecked() {
        let names = Requirement.unchecked(facts)
        guard names != unchecked else { return }
        unchecked = names
        for name in names { log.write(.info, "Redis could not be checked in full", [("reason", name)]) }
    }

    // MARK: The identity of the database

    /// Notices a database that was emptied, or another one in its place. Nothing else tells: an empty Redis is a
    /// healthy one.
    private func identify() {
        guard store.isConnected, facts.failure == nil, !isIdentifying else { return }
        isIdentifying = true
        store.identity { [unowned self] result in
            switch result {
            case .success((let id?, let schema)):
                isIdentifying = false
                if schema != facts.schema { examine() }
                if Layout.isOwn(schema), !hasNotedStatuses { makeIdentity() } else { see(id) }
            case .success: makeIdentity()
            case .failure: isIdentifying = false
            }
        }
    }

    private func makeIdentity() {
        store.identify(as: Secret.random()) { [unowned self] result in
            isIdentifying = false
            guard case .success(let identity) = result, let id = identity.database else { return }
            hasNotedStatuses = true
            facts.schema = identity.schema
            see(id)
        }
    }

    private func see(_ id: String) {
        guard id != database else { return }
        if let database {
            state.background.databaseChanges.add(1, ordering: .relaxed)
            let message =
                "The database is not the one that was there before (crm_meta database was \(database.prefix(32)), "
                + "is \(id.prefix(32))): it was emptied, or another Redis is in its place. Restore its data, "
                + "or restart crmsync if that was intended."
            state.problems.report([Problem(.error, "redis_database_changed", message)], from: .database, to: log)
        }
        database = id
        identified(id)
    }
}
