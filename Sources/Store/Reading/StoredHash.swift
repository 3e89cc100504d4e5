import Redis
/// A hash as it stands in Redis: a contact or a task.
public struct StoredHash: Equatable, Sendable {
    /// The fields in the order of Redis.
    public private(set) var fields: [(name: String, value: String)]

    /// A hash of these fields.
    public init(fields: [(name: String, value: String)]) { self.fields = fields }

    /// The reply to `HGETALL`; `nil` for a hash that does not exist.
    init?(_ reply: RedisReply) {
        guard let list = reply.array, !list.isEmpty else { return nil }
        self.init(flat: list[...])
    }

    init(flat list: ArraySlice<RedisReply>) {
        fields = []
        fields.reserveCapacity(list.count / 2)
        var rest = list
        while let name = rest.popFirst(), let value = rest.popFirst() {
            fields.append((name.text ?? "", value.text ?? ""))
        }
    }

    /// The value of a field.
    public subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    /// The same fields with the same values.
    public static func == (left: StoredHash, right: StoredHash) -> Bool {
        left.fields.elementsEqual(right.fields) { $0 == $1 }
    }
}

/// A name and how often it was counted.
public struct Ranked: Equatable, Sendable {
    /// The name.
    public let name: String
    /// How often.
    public let count: Int64

    /// The reply to `ZRANGE … WITHSCORES`.
    static func list(_ reply: RedisReply) -> [Ranked] {
        var rest = (reply.array ?? [])[...]
        var ranked: [Ranked] = []
        while let name = rest.popFirst()?.text, let score = rest.popFirst()?.text {
            ranked.append(Ranked(name: name, count: Int64(Double(score) ?? 0)))
        }
        return ranked
    }
}

extension RedisReply {
    /// The texts of a list.
    var texts: [String] { (array ?? []).compactMap(\.text) }
    /// A number that Redis keeps as text; 0 where there is none.
    var count: Int64 { integer ?? text.flatMap { Int64($0) } ?? 0 }
}
