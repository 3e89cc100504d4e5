import CRM
import Loop
import Store

/// The way of an event into storage: rules, store, and what is told of it.
final class Intake {
    private let rules: Rules
    private let store: Store
    private let loop: EventLoop
    private let metrics: Metrics
    private let log: Log

    init(rules: Rules, store: Store, loop: EventLoop, metrics: Metrics, log: Log) {
        self.rules = rules
        self.store = store
        self.loop = loop
        self.metrics = metrics
        self.log = log
    }

    /// Stores the event and tells what became of it, once.
    func take(_ event: Event, _ done: @escaping (Verdict) -> Void) {
        let began = Moment.now()
        metrics.inFlight.add(1, ordering: .relaxed)
        store.apply(rules.change(for: event)) { [self] result in
            metrics.inFlight.subtract(1, ordering: .relaxed)
            let microseconds = Moment.now().since(began) / 1000
            switch result {
            case .success(let applied):
                note(event, applied, microseconds)
                done(
                    applied.isDuplicate
                        ? .duplicate(contactID: applied.contactID, eventID: event.id)
                        : .applied(contactID: applied.contactID, eventID: event.id))
            case .failure(let error):
                metrics.count(event.type, .unavailable, microseconds: microseconds)
                log.write(
                    .warning, "Event not stored: \(event.type.rawValue)",
                    [("event", event.ulid.description), ("reason", error.reason)])
                done(.unavailable)
            }
        }
    }

    private func note(_ event: Event, _ applied: Applied, _ microseconds: Int64) {
        let result: Metrics.Result = applied.isDuplicate ? .duplicate : applied.isSuperseded ? .superseded : .applied
        metrics.count(event.type, result, microseconds: microseconds)
        if applied.taskID != nil { metrics.tasks.add(1, ordering: .relaxed) }
        if applied.isUnheard { metrics.unheard.add(1, ordering: .relaxed) }
        var fields: [Log.Field] = [
            ("result", "\(result)"), ("contact_id", applied.contactID), ("activity", event.ulid.description),
            ("us", String(microseconds)),
        ]
        if let task = applied.taskID { fields.append(("task_id", task)) }
        log.write(.info, "Received event: \(event.type.rawValue)", fields)
        if applied.isConflict {
            metrics.conflicts.add(1, ordering: .relaxed)
            log.write(
                .warning, "customer.id and customer.email name different contacts; the id's contact was taken",
                [("contact_id", applied.contactID), ("activity", event.ulid.description)])
        }
    }
}
