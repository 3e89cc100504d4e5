import Loop

/// A connection of its own that listens to channels, and comes back after a loss.
public final class Subscriber {
    /// How often the connection is proved to live, in milliseconds.
    static let proofInterval: Int64 = 15_000

    private let redis: RedisConnection
    private let loop: EventLoop
    private let channels: [String]
    private let listening: () -> Void
    private var isClosed = false

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - channels: what it subscribes to.
    ///   - listening: called each time from which on nothing is missed: the moment to catch up with what was.
    ///   - heard: takes channel and text of each message.
    public init(
        url: RedisURL, loop: EventLoop, channels: [String], listening: @escaping () -> Void,
        heard: @escaping (_ channel: String, _ text: String) -> Void
    ) {
        self.loop = loop
        self.listening = listening
        self.channels = channels
        redis = RedisConnection(url: url, loop: loop)
        redis.heard = heard
        redis.stateChanged = { [weak self] state in if state == .ready { self?.subscribe() } }
        redis.connect()
        loop.schedule(after: Self.proofInterval) { [weak self] in self?.prove() }
    }

    /// Ends the connection.
    public func close() {
        isClosed = true
        redis.close()
    }

    /// Sends what is queued; call at the end of each round of the loop.
    public func flush() { redis.flush() }

    private func subscribe() {
        for channel in channels {
            redis.send(["SUBSCRIBE", channel]) { [weak self, isLast = channel == channels.last] result in
                if isLast, case .success = result { self?.listening() }
            }
        }
        redis.flush()
    }

    /// Nothing may come for hours, and a peer that is gone sends no reset. A PING is answered, or the deadline of
    /// commands ends the connection.
    private func prove() {
        guard !isClosed else { return }
        redis.send(["PING"]) { _ in }
        redis.flush()
        loop.schedule(after: Self.proofInterval) { [weak self] in self?.prove() }
    }
}
