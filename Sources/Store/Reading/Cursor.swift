import Text
import CRM

/// A place in a sorted set: behind the member with this score. Opaque to whoever pages with it.
///
/// It names the last member of a page and not a number of members, so that what comes, goes or moves between two pages
/// neither repeats nor hides another member.
public struct Cursor: Equatable, Sendable {
    /// Most bytes of a member that a cursor can name.
    static let maxMember = 200

    let score: String
    let member: String

    init(score: String, member: String) {
        self.score = score
        self.member = member
    }

    /// Before everything older than `time`, in a set of which the newest come first.
    public init(before time: Timestamp) {
        // No member sorts before the empty text, so all members of this very millisecond are left out.
        self.init(score: String(time.milliseconds), member: "")
    }

    /// Reads what ``text`` gave; `nil` for anything else.
    public init?(_ text: String) {
        guard text.utf8.first == UInt8(ascii: "c"), text.utf8.count <= 2 * (Self.maxMember + 24) else { return nil }
        guard let bytes = Hex.bytes(text.utf8.dropFirst()), let plain = String(validating: bytes, as: UTF8.self),
            let colon = plain.firstIndex(of: ":")
        else { return nil }
        let score = plain[..<colon]
        let digits = score.hasPrefix("-") ? score.dropFirst() : score
        guard (1...17).contains(digits.utf8.count), digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        self.init(score: String(score), member: String(plain[plain.index(after: colon)...]))
    }

    /// For a URL: letters and digits only.
    public var text: String { "c" + Array("\(score):\(member)".utf8).lowercaseHex }
}

/// Some of many, and where the next ones begin.
public struct Page<Item> {
    /// In order.
    public var items: [Item]
    /// Where the next page begins; `nil` on the last.
    public let next: Cursor?

    func map<Other>(_ transform: ([Item]) -> [Other]) -> Page<Other> {
        Page<Other>(items: transform(items), next: next)
    }
}
