import Redis
import CRM

/// What an erasure removed: the reply of `erase.lua` and `erase-step.lua`, read.
public struct ErasureReceipt: Equatable, Sendable {
    /// When it began.
    public let erasedAt: Timestamp
    /// Whether everything is gone; else a running service removes the rest.
    public let isComplete: Bool
    /// Keys by the beginning of their names; `members` are entries in lists about many people.
    public let counts: [(name: String, count: Int64)]

    /// Reads the fields behind the first word of a reply; `nil` where there are none.
    init?(_ reply: RedisReply) {
        let record = StoredHash(flat: (reply.array ?? []).dropFirst())
        guard let time = record["erased_at"].flatMap({ Int64($0) }) else { return nil }
        erasedAt = Timestamp(clamping: time)
        isComplete = record["complete"] == "1"
        counts = record.fields.filter { $0.name != "erased_at" && $0.name != "complete" }
            .map { ($0.name, Int64($0.value) ?? 0) }
    }

    /// Whether both say the same.
    public static func == (left: ErasureReceipt, right: ErasureReceipt) -> Bool {
        left.erasedAt == right.erasedAt && left.isComplete == right.isComplete
            && left.counts.elementsEqual(right.counts) { $0 == $1 }
    }
}
