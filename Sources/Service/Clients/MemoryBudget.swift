/// How many bytes one worker holds for its clients, and what follows from that: whom it reads, and when somebody has to
/// go.
///
/// Requests that are complete leave by themselves, because Redis and the disk have deadlines; so beyond the worker's
/// share of `MAX_BUFFERED_BYTES` clients are not read until some have left. What clients let lie here, half a request
/// or an answer that they do not take, may never leave: beyond half of the share the slow ones that cost most have to
/// go.
final class MemoryBudget {
    /// Bytes of events that may be on the way to Redis.
    static let maxToRedis = 1_048_576
    /// The same while clients take turns: an event whose turn it is finds no more before it, some 20 ms of Redis' time.
    static let maxToRedisInTurns = 131_072
    /// Bytes of events that may be on the way to the disk.
    static let maxToDisk = 262_144
    /// Bytes that a client that holds nothing is read at once when the share is used up: a usual request.
    static let usualRequest = 4_096
    /// Bytes that a client is read at once.
    static let maxRead = 65_536

    /// The worker's share of `MAX_BUFFERED_BYTES`.
    let share: Int
    /// Bytes of requests that are not complete and of answers that are not taken.
    var stalled = 0
    /// Bytes of requests that are complete and wait for their turn.
    var waiting = 0
    /// Bytes of events on the way to Redis, and to the disk.
    var toRedis = 0
    var toDisk = 0

    init(share: Int) { self.share = share }

    /// Bytes that leave without the help of clients.
    var inWork: Int { waiting + toRedis + toDisk }
    /// All bytes.
    var total: Int { stalled + inWork }

    /// How many bytes may be read from a client now; 0: none before others have left.
    ///
    /// - Parameters:
    ///   - own: bytes that the client holds. They do not count: one that alone holds more than the share is served too.
    ///   - owesNothing: whether the client holds nothing, and nothing is owed to it. It may send a usual request all
    ///     the same.
    func readable(own: Int, owesNothing: Bool) -> Int {
        if total - own < share { return Self.maxRead }
        return owesNothing && total < share + share / 4 ? Self.usualRequest : 0
    }

    /// Whether a client with unanswered requests must wait before the next one is looked at.
    var isFull: Bool { total >= share }

    /// Whether a client that was not read may be read again; some room is left free, so that it is not stopped at once.
    func mayResume(own: Int) -> Bool { total - own < share - share / 4 }

    /// Bytes that have to go of clients that neither send nor read at a usual pace.
    var excess: Int { stalled > share / 2 ? stalled - share / 8 * 3 : 0 }

    /// Whether it is not work that takes the room, so that waiting for it would not help.
    var isStuck: Bool { inWork < share / 4 }
}
