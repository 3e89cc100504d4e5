/// How far the events of one batch have come.
final class BatchProgress {
    /// The events; `nil` once all are taken, because they keep the text of the whole request.
    var batch: Batch?
    /// How many events are taken.
    var taken = 0
    /// Who sent them.
    let sender: Sender
    /// How many events the client's rate allows; `nil` where it is not counted.
    let grant: RateLimiter.Grant?
    private var verdicts: [Verdict?]
    private var missing: Int
    private let done: ([Verdict]) -> Void

    /// - Parameter done: called once with the verdicts in the order of the events.
    init(_ batch: Batch, _ sender: Sender, _ grant: RateLimiter.Grant?, _ done: @escaping ([Verdict]) -> Void) {
        self.batch = batch
        self.sender = sender
        self.grant = grant
        self.done = done
        verdicts = [Verdict?](repeating: nil, count: batch.count)
        missing = batch.count
    }

    /// Notes what became of one event.
    func settle(_ index: Int, _ verdict: Verdict) {
        verdicts[index] = verdict
        missing -= 1
        if missing == 0 { done(verdicts.compactMap(\.self)) }
    }
}
