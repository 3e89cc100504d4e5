import CRM
import HTTP
import Loop

/// Admits events to the intake: asks the rate limits, and answers for what the router has refused.
///
/// One a worker.
final class Admission {
    private let state: ServiceState
    private let intake: Intake
    private let refusals: Refusals
    private let log: Log
    private let loop: EventLoop
    /// Counts senders; `nil` without `RATE_LIMIT`.
    var limiter: RateLimiter?

    init(
        state: ServiceState, limiter: RateLimiter?, intake: Intake, refusals: Refusals, log: Log, loop: EventLoop
    ) {
        self.limiter = limiter
        self.state = state
        self.intake = intake
        self.refusals = refusals
        self.log = log
        self.loop = loop
    }

    /// Takes one event, and reports once what became of it.
    func admit(
        _ submission: Submission, from sender: Sender, of head: RequestHead, _ done: @escaping (Verdict) -> Void
    ) {
        admit(submission, grant(1, sender)?.retryAfter, sender, head, done)
    }

    /// Takes the event at a place of a batch to which this was granted, and reports once what became of it. Those
    /// beyond the client's rate are refused one by one: the first ones pass.
    func admit(
        _ submission: Submission, at place: Int, of grant: RateLimiter.Grant?, from sender: Sender,
        of head: RequestHead, _ done: @escaping (Verdict) -> Void
    ) {
        admit(submission, grant?.retryAfter(at: place), sender, head, done)
    }

    private func admit(
        _ submission: Submission, _ retryAfter: Int?, _ sender: Sender, _ head: RequestHead,
        _ done: @escaping (Verdict) -> Void
    ) {
        if let retryAfter { return refuse(submission, for: retryAfter, sender, head, done) }
        admit(submission, sender, head, done)
    }

    /// How many of these events `RATE_LIMIT` allows this client; `nil` where it is not counted, as a back end with a
    /// server key is not.
    func grant(_ count: Int, _ sender: Sender) -> RateLimiter.Grant? {
        guard let limiter, sender.source == .browser else { return nil }
        return limiter.take(count, from: sender.bucket, at: loop.now.nanoseconds)
    }

    /// The same for one customer, from however many addresses.
    private func retryAfter(_ event: Event) -> Int? {
        guard let limiter, event.source == .browser,
            let name = QueueState.names(of: event.customer).first
        else { return nil }
        return limiter.take(from: name, at: loop.now.nanoseconds).retryAfter
    }

    private func admit(
        _ submission: Submission, _ sender: Sender, _ head: RequestHead, _ done: @escaping (Verdict) -> Void
    ) {
        switch submission {
        case .event(let event, let isVerified):
            if let seconds = retryAfter(event) { return refuse(submission, for: seconds, sender, head, done) }
            if !isVerified {
                log.write(
                    .warning, "customer.signature is missing or wrong", [("event_id", event.id.forLog)])
            }
            intake.take(event) { [state, refusals, loop] verdict in
                state.feed.note(event, verdict, at: state.clock.now(loop))
                if case .unavailable = verdict { refusals.reportUnavailable() }
                done(verdict)
            }
        case .refused(let verdict, let sighting): refuse(verdict, sighting, sender, head, done)
        case .declined:
            state.feed.note(nil, .declined, at: state.clock.now(loop))
            done(.declined)
        }
    }

    /// Refuses what comes too fast.
    private func refuse(
        _ submission: Submission, for seconds: Int, _ sender: Sender, _ head: RequestHead, _ done: (Verdict) -> Void
    ) {
        let sighting: Sighting =
            switch submission {
            case .event(let event, _): Sighting(event)
            case .refused(_, let sighting): sighting
            case .declined: .nothing
            }
        refuse(.denied(.tooFast(retryAfter: seconds)), sighting, sender, head, done)
    }

    private func refuse(
        _ verdict: Verdict, _ sighting: Sighting, _ sender: Sender, _ head: RequestHead, _ done: (Verdict) -> Void
    ) {
        if let reason = verdict.refusalReason {
            refusals.report(Refusal(reason, of: .event, sighting), of: head, peer: sender.peer)
        }
        done(verdict)
    }
}
