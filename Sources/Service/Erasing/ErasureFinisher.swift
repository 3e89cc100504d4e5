import Loop
import Store

/// Goes on with erasures that were begun and not finished: their process ended, or Redis was away, in between.
final class ErasureFinisher {
    /// Milliseconds between two questions.
    static let interval: Int64 = 1_000
    /// The same after one that could not be finished.
    static let pause: Int64 = 30_000

    private let store: Store
    private let log: Log
    private let loop: EventLoop

    init(store: Store, log: Log, loop: EventLoop) {
        self.store = store
        self.log = log
        self.loop = loop
    }

    /// Asks for open erasures from now on.
    func start() {
        guard store.isReady else { return again(after: Self.interval) }
        store.openErasure { [unowned self] result in
            guard case .success(let contact?) = result else { return again(after: Self.interval) }
            store.finishErasure(of: contact) { [unowned self] result in
                if case .failure(.refused(let reason)) = result {
                    log.write(
                        .error, "Erasure cannot be finished, will be tried again",
                        [("contact_id", contact), ("reason", String(reason.prefix(200)))])
                    return again(after: Self.pause)
                }
                again(after: 1)
            }
        }
    }

    private func again(after milliseconds: Int64) {
        loop.schedule(after: milliseconds) { [unowned self] in start() }
    }
}
