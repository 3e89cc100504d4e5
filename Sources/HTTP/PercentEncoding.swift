import Text

/// Percent-encoding, RFC 3986 section 2.1, and the form style of queries, in which "+" is a space.
enum PercentEncoding {
    /// Whether every "%" in `range` is followed by two hexadecimal digits.
    static func isValid(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var rest = range
        while let at = bytes.firstIndex(of: UInt8.percent, in: rest) {
            rest = at + 1..<range.upperBound
            guard at + 2 < range.upperBound, bytes[at + 1].hexValue != nil, bytes[at + 2].hexValue != nil
            else { return false }
        }
        return true
    }

    /// The decoded bytes of valid percent-encoding.
    static func decoded(_ text: some Collection<UInt8>, plusIsSpace: Bool) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte == UInt8.percent {
                result.append(popHexPair(&rest))
            } else {
                result.append(byte == UInt8.plus && plusIsSpace ? UInt8.space : byte)
            }
        }
        return result
    }

    /// The path with needless encoding decoded and the rest in capitals, RFC 3986 section 6.2.2: equal paths get equal
    /// bytes. An encoded slash stays encoded and so never separates segments.
    static func normalized(_ path: some Collection<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var rest = path[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8.percent else {
                result.append(byte)
                continue
            }
            let value = popHexPair(&rest)
            if ByteSet.unreserved.contains(value) {
                result.append(value)
            } else {
                let (high, low) = value.hexDigits
                result += [UInt8.percent, high.uppercased, low.uppercased]
            }
        }
        return result
    }

    private static func popHexPair<Bytes: Collection<UInt8>>(_ rest: inout Bytes) -> UInt8
    where Bytes.SubSequence == Bytes {
        let high = rest.popFirst().flatMap(\.hexValue) ?? 0
        let low = rest.popFirst().flatMap(\.hexValue) ?? 0
        return high << 4 | low
    }
}
