import Loop
import Store

/// Says in Redis while this receiver has events on disk, so that the watches of others do not give up bookings that go
/// on there.
final class BacklogNotice {
    /// Milliseconds between two looks at the journal: well below ``Watch/settlingTime``, in which others wait for the
    /// word.
    static let interval: Int64 = 500
    /// Milliseconds for which the word holds, so that a receiver that dies keeps nobody waiting for long.
    static let validity: Int64 = 10_000
    /// Milliseconds after which it is said again.
    static let renewal: Int64 = 3_000

    private let store: Store
    private let queueState: QueueState
    private let loop: EventLoop
    /// When it was last said; `nil` while there is nothing to say.
    private var saidAt: Moment?
    private var isSending = false

    init(store: Store, queueState: QueueState, loop: EventLoop) {
        self.store = store
        self.queueState = queueState
        self.loop = loop
    }

    /// Looks at the journal from now on.
    func start() {
        update()
        loop.schedule(after: Self.interval) { [unowned self] in start() }
    }

    private func update() {
        guard store.isReady else {
            // Whatever was said may have ended by the time that Redis is back.
            saidAt = nil
            return
        }
        guard !isSending else { return }
        let hasEvents = !queueState.isEmpty
        if hasEvents, let saidAt, loop.now.since(saidAt) / 1_000_000 < Self.renewal { return }
        guard hasEvents || saidAt != nil else { return }
        isSending = true
        let now = loop.now
        store.announceBacklog(of: queueState.receiver, milliseconds: hasEvents ? Self.validity : nil) {
            [weak self] isSaid in
            guard let self else { return }
            isSending = false
            if isSaid { saidAt = hasEvents ? now : nil }
        }
    }
}
