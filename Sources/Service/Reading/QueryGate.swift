/// Lets a few queries at once at the store: one may bring megabytes from Redis, and what many bring at once is not
/// bounded by anything else.
final class QueryGate {
    /// Queries that are under way at once.
    static let maxQueries = 4

    private var running = 0
    private var waiting = Fifo<(@escaping () -> Void) -> Void>()

    /// Calls `query` when it is its turn; it calls what it is given once, when it has its answer.
    func enter(_ query: @escaping (@escaping () -> Void) -> Void) {
        guard running < Self.maxQueries else { return waiting.append(query) }
        running += 1
        query { [self] in leave() }
    }

    private func leave() {
        running -= 1
        if let next = waiting.popFirst() { enter(next) }
    }
}
