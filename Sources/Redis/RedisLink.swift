import CSystem
import Glibc
import Loop

/// One connection to Redis, from connecting until it is lost. hiredis makes it and reads the replies; commands go out
/// of a buffer of ours, all of a round in one write.
///
/// Replies come in the order of the commands, so what waits for them is a plain queue.
final class RedisLink: EventSource {
    /// Takes the reply, or why there is none.
    typealias Completion = (Result<RedisReply, RedisError>) -> Void

    private struct Waiting {
        let since: Moment
        let completion: Completion
    }

    private let loop: EventLoop
    /// Nil once the connection is lost.
    private var context: UnsafeMutablePointer<redisContext>?
    private let socket: Socket
    private var output = CommandBuffer()
    private var interest: Readiness = .write
    private var isConnected = false
    /// While replies are handed on, hiredis' memory has to stay, whatever those who take them do; then it goes.
    private var isReading = false
    private var failure: String?
    private var waiting: [Waiting?] = []
    private var answered = 0
    /// Called once when the connection is made, or with what went wrong when it is lost or never made.
    private let changed: (_ failure: String?) -> Void

    /// Why not even a start could be made, for people.
    struct Refusal: Error {
        let reason: String
    }

    /// Starts to connect to a numeric address or a socket's path.
    init(to endpoint: RedisURL.Endpoint, loop: EventLoop, changed: @escaping (_ failure: String?) -> Void)
        throws(Refusal)
    {
        self.loop = loop
        self.changed = changed
        let made: UnsafeMutablePointer<redisContext>? =
            switch endpoint {
            case .tcp(let host, let port): redisConnectNonBlock(host, Int32(port))
            case .unix(let path): redisConnectUnixNonBlock(path)
            }
        guard let made else { throw Refusal(reason: "no memory for a connection") }
        socket = Socket(descriptor: made.pointee.fd)
        guard made.pointee.err == 0 else {
            let reason = Self.failure(of: made)
            redisFree(made)
            throw Refusal(reason: reason)
        }
        do throws(SystemError) {
            try loop.add(socket.descriptor, for: interest, source: self)
        } catch {
            redisFree(made)
            throw Refusal(reason: error.description)
        }
        context = made
    }

    deinit {
        // Nobody waits any more.
        guard let context else { return }
        loop.remove(socket.descriptor)
        redisFree(context)
    }

    /// How many commands wait for their reply.
    var inFlight: Int { waiting.count - answered }

    /// Since when the oldest command waits.
    var oldestWait: Moment? { inFlight > 0 ? waiting[answered]?.since : nil }

    /// Queues a command that `write` fills in; it goes out with ``flush()``.
    func send(_ write: (inout CommandBuffer) -> Void, _ completion: @escaping Completion) {
        guard context != nil else { return completion(.failure(.disconnected)) }
        output.write(write)
        waiting.append(Waiting(since: loop.now, completion: completion))
    }

    /// Sends what is queued, in one write.
    func flush() {
        guard isConnected, !output.isEmpty else { return }
        switch output.withBytes({ socket.send($0) }) {
        case .bytes(let count): output.removeFirst(count)
        case .wouldBlock: break
        case .closed: return lose("Redis closed the connection")
        }
        watch(for: output.isEmpty ? .read : [.read, .write])
    }

    /// Drops the connection; everything that waits is told.
    func drop() { lose("connection closed") }

    func ready(_ readiness: Readiness) {
        guard isConnected else { return finishConnecting() }
        if readiness.contains(.write) { flush() }
        if !readiness.isDisjoint(with: [.read, .broken]) { read() }
    }

    /// connect(2): what came of it is to be asked for once the socket can be written to.
    private func finishConnecting() {
        guard context != nil else { return }
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        let asked = getsockopt(socket.descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
        guard asked == 0, error == 0 else { return lose(String(cString: strerror(asked == 0 ? error : errno))) }
        isConnected = true
        watch(for: .read)
        changed(nil)
        flush()
    }

    private func read() {
        guard let context else { return }
        guard redisBufferRead(context) == REDIS_OK else { return lose(Self.failure(of: context)) }
        isReading = true
        while failure == nil {
            var reply: UnsafeMutableRawPointer?
            guard redisGetReplyFromReader(context, &reply) == REDIS_OK else {
                failure = Self.failure(of: context)
                break
            }
            guard let reply else { break }
            answer(RedisReply(UnsafePointer(reply.assumingMemoryBound(to: redisReply.self))))
            freeReplyObject(reply)
        }
        isReading = false
        if let failure { lose(failure) }
    }

    private func watch(for wanted: Readiness) {
        guard wanted != interest else { return }
        interest = wanted
        // Failing here means out of memory in the kernel; the deadline of the commands then drops the connection.
        try? loop.modify(socket.descriptor, for: wanted)
    }

    private func lose(_ reason: String) {
        guard let context else { return }
        guard !isReading else {
            failure = failure ?? reason
            return
        }
        self.context = nil
        isConnected = false
        loop.remove(socket.descriptor)
        redisFree(context)
        output = CommandBuffer()
        var left = waiting[answered...]
        (waiting, answered) = ([], 0)
        // Each is let go as soon as it is told: what it keeps may be large, and what is made of it, for the disk, too.
        for index in left.indices { left[index].take()?.completion(.failure(.uncertain)) }
        // Whoever was told may be in the middle of something.
        loop.schedule(after: 0) { [self] in changed(reason) }
    }

    private static func failure(of context: UnsafeMutablePointer<redisContext>) -> String {
        withUnsafeBytes(of: &context.pointee.errstr) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// Takes what a subscribed connection is told without having asked: channel and text.
    var heard: ((_ channel: String, _ text: String) -> Void)?

    /// Words of error texts that are safe to show.
    var knows: SafeText.Knows = { _ in false }

    /// Told of each error reply, before the command that it belongs to.
    var erred: ((_ text: String) -> Void)?

    private func answer(_ reply: RedisReply) {
        if let heard, let words = reply.array, words.count == 3, words[0].text == "message" {
            return heard(words[1].text ?? "", words[2].text ?? "")
        }
        guard answered < waiting.count, let next = waiting[answered] else { return }
        waiting[answered] = nil
        answered += 1
        if answered == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            answered = 0
        } else if answered > 1024 {
            waiting.removeFirst(answered)
            answered = 0
        }
        guard case .error(let text) = reply else { return next.completion(.success(reply)) }
        erred?(text)
        next.completion(.failure(RedisError(reply: text, knows: knows)))
    }
}
