import Loop

/// How long the watch waits for the events that other receivers have on disk: one of them may say that a booking goes
/// on.
///
/// Bounded: a receiver that cannot bring its events to Redis must not keep everybody's abandoned bookings from sales.
struct WaitForOthers {
    /// What the watch does about bookings that are due.
    enum Decision: Equatable {
        /// Nobody else has events on disk, or has had them for too long.
        case giveUp
        /// As ``giveUp``, and for the first time although others have events on disk.
        case giveUpDespite
        /// Not now.
        case wait
    }

    /// Milliseconds for which it waits at most.
    static let maxWait: Int64 = 15 * 60_000

    private var since: Moment?
    private var hasGivenUp = false

    /// What to do at `now`, when so many other receivers have events on disk.
    mutating func decide(others: Int, at now: Moment) -> Decision {
        guard others > 0 else {
            (since, hasGivenUp) = (nil, false)
            return .giveUp
        }
        let start = since ?? now
        since = start
        guard now.since(start) / 1_000_000 >= Self.maxWait else { return .wait }
        defer { hasGivenUp = true }
        return hasGivenUp ? .giveUp : .giveUpDespite
    }
}
