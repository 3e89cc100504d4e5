import CRM
import Loop
import Synchronization

/// The clock by which the service dates events: this machine's, corrected where it is far from Redis' clock, the one
/// that all receivers share.
///
/// One thread compares, all read.
final class ServiceClock: Sendable {
    /// Milliseconds by which the two may differ: far more than a round trip and than what NTP leaves.
    static let maxDifference: Int64 = 60_000
    /// A correction ends below this, so that a difference near the limit does not come and go. Milliseconds.
    static let settledDifference: Int64 = 30_000
    /// Milliseconds for which a comparison is good.
    static let validFor: Int64 = 10_000

    private let correctionMilliseconds = Atomic<Int>(0)
    private let differenceMilliseconds = Atomic<Int>(0)
    /// When the last comparison was made, on the monotonic clock; 0 before the first.
    private let comparedAt = Atomic<Int>(0)

    /// The time of this round of a loop.
    func now(_ loop: EventLoop) -> Timestamp {
        Timestamp(clamping: loop.wallClock + Int64(correctionMilliseconds.load(ordering: .relaxed)))
    }

    /// Milliseconds that are added to this machine's clock.
    var correction: Int64 { Int64(correctionMilliseconds.load(ordering: .relaxed)) }

    /// Milliseconds that Redis' clock was ahead of this machine's when they were last compared.
    var difference: Int64 { Int64(differenceMilliseconds.load(ordering: .relaxed)) }

    /// Takes note of a comparison.
    func note(difference: Int64, at now: Moment) {
        differenceMilliseconds.store(Int(difference), ordering: .relaxed)
        let next = Self.correction(before: correction, difference: difference)
        correctionMilliseconds.store(Int(next), ordering: .relaxed)
        comparedAt.store(Int(now.nanoseconds), ordering: .releasing)
    }

    /// Whether the clocks were compared lately and agree: only then may anything be removed because of its age.
    func agrees(at now: Moment) -> Bool {
        let last = comparedAt.load(ordering: .acquiring)
        guard last != 0, correction == 0 else { return false }
        return now.since(Moment(nanoseconds: Int64(last))) < Self.validFor * 1_000_000
    }

    /// The correction after a comparison. It follows a difference by the second, for a round trip blurs what is less.
    static func correction(before: Int64, difference: Int64) -> Int64 {
        guard abs(difference) >= (before == 0 ? maxDifference : settledDifference) else { return 0 }
        return abs(difference - before) < 1_000 ? before : difference
    }
}
