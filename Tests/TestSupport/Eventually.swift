import Foundation

/// A moment on a clock that nobody sets back.
public struct Deadline: Sendable {
    private let end: ContinuousClock.Instant

    /// The moment that many seconds from now.
    public static func after(_ seconds: Double) -> Deadline {
        Deadline(end: ContinuousClock.now + .seconds(seconds))
    }

    /// Whether the moment is over.
    public var hasPassed: Bool { ContinuousClock.now >= end }

    /// What is left, in milliseconds, never below zero, as `poll` wants it.
    public var millisecondsLeft: Int32 {
        let left = end - ContinuousClock.now
        let (seconds, attoseconds) = left.components
        return Int32(max(0, min(3_600_000, seconds * 1000 + attoseconds / 1_000_000_000_000_000)))
    }
}

/// Asks again and again, at most for `seconds`, until the condition holds.
///
/// - Throws: a `Failure` that names what was waited for, or what the condition threw.
public func eventually(
    _ what: @autoclosure () -> String, within seconds: Double = 10, _ condition: () throws -> Bool
) throws {
    let deadline = Deadline.after(seconds)
    while try !condition() {
        if deadline.hasPassed { throw Failure("waited \(seconds) s in vain: \(what())") }
        usleep(2000)
    }
}
