/// The text of JSON strings: from escaped to plain and back.
public enum JSONText {
    /// Reads the inside of a string that the parser has found correct.
    public static func unescaped(_ content: UnsafeBufferPointer<UInt8>) -> String {
        // Every escape is longer than what it stands for, so the text never outgrows its own length.
        String(unsafeUninitializedCapacity: content.count) { unescape(content, into: $0) }
    }

    /// Reads the inside of a string that may or may not hold escapes.
    public static func plain(_ content: UnsafeBufferPointer<UInt8>) -> String {
        content.contains(.backslash) ? unescaped(content) : String(decoding: content, as: UTF8.self)
    }

    /// Writes the plain text of `content` to `output`, which has room for `content.count` bytes; returns how many it
    /// took.
    public static func unescape(
        _ content: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    )
        -> Int
    {
        var read = 0
        var written = 0
        while read < content.count {
            guard content[read] == .backslash else {
                output[written] = content[read]
                read += 1
                written += 1
                continue
            }
            let scalar = scalar(in: content, at: &read)
            for byte in UTF8.encode(scalar).unsafelyUnwrapped {
                output[written] = byte
                written += 1
            }
        }
        return written
    }

    private static func scalar(in content: UnsafeBufferPointer<UInt8>, at position: inout Int) -> Unicode.Scalar {
        let sign = content[position + 1]
        position += 2
        switch sign {
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = codeUnit(in: content, at: &position)
            guard unit & 0xFC00 == 0xD800 else { return Unicode.Scalar(unit) ?? "\u{FFFD}" }
            position += 2
            let low = codeUnit(in: content, at: &position)
            return Unicode.Scalar(0x10000 + ((unit & 0x3FF) << 10) + (low & 0x3FF)) ?? "\u{FFFD}"
        default: return Unicode.Scalar(sign)
        }
    }

    private static func codeUnit(in content: UnsafeBufferPointer<UInt8>, at position: inout Int) -> UInt32 {
        var unit: UInt32 = 0
        for index in position..<position + 4 { unit = unit << 4 | UInt32(content[index].hexValue ?? 0) }
        position += 4
        return unit
    }
}

extension [UInt8] {
    /// Appends `text` as a JSON string: in quotes, with `"`, `\` and control characters escaped and all else as it is.
    public mutating func appendJSON(_ text: String) {
        text.utf8.span.withUnsafeBufferPointer { appendJSON(utf8: $0) }
    }

    /// Appends text, given as correct UTF-8, as a JSON string.
    public mutating func appendJSON(utf8 text: UnsafeBufferPointer<UInt8>) {
        append(.quote)
        var start = 0
        // Most text has nothing to escape and goes over in one copy.
        while let index = text.firstToEscape(from: start) {
            append(contentsOf: text[start..<index])
            appendEscape(of: text[index])
            start = index + 1
        }
        append(contentsOf: text[start...])
        append(.quote)
    }

    /// Appends text that is JSON already, such as the `raw` of a value or a literal of our own.
    public mutating func appendJSON(raw: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: raw.utf8Start, count: raw.utf8CodeUnitCount))
    }

    /// Appends `text` as a JSON string that stays harmless where somebody puts it into a page: `<`, `>`, `&` and DEL
    /// are escaped too.
    public mutating func appendJSON(forPages text: String) {
        append(.quote)
        for byte in text.utf8 {
            let isMarkup = [UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), .delete].contains(byte)
            if byte.needsEscape || isMarkup { appendEscape(of: byte) } else { append(byte) }
        }
        append(.quote)
    }

    private mutating func appendEscape(of byte: UInt8) {
        append(.backslash)
        switch byte {
        case .quote, .backslash: append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        default:
            append(contentsOf: [UInt8(ascii: "u"), .zero, .zero, byte.hexDigits.high, byte.hexDigits.low])
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The index of the first byte at or after `start` that needs an escape.
    fileprivate func firstToEscape(from start: Int) -> Int? {
        guard let base = baseAddress else { return nil }
        var index = start
        while index <= count &- 8 {
            let word = UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
            let marks = word.marksOfEscaped
            if marks != 0 { return index &+ marks.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < count {
            if self[index].needsEscape { return index }
            index &+= 1
        }
        return nil
    }
}

/// Eight bytes of text at a time.
extension UInt64 {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    /// The top bit of each byte.
    public static let tops: UInt64 = 0x8080_8080_8080_8080

    /// The top bit of each byte that is a quote, a backslash or a control character; the lowest set bit is always
    /// right.
    ///
    /// In `x ^ pattern` a searched byte is zero, and `(y - ones) & ~y` has the top bit of the lowest zero byte set; a
    /// false alarm can only stand above a true one.
    public var marksOfEscaped: UInt64 {
        let quotes = self ^ (Self.ones &* UInt64(UInt8.quote))
        let backslashes = self ^ (Self.ones &* UInt64(UInt8.backslash))
        return
            ((quotes &- Self.ones) & ~quotes | (backslashes &- Self.ones) & ~backslashes
            | (self &- Self.ones &* 0x20) & ~self) & Self.tops
    }
}

extension UInt8 {
    /// RFC 8259 section 7: quote, backslash and the controls U+0000 to U+001F.
    fileprivate var needsEscape: Bool { self < 0x20 || self == .quote || self == .backslash }

    /// The two lower-case hexadecimal digits of the byte.
    public var hexDigits: (high: UInt8, low: UInt8) {
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? .zero + value : UInt8(ascii: "a") + value - 10 }
        return (digit(self >> 4), digit(self & 15))
    }
}
