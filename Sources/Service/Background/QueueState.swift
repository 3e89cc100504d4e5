import CRM
import Loop
import Synchronization

/// What workers and the backgroundWorker share of the disk queue: how much is in it, and whose events.
///
/// A new event of a customer who has events in the queue goes behind them, so that none overtakes another.
final class QueueState: Sendable {
    /// Most names of customers that are remembered one by one.
    static let maxCustomers = 100_000

    /// Bytes of events that may be on their way to the disk: what a disk that stalls can cost in memory.
    static let maxWaitingBytes = 67_108_864

    /// An event on its way to the disk, and who waits for the word that it is there.
    struct Entry: Sendable {
        let payload: [UInt8]
        let receivedAt: Int64
        let flags: UInt8
        let customers: [Int]
        /// Why it must not be tried again, but seen by a person.
        var deadBecause: String?
        let stored: @Sendable (Bool) -> Void
    }

    /// What this receiver is called among those that share a Redis: made at random at each start.
    let receiver = Secret.random()

    private struct Contents {
        var events: [Int: Int] = [:]
        /// Events that an earlier process queued, whose customers are not known before they are read.
        var unknown = 0
        /// More customers than are remembered: then everything goes into the queue until it is empty.
        var overflows = false

        var holdsAll: Bool { unknown > 0 || overflows }
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
    /// Whether no event can be given up: the dead letters have reached their bound.
    let deadLettersFull = Atomic<Bool>(false)
    /// Events that Redis applied in part.
    let broken = Atomic<Int>(0)
    /// Dead letters that are there now.
    let deadLetters = Atomic<Int>(0)
    /// Whether an event can be queued now.
    let hasRoom = Atomic<Bool>(false)

    /// Bytes of events that wait for the disk to take them.
    private let waitingBytes = Atomic<Int>(0)
    /// Whether Redis answers, but takes no events now: full, read-only, or unable to save.
    let redisRefuses = Atomic<Bool>(false)
    /// Whether Redis would stop in the middle of an event, for want of a right: then none is sent.
    let redisBreaksEvents = Atomic<Bool>(false)
    private let contents = Guarded(Contents())

    /// Seconds since the oldest queued event arrived; 0 when there is none.
    var oldestAgeSeconds: Int {
        let oldest = oldest.load(ordering: .relaxed)
        return oldest == 0 ? 0 : max(0, Int(Moment.wallClock()) - oldest) / 1000
    }

    /// Whether there may be events that a new one has to go behind.
    var isEmpty: Bool { pending.load(ordering: .acquiring) == 0 }

    /// Whether every new event goes into the queue: then there are no live ones for which replay would have to make
    /// room.
    var holdsAll: Bool { contents.withLock { $0.holdsAll } }

    /// Whether an event of this customer has to go behind others.
    func holdsEvents(of customer: Customer) -> Bool { holdsEvents(of: Self.names(of: customer)) }

    /// Whether an event of the customer with these names has to go behind others.
    func holdsEvents(of names: [Int]) -> Bool {
        guard !isEmpty else { return false }
        return contents.withLock { contents in contents.holdsAll || names.contains { contents.events[$0] != nil } }
    }

    /// Reserves room for an event on its way to the disk; false when too many wait for it already.
    func admit(bytes: Int) -> Bool {
        let total = waitingBytes.add(bytes, ordering: .relaxed).newValue
        guard total > Self.maxWaitingBytes else { return true }
        waitingBytes.subtract(bytes, ordering: .relaxed)
        return false
    }

    /// The event has reached the disk, or never will.
    func settle(bytes: Int) { waitingBytes.subtract(bytes, ordering: .relaxed) }

    /// Counts an event in before it is written.
    func enter(_ customers: [Int]) {
        contents.withLock { contents in
            if contents.events.count >= Self.maxCustomers { contents.overflows = true }
            for name in customers where !contents.overflows { contents.events[name, default: 0] += 1 }
            pending.add(1, ordering: .releasing)
        }
    }

    /// Counts in what an earlier process left behind.
    func enterUnknown(_ count: Int) {
        guard count > 0 else { return }
        contents.withLock {
            $0.unknown += count
            pending.add(count, ordering: .releasing)
        }
    }

    /// Counts an event out: it is in Redis, given up, or was never written.
    func leave(_ customers: [Int]) {
        contents.withLock { contents in
            // Counted under the lock: else an event that enters in between would have its customer forgotten.
            guard pending.subtract(1, ordering: .releasing).newValue > 0 else {
                // Events that were written again may be counted out twice.
                pending.store(0, ordering: .releasing)
                contents = Contents()
                return
            }
            for name in customers {
                guard let count = contents.events[name] else { continue }
                contents.events[name] = count > 1 ? count - 1 : nil
            }
        }
    }

    /// Counts out an event of an earlier process.
    func leaveUnknown() {
        contents.withLock { $0.unknown -= 1 }
        leave([])
    }

    /// The names under which a customer is known, as hashes: no personal data is kept here.
    static func names(of customer: Customer) -> [Int] {
        [customer.id?.hashValue, customer.email?.hashValue].compactMap(\.self)
    }
}
