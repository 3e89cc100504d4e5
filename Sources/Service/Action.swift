import HTTP

/// What a request asks the worker to do.
enum Action {
    /// Answer this.
    case answer(Response)
    /// Report what is refused, and answer this. Boxed, as below: what each request passes on stays small.
    indirect case refuse(Refusal, Response)
    /// Take this one event, or refuse it, and tell so.
    case track(Submission, from: Sender)
    /// Take each of these and tell the results in order.
    case trackAll(Batch, from: Sender)
    /// Answer with what only the whole service knows.
    case report(Report)
    /// Answer from what is stored, or carry out a decision.
    case read(Query)
    /// Answer with a stream.
    case stream(Stream)
}

/// Pages about the service itself.
enum Report {
    case readiness
    case metrics
    case status
}
