import Store
import CRM

/// Reads values as they are kept, strictly, and as somebody may have typed them by hand, loosely.
enum StoredValue {
    /// A time, and whether it is written as it should be; `nil` where it cannot be read at all.
    static func time(_ text: String?) -> (value: Timestamp, isExact: Bool)? {
        guard let text, let time = Timestamp(text) else { return nil }
        return (time, time.iso8601 == text)
    }

    /// An amount in cents, and whether it has exactly two digits behind the point.
    static func cents(_ text: String?) -> (value: Int64, isExact: Bool)? {
        guard let text else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 2, parts[1].utf8.count == 2, let whole = count(String(parts[0])),
            let rest = Int64(parts[1]), parts[1].utf8.allSatisfy({ $0 >= 48 && $0 <= 57 })
        {
            return (whole * 100 + rest, true)
        }
        return (try? Money(text)).map { ($0.cents, false) }
    }

    /// A whole number of at most 15 digits without sign and leading zeros: what Lua's numbers hold exactly.
    static func count(_ text: String?) -> Int64? {
        guard let text, text.utf8.count <= 15, let value = Int64(text), value >= 0, String(value) == text else {
            return nil
        }
        return value
    }
}
