/// Web origins.
enum Origin {
    /// `scheme://host[:port]` in lower case, or `*`; `nil` for anything else.
    static func normalized(_ text: String) -> String? {
        let origin = text.lowercased()
        if origin == "*" { return origin }
        guard let mark = origin.range(of: "://") else { return nil }
        let (scheme, host) = (origin[..<mark.lowerBound], origin[mark.upperBound...])
        let isPlain = !host.isEmpty && host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
        return !scheme.isEmpty && isPlain ? origin : nil
    }
}

extension String {
    /// Where `part` first stands.
    func range(of part: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
            start = index(after: start)
        }
        return nil
    }
}
