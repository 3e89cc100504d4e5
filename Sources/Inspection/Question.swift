import Store
import Redis
/// What to read about one thing in the database, and how to judge what came.
///
/// It is asked twice. First with plain commands, many questions at once: cheap, but an event may arrive between two of
/// them. Then, only where that looked wrong, in one atomic step.
struct Question {
    /// The next commands, given the replies so far; none when it is enough.
    let reads: ([RedisReply]) -> [[String]]
    /// What is wrong, given all replies.
    let judge: ([RedisReply]) -> [Finding]
    /// What to ask next, given all replies.
    var follow: ([RedisReply]) -> [Question] = { _ in [] }

    /// A question of fixed commands.
    init(
        _ commands: [[String]], judge: @escaping ([RedisReply]) -> [Finding],
        follow: @escaping ([RedisReply]) -> [Question] = { _ in [] }
    ) {
        self.init(reads: { $0.isEmpty ? commands : [] }, judge: judge, follow: follow)
    }

    /// A question whose commands depend on what the first ones told.
    init(
        reads: @escaping ([RedisReply]) -> [[String]], judge: @escaping ([RedisReply]) -> [Finding],
        follow: @escaping ([RedisReply]) -> [Question] = { _ in [] }
    ) {
        self.reads = reads
        self.judge = judge
        self.follow = follow
    }

    /// All commands that belong to these replies: the ones that were sent, unless something moved meanwhile.
    func plan(_ replies: [RedisReply]) -> [[String]] {
        var commands: [[String]] = []
        while commands.count <= replies.count {
            let next = reads(Array(replies.prefix(commands.count)))
            if next.isEmpty { break }
            commands += next
        }
        return commands
    }
}

extension RedisReply {
    /// Whether the command met a key of another type.
    var isError: Bool { if case .error = self { true } else { false } }
    /// A yes or no of Redis.
    var isOne: Bool { self == .integer(1) }
    /// The fields of a hash; `nil` where the key holds something else.
    var fields: [String: String]? {
        guard let list = array else { return nil }
        var fields: [String: String] = [:]
        fields.reserveCapacity(list.count / 2)
        for index in stride(from: 0, to: list.count - 1, by: 2) {
            fields[list[index].text ?? ""] = list[index + 1].text ?? ""
        }
        return fields
    }
}

/// Where a member stands in a sorted set.
enum Standing: Equatable {
    /// Not in it.
    case absent
    /// With this score, as Redis writes it.
    case at(String)
    /// The key holds another type, which is a finding of its own.
    case unknown

    init(_ reply: RedisReply) {
        switch reply {
        case .text(let score): self = .at(score)
        case .error: self = .unknown
        case .null, .integer, .array: self = .absent
        }
    }

    /// Whether it is known not to stand at this score.
    func differs(from score: Int64) -> Bool { self != .unknown && self != .at(String(score)) }

    /// The score, where it is a whole number.
    var score: Int64? { if case .at(let text) = self { Int64(text) } else { nil } }

    var isMember: Bool { if case .at = self { true } else { false } }
}
