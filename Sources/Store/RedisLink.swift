import CSystem
import Glibc
import Loop

/// One connection to Redis, from connecting until it is lost: hiredis' asynchronous context in our loop.
///
/// Replies come in the order of the commands, so what waits for them is a plain queue.
final class RedisLink: EventSource {
    /// Takes the reply; `nil` when the connection broke first.
    typealias Completion = (RedisReply?) -> Void

    private struct Waiting {
        let since: Moment
        let completion: Completion
    }

    private let loop: EventLoop
    private var context: UnsafeMutablePointer<redisAsyncContext>?
    private let descriptor: Int32
    private var interest: Readiness = []
    private var registered = false
    private var wantsRead = false
    private var wantsWrite = false
    private var isConnected = false
    private var isInHiredis = false
    private var dropsLater = false
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
        let made: UnsafeMutablePointer<redisAsyncContext>? =
            switch endpoint {
            case .tcp(let host, let port): redisAsyncConnect(host, Int32(port))
            case .unix(let path): redisAsyncConnectUnix(path)
            }
        guard let made else { throw Refusal(reason: "no memory for a connection") }
        guard made.pointee.err == 0 else {
            let reason = String(cString: made.pointee.errstr)
            redisAsyncFree(made)
            throw Refusal(reason: reason)
        }
        context = made
        descriptor = made.pointee.c.fd
        made.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        attach(made)
    }

    deinit {
        // Nobody waits any more: hiredis must not call into an object that is going away.
        if let context {
            context.pointee.ev = .init()
            context.pointee.data = nil
            if registered { loop.remove(descriptor) }
            redisAsyncFree(context)
        }
    }

    /// How many commands wait for their reply.
    var inFlight: Int { waiting.count - answered }

    /// Since when the oldest command waits.
    var oldestWait: Moment? { inFlight > 0 ? waiting[answered]?.since : nil }

    /// Queues a command; it goes out with ``flush()``.
    func send(_ command: inout CommandBuffer, _ completion: @escaping Completion) {
        guard let context else { return completion(nil) }
        waiting.append(Waiting(since: loop.now, completion: completion))
        let result = command.withBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                redisAsyncFormattedCommand(context, replyArrived, nil, $0.baseAddress, $0.count)
            }
        }
        if result != REDIS_OK {
            waiting.removeLast()
            completion(nil)
        }
    }

    /// Sends what is queued, in one write.
    func flush() {
        if wantsWrite, isConnected { handle(redisAsyncHandleWrite) }
        updateInterest()
    }

    /// Drops the connection; everything that waits is told.
    func drop() {
        if isInHiredis { dropsLater = true } else if let context { redisAsyncFree(context) }
    }

    /// Lets hiredis work on the connection. It may find it broken and free it then and there, although one of its own
    /// callbacks, from which we were called, is still to return into it. So it is never entered twice.
    private func handle(_ work: (UnsafeMutablePointer<redisAsyncContext>) -> Void) {
        guard !isInHiredis, let context else { return }
        isInHiredis = true
        work(context)
        isInHiredis = false
        if dropsLater, let context = self.context { redisAsyncFree(context) }
    }

    func ready(_ readiness: Readiness) {
        // Until it is connected, hiredis learns success and failure alike from a write.
        if readiness.contains(.write) || !isConnected { handle(redisAsyncHandleWrite) }
        if !readiness.isDisjoint(with: [.read, .broken]), isConnected { handle(redisAsyncHandleRead) }
        updateInterest()
    }

    private func updateInterest() {
        guard context != nil else { return }
        let wanted: Readiness = [wantsRead ? .read : [], wantsWrite ? .write : []]
        guard wanted != interest || !registered else { return }
        interest = wanted
        // Failing here means out of memory in the kernel; the deadline of the commands then drops the connection.
        if registered {
            try? loop.modify(descriptor, for: wanted)
        } else {
            registered = true
            try? loop.add(descriptor, for: wanted, source: self)
        }
    }

    private func attach(_ context: UnsafeMutablePointer<redisAsyncContext>) {
        context.pointee.ev.data = Unmanaged.passUnretained(self).toOpaque()
        context.pointee.ev.addRead = { RedisLink.from($0)?.wantsRead = true }
        context.pointee.ev.delRead = { RedisLink.from($0)?.wantsRead = false }
        context.pointee.ev.addWrite = { RedisLink.from($0)?.wantsWrite = true }
        context.pointee.ev.delWrite = { RedisLink.from($0)?.wantsWrite = false }
        context.pointee.ev.cleanup = { RedisLink.from($0)?.closed() }
        redisAsyncSetConnectCallback(context) { context, status in
            guard let context, let link = RedisLink.from(context.pointee.data) else { return }
            if status == REDIS_OK {
                link.isConnected = true
                link.changed(nil)
            } else {
                link.failure = String(cString: context.pointee.errstr)
            }
        }
        redisAsyncSetDisconnectCallback(context) { context, _ in
            guard let context, let link = RedisLink.from(context.pointee.data) else { return }
            if context.pointee.err != 0 { link.failure = String(cString: context.pointee.errstr) }
        }
        updateInterest()
    }

    private var failure = "connection closed"

    /// hiredis lets go of the descriptor and will free the context.
    private func closed() {
        guard let context else { return }
        if context.pointee.err != 0, let text = context.pointee.errstr { failure = String(cString: text) }
        self.context = nil
        isConnected = false
        if registered { loop.remove(descriptor) }
        registered = false
        // Told outside of hiredis, which is still busy with the context.
        loop.schedule(after: 0) { [self] in changed(failure) }
    }

    /// Takes what a subscribed connection is told without having asked: channel and text.
    var heard: ((_ channel: String, _ text: String) -> Void)?

    /// Told of each error reply, before the command that it belongs to.
    var erred: ((_ text: String) -> Void)?

    fileprivate func answer(_ reply: RedisReply?) {
        if let erred, case .error(let text) = reply { erred(text) }
        if let heard, let words = reply?.array, words.count == 3, words[0].text == "message" {
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
        next.completion(reply)
    }

    fileprivate static func from(_ pointer: UnsafeMutableRawPointer?) -> RedisLink? {
        pointer.map { Unmanaged<RedisLink>.fromOpaque($0).takeUnretainedValue() }
    }
}

/// hiredis' callback for every command: the reply dies when this returns.
private func replyArrived(
    _ context: UnsafeMutablePointer<redisAsyncContext>?, _ reply: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?
) {
    guard let context, let link = RedisLink.from(context.pointee.data) else { return }
    link.answer(reply.map { RedisReply(UnsafePointer($0.assumingMemoryBound(to: redisReply.self))) })
}
