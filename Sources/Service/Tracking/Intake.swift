import Redis
import CRM
import Loop
import Store

/// The way of an event into storage: rules, Redis, else the disk; and what is told of it.
final class Intake {
    /// How an event is handed to the backgroundWorker of the disk queue.
    typealias Enqueue = @Sendable (QueueState.Entry) -> Void

    private let settings: Settings
    private let store: Store
    private let loop: EventLoop
    private let metrics: Metrics
    private let log: Log
    private let queueState: QueueState
    /// Nil without a journal.
    private let queue: Enqueue?
    private let rules: Rules
    /// This worker's share of `MAX_IN_FLIGHT`.
    private let maxInFlight: Int
    /// Events that wait for the names of their customers.
    private var lookups = 0
    /// What events on their way hold in memory.
    private let budget: MemoryBudget
    /// Requests with events that wait for their turn.
    var waiting = 0

    init(
        settings: Settings, store: Store, loop: EventLoop, metrics: Metrics, log: Log, queueState: QueueState,
        queue: Enqueue?,
        budget: MemoryBudget
    ) {
        self.settings = settings
        self.budget = budget
        self.store = store
        self.loop = loop
        self.metrics = metrics
        self.log = log
        self.queueState = queueState
        self.queue = queue
        rules = settings.rules
        maxInFlight = max(1, settings.maxInFlight / settings.threads)
    }

    /// Whether there is room for an event that need not wait for its turn.
    var hasRoom: Bool { hasRoom(toRedis: MemoryBudget.maxToRedis) }

    /// Whether there is room for an event whose turn it is.
    var hasRoomForTurn: Bool { hasRoom(toRedis: MemoryBudget.maxToRedisInTurns) }

    /// Whether there is room where the next event will probably go.
    private func hasRoom(toRedis limit: Int) -> Bool {
        let isToRedis = store.isReady && !isOverloaded && !queueState.redisBreaksEvents.load(ordering: .relaxed)
        return isToRedis ? budget.toRedis < limit : budget.toDisk < MemoryBudget.maxToDisk
    }

    private var isOverloaded: Bool { store.redis.inFlight + waiting >= maxInFlight }

    /// Stores the event and tells what became of it, once.
    func take(_ event: Event, _ done: @escaping (Verdict) -> Void) {
        let began = Moment.now()
        metrics.inFlight.add(1, ordering: .relaxed)
        budget.toRedis += event.keptBytes
        guard !isOverloaded else {
            return toDisk(event, began, because: "more than MAX_IN_FLIGHT events wait for Redis", done)
        }
        guard !queueState.redisBreaksEvents.load(ordering: .relaxed) else {
            return toDisk(event, began, because: "the Redis user lacks rights; see /readyz", done)
        }
        // What comes after an event that waits for names must not overtake it.
        if queue != nil, lookups > 0 || !queueState.isEmpty { return takeBehindQueue(event, began, done) }
        apply(event, began, done)
    }

    /// While events are queued, none of the same customer goes past them, under whatever name it comes: an id and an
    /// email may be one contact, which only Redis knows.
    private func takeBehindQueue(_ event: Event, _ began: Moment, _ done: @escaping (Verdict) -> Void) {
        let reason = "earlier events of the customer are queued"
        if lookups == 0, queueState.holdsEvents(of: event.customer) {
            return toDisk(event, began, because: reason, done)
        }
        lookups += 1
        store.names(of: event.customer) { [self] result in
            lookups -= 1
            switch result {
            case .failure(let error): toDisk(event, began, because: error.reason, done)
            case .success(let known):
                let names = known.ids.map(\.hashValue) + known.emails.map(\.hashValue)
                if queueState.holdsEvents(of: names + QueueState.names(of: event.customer)) {
                    toDisk(event, began, because: reason, done)
                } else {
                    apply(event, began, done)
                }
            }
        }
    }

    private func apply(_ event: Event, _ began: Moment, _ done: @escaping (Verdict) -> Void) {
        store.apply(rules.change(for: event)) { [self] result in
            switch result {
            case .success(let applied):
                budget.toRedis -= event.keptBytes
                note(event, applied, Moment.now().since(began) / 1000)
                finish(verdict(on: event, applied), done)
            case .failure(let error): keep(event, began, error, done)
            }
        }
    }

    /// What Redis did not take goes to the disk, unless it would end as a dead letter and there is no room for one.
    private func keep(_ event: Event, _ began: Moment, _ error: RedisError, _ done: @escaping (Verdict) -> Void) {
        switch error {
        case .refused where queueState.deadLettersFull.load(ordering: .relaxed):
            refuse(event, began, because: "the dead letters are full; " + error.reason, done)
        case .broken:
            queueState.broken.add(1, ordering: .relaxed)
            log.write(
                .error, "Event applied in part; run crmsync check",
                [("event_id", event.id.forLog), ("reason", error.reason)])
            toDisk(event, began, because: error.reason, isDead: true, done)
        case .disconnected, .uncertain, .unable, .unreplicated, .refused:
            toDisk(event, began, because: error.reason, done)
        }
    }

