import CSystem
import Glibc

/// A point on the monotonic clock, in nanoseconds: for deadlines and durations, never for what is stored.
public struct Moment: Comparable, Sendable {
    /// Nanoseconds since an arbitrary start.
    public let nanoseconds: Int64

    /// The point that many nanoseconds after the start of the clock.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Reads the clock.
    public static func now() -> Moment { Moment(nanoseconds: read(CLOCK_MONOTONIC)) }

    /// The wall clock in epoch milliseconds: what is stored.
    public static func wallClock() -> Int64 { read(CLOCK_REALTIME) / 1_000_000 + FalseClock.offset }

    /// The point `milliseconds` later.
    public func adding(milliseconds: Int64) -> Moment { Moment(nanoseconds: nanoseconds + milliseconds * 1_000_000) }

    /// Nanoseconds from `earlier` to here.
    public func since(_ earlier: Moment) -> Int64 { nanoseconds - earlier.nanoseconds }

    /// The earlier one first.
    public static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
