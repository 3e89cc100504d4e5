import Redis
import CRM
import Journal
import Loop
import Store

/// What was erased of a person, in Redis and on the disk.
public struct Erasure: Sendable {
    /// In Redis.
    public let receipt: ErasureReceipt
    /// Events that waited on the disk.
    public let queue: Queue

    /// What was done about events that waited on the disk.
    public enum Queue: Sendable {
        /// So many are gone: from the queue, and from the dead letters.
        case cleared(queued: Int, deadLetters: Int)
        /// They were left, for this reason; who removes them is said there.
        case left(String)
    }

    /// Erases a person: everything in Redis, then what waits in the journal. `nil` when there is no such contact.
    ///
    /// For the command line. A journal that a running service has open is left to that service.
    public static func carryOut(
        _ contact: String, settings: Settings, store: Store, at now: Timestamp,
        _ completion: @escaping (Result<Erasure?, RedisError>) -> Void
    ) {
        store.erase(contact, salt: Secret.random(), at: now) { result in
            switch result {
            case .failure(let error): completion(.failure(error))
            case .success(nil): completion(.success(nil))
            case .success(let receipt?):
                clear(settings, store) { queue in
                    note(receipt, of: contact, queue, store) { completion(.success($0)) }
                }
            }
        }
    }

    /// Adds what was removed from the disk to the receipt, so that whoever asks again gets the same.
    static func note(
        _ receipt: ErasureReceipt, of contact: String, _ queue: Queue, _ store: Store,
        _ done: @escaping (Erasure) -> Void
    ) {
        guard case .cleared(let queued, let deadLetters) = queue else {
            return done(Erasure(receipt: receipt, queue: queue))
        }
        store.finishErasure(of: contact, adding: [("journal", queued), ("dead_letters", deadLetters)]) { result in
            let noted = (try? result.get()).flatMap(\.self)
            done(Erasure(receipt: noted ?? receipt, queue: queue))
        }
    }

    private static func clear(_ settings: Settings, _ store: Store, _ done: @escaping (Queue) -> Void) {
        guard let directory = settings.journalDirectory else {
            return done(
                .left("JOURNAL_DIR is not set here; a running service removes the person's events from its own disk."))
        }
        do throws(JournalError) {
            // Not one that the command itself would make.
            _ = try Journal.inspect(directory: directory)
            let journal = try Journal.open(.init(directory: directory, maxBytes: settings.journalMaxBytes))
            // It holds itself until it is done.
            var sweep: JournalSweep?
            sweep = JournalSweep(journal, store) { result in
                journal.close()
                sweep = nil
                done(Queue(result))
            }
            sweep?.start()
        } catch {
            if case .locked(_, let owner) = error {
                let who = owner.map { "process \($0)" } ?? "another process"
                done(.left("JOURNAL_DIR is in use by \(who), which removes the person's events from it itself."))
            } else {
                done(.left("Events that wait in JOURNAL_DIR were not removed: \(error)"))
            }
        }
    }
}

extension Erasure.Queue {
    init(_ result: Result<JournalSweep.Counts, JournalSweep.Failure>) {
        switch result {
        case .success(let counts): self = .cleared(queued: counts.queued, deadLetters: counts.deadLetters)
        case .failure(let failure):
            self = .left("Events that wait on the disk are still there, and are tried again: \(failure.reason)")
        }
    }
}

/// How a worker asks the backgroundWorker to clear the disk of those who were erased.
typealias QueueCleaner = @Sendable (_ done: @escaping @Sendable (Erasure.Queue) -> Void) -> Void
