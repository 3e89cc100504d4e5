/// One value of Redis, in a form that compares.
public enum RedisValue: Equatable, Sendable {
    case string(String)
    case hash([String: String])
    case set(Set<String>)
    case list([String])
    /// Members with their scores, lowest first.
    case sortedSet([ScoredMember])
}

/// A member of a sorted set.
public struct ScoredMember: Equatable, Hashable, Sendable {
    /// What is stored.
    public var member: String
    /// Where it stands.
    public var score: Double

    /// A member with a score.
    public init(_ member: String, _ score: Double) {
        self.member = member
        self.score = score
    }
}

/// All that one Redis database holds.
public struct RedisContents: Equatable, Sendable {
    /// Each key with its value.
    public var values: [String: RedisValue]
    /// Seconds to live of each key that has an end.
    public var expiries: [String: Int]

    /// The same keys, types, values, and the same keys with an end; seconds pass by themselves.
    public static func == (left: RedisContents, right: RedisContents) -> Bool {
        left.values == right.values && Set(left.expiries.keys) == Set(right.expiries.keys)
    }

    /// Everything as one text, to search for what must not be there.
    public var text: String {
        values.map { "\($0) \($1)" }.sorted().joined(separator: "\n")
    }

    /// The keys with this beginning, sorted.
    public func keys(_ prefix: String) -> [String] {
        values.keys.filter { $0.hasPrefix(prefix) }.sorted()
    }
}

extension RedisClient {
    /// Reads a whole, small database, but for what it says of itself (`crm_meta`), which a receiver makes when it
    /// connects.
    public func contents() throws -> RedisContents {
        var contents = RedisContents(values: [:], expiries: [:])
        for key in try run("KEYS", "*").texts where key != "crm_meta" {
            guard let value = try value(of: key) else { continue }
            contents.values[key] = value
            if case .integer(let seconds) = try run("TTL", key), seconds >= 0 { contents.expiries[key] = Int(seconds) }
        }
        return contents
    }

    /// Reads one key; `nil` where there is none.
    public func value(of key: String) throws -> RedisValue? {
        switch try run("TYPE", key).text {
        case "string": .string(try run("GET", key).text ?? "")
        case "hash": .hash(try hash(key))
        case "set": .set(Set(try run("SMEMBERS", key).texts))
        case "list": .list(try run("LRANGE", key, "0", "-1").texts)
        case "zset": .sortedSet(try sortedSet(key))
        default: nil
        }
    }

    /// The fields of a hash; empty where there is none.
    public func hash(_ key: String) throws -> [String: String] {
        try run("HGETALL", key).pairs
    }

    /// The members of a sorted set, lowest first; empty where there is none.
    public func sortedSet(_ key: String) throws -> [ScoredMember] {
        let flat = try run("ZRANGE", key, "0", "-1", "WITHSCORES").texts
        return stride(from: 0, to: flat.count - 1, by: 2).map { ScoredMember(flat[$0], Double(flat[$0 + 1]) ?? .nan) }
    }
}
