import CSystem

/// A reply of Redis, copied out of hiredis' memory.
public enum RedisReply: Equatable, Sendable {
    /// No such key, field or member.
    case null
    /// A bulk or simple string. Values are UTF-8; a byte that is not is replaced.
    case text(String)
    /// An integer.
    case integer(Int64)
    /// A list of replies.
    case array([RedisReply])
    /// Redis' own error line.
    case error(String)

    init(_ reply: UnsafePointer<redisReply>) {
        let value = reply.pointee
        switch value.type {
        case REDIS_REPLY_STRING, REDIS_REPLY_STATUS: self = .text(Self.text(value))
        case REDIS_REPLY_INTEGER: self = .integer(value.integer)
        case REDIS_REPLY_ARRAY:
            self = .array(
                (0..<Int(value.elements)).map { index in
                    value.element[index].map { RedisReply(UnsafePointer($0)) } ?? .null
                })
        case REDIS_REPLY_ERROR: self = .error(Self.text(value))
        default: self = .null
        }
    }

    private static func text(_ reply: redisReply) -> String {
        guard let start = reply.str else { return "" }
        return start.withMemoryRebound(to: UInt8.self, capacity: Int(reply.len)) {
            String(decoding: UnsafeBufferPointer(start: $0, count: Int(reply.len)), as: UTF8.self)
        }
    }

    /// The string, where it is one.
    public var text: String? { if case .text(let text) = self { text } else { nil } }
    /// The integer, where it is one.
    public var integer: Int64? { if case .integer(let number) = self { number } else { nil } }
    /// The list, where it is one.
    public var array: [RedisReply]? { if case .array(let list) = self { list } else { nil } }
}