    private func refuse(_ event: Event, _ began: Moment, because reason: String, _ done: (Verdict) -> Void) {
        metrics.count(event.type, .unavailable, microseconds: Moment.now().since(began) / 1000)
        log.write(
            .warning, "Received event:", about: event.type.rawValue,
            [("result", "unavailable"), ("event_id", event.id.forLog), ("reason", reason)])
        finish(.unavailable, done)
    }

    private func finish(_ verdict: Verdict, _ done: (Verdict) -> Void) {
        metrics.inFlight.subtract(1, ordering: .relaxed)
        done(verdict)
    }

    private func verdict(on event: Event, _ applied: Applied) -> Verdict {
        let lacksAmount = applied.outcome.map { !$0.isSuperseded && rules.lacksAmount(event) } ?? false
        if lacksAmount { warnOfAmount(of: event) }
        return .stored(applied, event.id, lacksAmount: lacksAmount)
    }

    private func warnOfAmount(of event: Event) {
        metrics.bookingsWithoutAmount.add(1, ordering: .relaxed)
        log.write(
            .warning, "A completed booking has no amount: 0.00 is counted; send event_data.total_amount",
            [("event_id", event.id.forLog)])
    }

    /// Queues the event on disk. Whatever Redis did with it, its id makes applying it again harmless.
    private func toDisk(
        _ event: Event, _ began: Moment, because reason: String, isDead: Bool = false,
        _ done: @escaping (Verdict) -> Void
    ) {
        let payload = event.encoded
        budget.toRedis -= event.keptBytes
        budget.toDisk += payload.count
        let verdict = LoopBound { [self, bytes = payload.count] (stored: Bool) in
            budget.toDisk -= bytes
            let microseconds = Moment.now().since(began) / 1000
            metrics.count(event.type, stored ? .queued : .unavailable, microseconds: microseconds)
            log.write(
                stored ? .info : .warning, "Received event:", about: event.type.rawValue,
                [
                    ("result", stored ? "queued" : "unavailable"), ("event_id", event.id.forLog),
                    ("reason", reason),
                ])
            if stored, rules.lacksAmount(event) { warnOfAmount(of: event) }
            finish(stored ? .queued(event.id) : .unavailable, done)
        }
        guard let queue, queueState.admit(bytes: payload.count) else { return verdict.value(false) }
        let customers = QueueState.names(of: event.customer)
        let handover = loop.handover
        queueState.enter(customers)
        queue(
            QueueState.Entry(
                payload: payload, receivedAt: event.receivedAt.milliseconds, flags: event.queueFlags,
                customers: customers, deadBecause: isDead ? reason : nil,
                stored: { stored in handover.perform { verdict.value(stored) } }))
    }

    private func note(_ event: Event, _ applied: Applied, _ microseconds: Int64) {
        let fate = Fate(applied)
        metrics.count(event.type, fate, microseconds: microseconds)
        var fields: [Log.Field] = [
            ("result", fate.label), ("contact_id", applied.contactID ?? ""), ("event_id", event.id.forLog),
            ("us", String(microseconds)),
        ]
        if let task = applied.outcome?.taskID {
            metrics.tasks.add(1, ordering: .relaxed)
            fields.append(("task_id", task))
        }
        log.write(.info, "Received event:", about: event.type.rawValue, fields)
        switch applied {
        case .applied(let outcome):
            if outcome.isUnheard { metrics.unheard.add(1, ordering: .relaxed) }
            if outcome.isConflict { warnOfConflict(of: event, outcome.contactID) }
        case .duplicate(let contact, isOther: true): warnOfOther(event, contact)
        case .duplicate, .deferred, .dropped, .erased: break
        }
    }

    private func warnOfOther(_ event: Event, _ contact: String) {
        metrics.idConflicts.add(1, ordering: .relaxed)
        log.write(
            .warning, "event_id was used before by an event of another contact or type; nothing was applied",
            [("event_type", event.type.rawValue), ("contact_id", contact), ("event_id", event.id.forLog)])
    }

    private func warnOfConflict(of event: Event, _ contact: String) {
        metrics.conflicts.add(1, ordering: .relaxed)
        log.write(
            .warning, "customer.id and customer.email name different contacts; the id's contact was taken",
            [("contact_id", contact), ("event_id", event.id.forLog)])
    }
}

extension Event {
    /// About how many bytes of memory it takes on its way to Redis: itself, and its data up to twice in the command.
    fileprivate var keptBytes: Int {
        let names =
            (customer.firstName?.utf8.count ?? 0) + (customer.lastName?.utf8.count ?? 0)
            + (customer.phone?.utf8.count ?? 0)
        return 512 + 3 * (data.json.count + session.json.count + names)
    }
}
