import Loop

/// How expendable a client is, when there are too many of them or they buffer too much.
struct ClientStanding {
    /// Milliseconds within which a request arrives, and an answer is read, by all but the slowest.
    static let usualPace: Int64 = 1_000

    let state: ClientState
    let clock: ClientClock
    /// Bytes in memory because the client sends or reads no further.
    let bufferedBytes: Int
    /// Whether its next request waits for the next round of the loop.
    let isDeferred: Bool
    /// Whether it waits for answers.
    let owes: Bool
    /// Whether it has not read all that was sent.
    let hasOutput: Bool
    /// Whether it ever had an answer.
    let hasBeenServed: Bool

    /// Who goes first where there are too many connections: the higher rank, then the longer wait.
    struct Idleness: Comparable {
        /// From those in the middle of a request or an answer (0) to those that never sent a request (3).
        let rank: Int
        let milliseconds: Int64

        static func < (left: Idleness, right: Idleness) -> Bool {
            (left.rank, left.milliseconds) < (right.rank, right.milliseconds)
        }
    }

    /// How well it can be spared; `nil` for a client that waits for an answer, is in the middle of a request, or reads
    /// one, at a usual pace.
    func idleness(at now: Moment) -> Idleness? {
        let waited = clock.waited(at: now)
        if state == .lingering { return Idleness(rank: 2, milliseconds: waited) }
        guard state == .open || state == .finishing, !isDeferred, !clock.isPaused else { return nil }
        // Else clients that never read could take all places, by reading a little now and then.
        guard !hasOutput else { return waited < Self.usualPace ? nil : Idleness(rank: 0, milliseconds: waited) }
        guard state == .open, !owes else { return nil }
        guard clock.phase == .idle else {
            return waited < Self.usualPace ? nil : Idleness(rank: 0, milliseconds: waited)
        }
        return Idleness(rank: hasBeenServed ? 1 : 3, milliseconds: waited)
    }

    /// What it costs to keep, in bytes times milliseconds; `nil` for a client that buffers nothing by its own doing,
    /// and with `sparing`, for one that sends and reads at a usual pace or is paused.
    func burden(at now: Moment, sparing: Bool) -> Int? {
        guard bufferedBytes > 0, state != .closed, !isDeferred, hasOutput || !owes else { return nil }
        guard sparing else { return bufferedBytes * Int(max(1, clock.age(at: now))) }
        let waited = clock.waited(at: now)
        return waited < Self.usualPace || clock.isPaused && !hasOutput ? nil : bufferedBytes * Int(waited)
    }
}
