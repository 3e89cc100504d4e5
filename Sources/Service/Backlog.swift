import CRM
import Loop
import Synchronization

/// What workers and the keeper share of the disk queue: how much is in it, and whose events.
///
/// A new event of a customer who has events in the queue goes behind them, so that none overtakes another.
final class Backlog: Sendable {
    /// Most customers that are remembered one by one; beyond, every event goes into the queue until it is empty.
    static let mostCustomers = 100_000

    /// An event on its way to the disk, and who waits for the word that it is there.
    struct Entry: Sendable {
        let payload: [UInt8]
        let receivedAt: Int64
        let flags: UInt8
        let customers: [Int]
        let stored: @Sendable (Bool) -> Void
    }

    private struct Contents {
        var events: [Int: Int] = [:]
        var holdsUnknown = false
    }

    /// Events that were queued and are not yet in Redis.
    let pending = Atomic<Int>(0)
    /// Bytes of the queue on disk.
    let bytes = Atomic<Int>(0)
    /// Arrival of the oldest queued event, epoch milliseconds; 0 when there is none.
    let oldest = Atomic<Int>(0)
    /// Events applied from the queue.
    let replayed = Atomic<Int>(0)
    /// Events given up as dead letters.
    let dead = Atomic<Int>(0)
    /// Whether an event can be queued now.
    let hasRoom = Atomic<Bool>(false)
    /// Bookings that the watch gave up as abandoned.
    let abandoned = Atomic<Int>(0)
    /// Alerts that were repeated because nobody had heard them.
    let repeated = Atomic<Int>(0)
    /// Contacts erased because they were without activity for `RETENTION_DAYS`.
    let expired = Atomic<Int>(0)
    /// Tasks taken away because they were over for `TASK_DAYS`.
    let trimmed = Atomic<Int>(0)

    private let contents = Mutex(Contents())

    /// Whether an event of this customer has to go behind others.
    func holdsEvents(of customer: Customer) -> Bool {
        guard pending.load(ordering: .acquiring) > 0 else { return false }
        let names = Self.names(of: customer)
        return contents.withLock { contents in
            contents.holdsUnknown || names.contains { contents.events[$0] != nil }
        }
    }

    /// Counts an event in before it is written.
    func enter(_ customers: [Int]) {
        contents.withLock { contents in
            if contents.events.count >= Self.mostCustomers { contents.holdsUnknown = true }
            for name in customers where !contents.holdsUnknown { contents.events[name, default: 0] += 1 }
            pending.add(1, ordering: .releasing)
        }
    }

    /// Counts in what an earlier process left behind: its customers are not known before it is read.
    func enterUnknown(_ count: Int) {
        guard count > 0 else { return }
        contents.withLock {
            $0.holdsUnknown = true
            pending.add(count, ordering: .releasing)
        }
    }

    /// Counts an event out: it is in Redis, given up, or was never written.
    func leave(_ customers: [Int]) {
        contents.withLock { contents in
            // Counted under the lock: else an event that enters in between would have its customer forgotten.
            guard pending.subtract(1, ordering: .releasing).newValue > 0 else {
                contents = Contents()
                return
            }
            for name in customers {
                guard let count = contents.events[name] else { continue }
                contents.events[name] = count > 1 ? count - 1 : nil
            }
        }
    }

    /// The names under which a customer is known, as hashes: no personal data is kept here.
    static func names(of customer: Customer) -> [Int] {
        [customer.id?.hashValue, customer.email?.hashValue].compactMap(\.self)
    }
}
