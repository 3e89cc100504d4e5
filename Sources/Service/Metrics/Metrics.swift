import CRM
import Loop
import Store
import Synchronization

/// The counters of one worker. Written by that worker alone; read by whichever answers `/metrics`.
public final class Metrics: Sendable {
    /// The rows of `events`; made once, for the compiler makes a new list at each use of `allCases`.
    static let types = EventType.allCases
    static let fates = Fate.allCases

    /// Upper ends of the histogram's buckets, in microseconds.
    static let buckets: [Int64] = [
        100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 2_500_000,
    ]

    let events = InlineArray<256, Atomic<Int>> { _ in Atomic(0) }
    let statuses = InlineArray<600, Atomic<Int>> { _ in Atomic(0) }
    let durations = InlineArray<14, Atomic<Int>> { _ in Atomic(0) }
    let durationSum = Atomic<Int>(0)
    let refusals = Guarded<[RefusalKey: Int]>([:])
    let connections = Atomic<Int>(0)
    let inFlight = Atomic<Int>(0)
    let bufferedBytes = Atomic<Int>(0)
    let redisReady = Atomic<Bool>(false)
    let redisConnects = Atomic<Int>(0)
    let tasks = Atomic<Int>(0)
    let unheard = Atomic<Int>(0)
    let conflicts = Atomic<Int>(0)
    let bookingsWithoutAmount = Atomic<Int>(0)
    let idConflicts = Atomic<Int>(0)

    /// All zero.
    public init() {
        precondition(Self.types.count * Self.fates.count <= events.count, "Metrics.events is too small")
        precondition(durations.count == Self.buckets.count + 1, "Metrics.durations has another size than its buckets")
    }

    func count(_ type: EventType, _ fate: Fate, microseconds: Int64) {
        let row = Self.types.firstIndex(of: type) ?? 0
        events[row * Self.fates.count + fate.rawValue].add(1, ordering: .relaxed)
        let bucket = Self.buckets.firstIndex { microseconds <= $0 } ?? Self.buckets.count
        durations[bucket].add(1, ordering: .relaxed)
        durationSum.add(Int(microseconds), ordering: .relaxed)
    }

    /// Events that this worker brought to Redis.
    var stored: Int {
        Self.types.indices.reduce(0) { sum, row in
            sum + events[row * Self.fates.count + Fate.applied.rawValue].load(ordering: .relaxed)
        }
    }

    func count(status: Int) {
        statuses[min(max(status, 0), 599)].add(1, ordering: .relaxed)
    }

    /// What refusals are counted by: constants of this program, so that nobody can add to them.
    struct RefusalKey: Hashable {
        let isRead: Bool
        let code: String
        /// The event's type, where it is one of ours.
        let type: EventType?
    }

    /// For ``Refusals`` alone, which reports each refusal in every way.
    func count(_ refusal: Refusal) {
        let key = RefusalKey(isRead: refusal.subject == .read, code: refusal.code, type: refusal.sighting.type)
        refusals.withLock { $0[key, default: 0] += 1 }
    }
}
