import Text

/// The grammar of `uri-host [ ":" port ]`, RFC 9110 section 7.2 and RFC 3986 section 3.2.
enum Host {
    /// Whether `range` is a host with an optional port. The empty host is valid: it is what a client sends whose target
    /// has no authority (RFC 9112 section 3.2).
    static func isValid(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard let hostEnd = hostEnd(bytes, range) else { return false }
        guard hostEnd < range.upperBound else { return true }
        return bytes[hostEnd] == UInt8.colon && isPort(bytes, hostEnd + 1..<range.upperBound)
    }

    /// Whether `range` is a host that is not empty, and, where `needsPort`, has a port: the target of CONNECT.
    static func isAuthority(_ bytes: Span<UInt8>, _ range: Range<Int>, needsPort: Bool) -> Bool {
        guard isValid(bytes, range), let hostEnd = hostEnd(bytes, range) else { return false }
        guard hostEnd > range.lowerBound else { return false }
        return !needsPort || hostEnd + 1 < range.upperBound
    }

    private static func hostEnd(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        if let first = range.first, bytes[first] == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]"), in: range),
                isAddress(bytes, first + 1..<close)
            else { return nil }
            return close + 1
        }
        let end = bytes.firstIndex(of: UInt8.colon, in: range) ?? range.upperBound
        let name = range.lowerBound..<end
        return bytes.consists(of: .registeredName, in: name) && PercentEncoding.isValid(bytes, name) ? end : nil
    }

    private static func isPort(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var value = 0
        for at in range {
            guard bytes[at].isDigit, value <= 6_553 else { return false }
            value = value * 10 + Int(bytes[at] - UInt8.zero)
        }
        return value <= 65_535
    }

    /// What stands between the brackets: an IPv6 address, as far as characters and the number of colons tell, or
    /// "v1.x".
    private static func isAddress(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard let first = range.first else { return false }
        if bytes[first].lowercased == UInt8(ascii: "v") { return isFutureAddress(bytes, range) }
        var colons = 0
        for at in range {
            let byte = bytes[at]
            if byte == UInt8.colon { colons += 1 }
            guard byte == UInt8.colon || byte == UInt8.dot || byte.hexValue != nil else { return false }
        }
        return 2...8 ~= colons
    }

    private static func isFutureAddress(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard let dot = bytes.firstIndex(of: UInt8.dot, in: range), dot > range.lowerBound + 1,
            dot + 1 < range.upperBound
        else { return false }
        for at in range.lowerBound + 1..<dot where bytes[at].hexValue == nil { return false }
        return bytes.consists(of: .futureAddress, in: dot + 1..<range.upperBound)
    }
}
