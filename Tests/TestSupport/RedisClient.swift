import CSystem
import Foundation

/// What Redis answered.
public enum RedisReply: Equatable, Sendable {
    case string(String)
    case integer(Int64)
    case array([RedisReply])
    case null
    case status(String)
    case error(String)

    /// The text of a string or a status.
    public var text: String? {
        switch self {
        case .string(let text), .status(let text): text
        case .integer, .array, .null, .error: nil
        }
    }

    /// The elements of an array.
    public var elements: [RedisReply] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    /// The texts of an array's strings.
    public var texts: [String] { elements.compactMap(\.text) }

    /// An array of names and values as a dictionary.
    public var pairs: [String: String] {
        let flat = texts
        var pairs: [String: String] = [:]
        for index in stride(from: 0, to: flat.count - 1, by: 2) { pairs[flat[index]] = flat[index + 1] }
        return pairs
    }
}

/// A blocking connection to Redis. One test uses it, from one thread at a time.
public final class RedisClient {
    private let context: UnsafeMutablePointer<redisContext>

    /// Connects to a Unix socket.
    public init(socket path: String) throws {
        let wait = timeval(tv_sec: 5, tv_usec: 0)
        guard let made = redisConnectUnixWithTimeout(path, wait) else { throw Failure("no memory for a connection") }
        context = made
        try prepare()
    }

    /// Connects to a port of this machine.
    public init(port: Int) throws {
        let wait = timeval(tv_sec: 5, tv_usec: 0)
        guard let made = redisConnectWithTimeout("127.0.0.1", Int32(port), wait) else {
            throw Failure("no memory for a connection")
        }
        context = made
        try prepare()
    }

    deinit {
        redisFree(context)
    }

    private func prepare() throws {
        if context.pointee.err != 0 { throw Failure("no connection to Redis: \(reason)") }
        // A child that inherits the connection would keep it open after its test.
        _ = fcntl(context.pointee.fd, F_SETFD, FD_CLOEXEC)
        redisSetTimeout(context, timeval(tv_sec: 10, tv_usec: 0))
    }

    private var reason: String {
        withUnsafePointer(to: &context.pointee.errstr) {
            $0.withMemoryRebound(to: CChar.self, capacity: 128) { String(cString: $0) }
        }
    }

    /// Runs one command and gives its reply; an error reply is a value too.
    public func send(_ words: [String]) throws -> RedisReply {
        let bytes = words.map { Array($0.utf8) }
        let memory = bytes.map { word in
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: word.count + 1)
            for (index, byte) in word.enumerated() { copy[index] = CChar(bitPattern: byte) }
            return copy
        }
        defer { memory.forEach { $0.deallocate() } }
        var pointers: [UnsafePointer<CChar>?] = memory.map { UnsafePointer($0) }
        let lengths = bytes.map(\.count)
        guard let raw = redisCommandArgv(context, Int32(words.count), &pointers, lengths) else {
            throw Failure("Redis did not answer \(words.first ?? ""): \(reason)")
        }
        return Self.take(raw)
    }

    /// Runs one command; an error reply is thrown.
    @discardableResult
    public func run(_ words: String...) throws -> RedisReply {
        let reply = try send(words)
        if case .error(let text) = reply { throw Failure("\(words.joined(separator: " ")): \(text)") }
        return reply
    }

    /// The next message that was published to this connection.
    public func nextMessage() throws -> RedisReply {
        var raw: UnsafeMutableRawPointer?
        guard redisGetReply(context, &raw) == 0, let raw else { throw Failure("no message came: \(reason)") }
        return Self.take(raw)
    }

    /// How long a reply may take.
    public func setDeadline(seconds: Double) {
        let whole = Int(seconds)
        redisSetTimeout(context, timeval(tv_sec: whole, tv_usec: Int((seconds - Double(whole)) * 1_000_000)))
    }

    private static func take(_ raw: UnsafeMutableRawPointer) -> RedisReply {
        defer { freeReplyObject(raw) }
        return copy(raw.assumingMemoryBound(to: redisReply.self).pointee)
    }

    private static func copy(_ reply: redisReply) -> RedisReply {
        let text = { String(decoding: UnsafeRawBufferPointer(start: reply.str, count: Int(reply.len)), as: UTF8.self) }
        return switch reply.type {
        case REDIS_REPLY_STRING: .string(text())
        case REDIS_REPLY_STATUS: .status(text())
        case REDIS_REPLY_ERROR: .error(text())
        case REDIS_REPLY_INTEGER: .integer(reply.integer)
        case REDIS_REPLY_ARRAY:
            .array((0..<Int(reply.elements)).map { copy(reply.element[$0]?.pointee ?? redisReply()) })
        default: .null
        }
    }
}
