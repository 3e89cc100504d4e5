import HTTP
import Loop

/// How long a connection has been waiting for its client, and for what.
///
/// Time in which the client is not read does not count where it is a request that is waited for. It does where the
/// client does not take an answer.
struct ClientClock {
    /// What part of a request is waited for.
    private(set) var phase = RequestDecoder.Phase.idle
    private var since: Moment
    private var pausedSince: Moment?
    /// Since when the client takes nothing of an answer.
    private var untakenSince: Moment?

    init(at now: Moment) { since = now }

    /// Whether the clock stands still.
    var isPaused: Bool { pausedSince != nil }

    /// Milliseconds of the present wait: for the client to take more of an answer, else for it to send.
    func waited(at now: Moment) -> Int64 {
        untakenSince == nil ? (pausedSince ?? now).since(since) / 1_000_000 : age(at: now)
    }

    /// Milliseconds since that wait began, whether or not the client was read.
    func age(at now: Moment) -> Int64 { now.since(untakenSince ?? since) / 1_000_000 }

    /// Begins a new wait.
    mutating func restart(at now: Moment) {
        since = now
        if isPaused { pausedSince = now }
    }

    /// Notes which part of a request is waited for. Its clock starts with its first byte, not again with each of them.
    mutating func wait(for next: RequestDecoder.Phase, at now: Moment) {
        guard next != phase else { return }
        phase = next
        restart(at: now)
    }

    /// Notes whether the client took more of an answer, and whether there is more to take.
    mutating func send(progress: Bool, isMoreLeft: Bool, at now: Moment) {
        if progress { restart(at: now) }
        untakenSince = isMoreLeft ? (progress ? now : untakenSince ?? now) : nil
    }

    /// Stops the clock.
    mutating func pause(at now: Moment) { pausedSince = pausedSince ?? now }

    /// Lets the clock go on from where it stood.
    mutating func resume(at now: Moment) {
        guard let paused = pausedSince else { return }
        since = Moment(nanoseconds: since.nanoseconds + now.since(paused))
        pausedSince = nil
    }

    /// Whether the part of a request that is waited for has taken too long.
    func isOver(_ deadlines: ClientDeadlines, at now: Moment) -> Bool {
        let limit =
            switch phase {
            case .idle: deadlines.idle
            case .head: deadlines.head
            case .body: deadlines.body
            }
        return waited(at: now) > limit
    }
}
