extension String {
    /// The text without white space at both ends.
    public var trimmed: String {
        guard let first = utf8.first, let last = utf8.last else { return self }
        // Most text has none; white space beyond ASCII starts and ends with bytes from 0x80 on.
        if first > 0x20, first < 0x80, last > 0x20, last < 0x80 { return self }
        let scalars = unicodeScalars
        guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let end = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[start...end])
    }

    /// Whether all is visible ASCII or a space: then bytes, scalars and characters are the same thing, and what Unicode
    /// says of them (some 50 ns a character) need not be asked.
    @inlinable public var isPrintableASCII: Bool { hasOnly { $0 >= 0x20 && $0 < 0x7F } }

    /// Whether a C0 or C1 control character, DEL, or a line or paragraph separator stands in the text.
    public var hasControlCharacters: Bool {
        if isPrintableASCII { return false }
        return unicodeScalars.contains { scalar in
            scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value || 0x2028...0x2029 ~= scalar.value
        }
    }

    /// Whether the text has at least one and at most `limit` Unicode scalars. Scalars, not `Character`s: one
    /// `Character` may be as long as its sender likes.
    public func hasLength(upTo limit: Int) -> Bool {
        if isEmpty { return false }
        return utf8.count <= limit || unicodeScalars.count <= limit
    }
}

extension String {
    /// Whether every byte is of one kind. Going through `utf8` costs three times as much.
    @inlinable
    public func hasOnly(_ isOfKind: (UInt8) -> Bool) -> Bool {
        let bytes = utf8.span
        for index in bytes.indices where !isOfKind(bytes[index]) { return false }
        return true
    }
}
