import CRM
import HTTP
import Loop
import Store

/// Answers queries from the store.
final class Desk {
    private let store: Store
    private let reader: Reader
    private let log: Log
    private let loop: EventLoop
    private let cleaner: QueueCleaner
    private var ulids = ULIDGenerator()

    init(store: Store, log: Log, loop: EventLoop, cleaner: @escaping QueueCleaner) {
        self.store = store
        self.log = log
        self.loop = loop
        self.cleaner = cleaner
        reader = Reader(store)
    }

    /// Answers once, on the loop's thread.
    func answer(_ query: Query, at now: Timestamp, _ done: @escaping (Response) -> Void) {
        switch query {
        case .contacts(let list, let paging):
            reader.contacts(list, limit: paging.limit, after: paging.cursor, finish(done, ReadAnswer.contacts))
        case .contactOfEmail(let email): reader.contact(email: email, finish(done, ReadAnswer.contact))
        case .contactOfCustomer(let id): reader.contact(customer: id, finish(done, ReadAnswer.contact))
        case .card(let id): reader.card(id, found(done, ReadAnswer.card))
        case .timeline(let id, let paging):
            reader.timeline(id, limit: paging.limit, before: paging.cursor, found(done, ReadAnswer.timeline))
        case .tasksOf(let id, let paging):
            reader.tasks(of: id, limit: paging.limit, after: paging.cursor, found(done, ReadAnswer.tasks))
        case .tasks(let list, let paging):
            reader.tasks(
                list, limit: paging.limit, after: paging.cursor, now: now, finish(done, ReadAnswer.deskTasks))
        case .statistics(let days): reader.statistics(days: days, now: now, finish(done, ReadAnswer.statistics))
        case .exportHead(let id): reader.card(id, found(done) { _ in ExportStream.head(of: id) })
        case .order(let order, let task, let who): perform(order, on: task, by: who, at: now, done)
        case .setStatus(let decision, let contact): set(decision, of: contact, at: now, done)
        case .erase(let id): erase(id, at: now, done)
        }
    }

    private func perform(
        _ order: TaskCommand, on task: String, by who: String, at now: Timestamp, _ done: @escaping (Response) -> Void
    ) {
        store.perform(
            order, on: task, by: who, at: now,
            finish(done) { [log] outcome in
                if case .changed = outcome { log.write(.info, "Task changed by hand", [("task_id", task)]) }
                return ReadAnswer.outcome(outcome)
            })
    }

    private func set(
        _ decision: LeadStatusDecision, of contact: String, at now: Timestamp, _ done: @escaping (Response) -> Void
    ) {
        store.set(
            decision, of: contact, at: now, ulid: ulids.next(at: now),
            finish(done) { [log] outcome in
                if case .changed = outcome { log.write(.info, "Status set by hand", [("contact_id", contact)]) }
                return ReadAnswer.outcome(outcome)
            })
    }

    /// In Redis first, which keeps what still waits on the disk from being applied, then there.
    private func erase(_ id: String, at now: Timestamp, _ done: @escaping (Response) -> Void) {
        store.erase(id, salt: Secret.random(), at: now) { [self] result in
            guard case .success(let receipt?) = result else {
                return found(done) { (_: ErasureReceipt) in ReadAnswer.noContact }(result)
            }
            log.write(.info, "Erased a contact", [("contact_id", id)])
            let handover = loop.handover
            let finish = LoopBound { [store] (queue: Erasure.Queue) in
                Erasure.note(receipt, of: id, queue, store) { done(ReadAnswer.erasure($0, id: id)) }
            }
            cleaner { queue in handover.perform { finish.value(queue) } }
        }
    }

    private func finish<Value>(
        _ done: @escaping (Response) -> Void, _ answer: @escaping (Value) -> Response
    ) -> Reader.Completion<Value> {
        { [log] result in
            switch result {
            case .success(let value): done(answer(value))
            case .failure(let error):
                log.write(.warning, "Query not answered", [("reason", error.reason)])
                done(ReadAnswer.failure(error))
            }
        }
    }

    private func found<Value>(
        _ done: @escaping (Response) -> Void, _ answer: @escaping (Value) -> Response
    ) -> Reader.Completion<Value?> {
        finish(done) { $0.map(answer) ?? ReadAnswer.noContact }
    }
}
