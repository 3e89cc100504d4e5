/// Bytes by name, and what they are.
extension UInt8 {
    /// HTAB.
    @inlinable public static var tab: UInt8 { UInt8(ascii: "\t") }
    /// LF.
    @inlinable public static var lineFeed: UInt8 { UInt8(ascii: "\n") }
    /// CR.
    @inlinable public static var carriageReturn: UInt8 { UInt8(ascii: "\r") }
    /// `%`
    @inlinable public static var percent: UInt8 { UInt8(ascii: "%") }
    /// `;`
    @inlinable public static var semicolon: UInt8 { UInt8(ascii: ";") }
    /// `=`
    @inlinable public static var equals: UInt8 { UInt8(ascii: "=") }
    /// `?`
    @inlinable public static var question: UInt8 { UInt8(ascii: "?") }
    /// DEL.
    @inlinable public static var delete: UInt8 { 0x7F }
    /// `"`
    @inlinable public static var quote: UInt8 { UInt8(ascii: "\"") }
    /// `\\`
    @inlinable public static var backslash: UInt8 { UInt8(ascii: "\\") }
    /// `/`
    @inlinable public static var slash: UInt8 { UInt8(ascii: "/") }
    /// `:`
    @inlinable public static var colon: UInt8 { UInt8(ascii: ":") }
    /// `,`
    @inlinable public static var comma: UInt8 { UInt8(ascii: ",") }
    /// `.`
    @inlinable public static var dot: UInt8 { UInt8(ascii: ".") }
    /// `-`
    @inlinable public static var minus: UInt8 { UInt8(ascii: "-") }
    /// `+`
    @inlinable public static var plus: UInt8 { UInt8(ascii: "+") }
    /// SP.
    @inlinable public static var space: UInt8 { UInt8(ascii: " ") }
    /// `0`
    @inlinable public static var zero: UInt8 { UInt8(ascii: "0") }

    /// `0` to `9`, and no other digit that Unicode knows.
    @inlinable public var isDigit: Bool { self &- .zero < 10 }

    /// A letter of either case.
    @inlinable public var isLetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }

    /// Space, tab, line feed or carriage return: what RFC 8259 allows between tokens.
    @inlinable public var isBlank: Bool { self == .space || self == 0x0A || self == 0x0D || self == 0x09 }

    /// The byte with an upper-case letter made lower-case.
    @inlinable public var lowercased: UInt8 { self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether the bytes are exactly those of `name`.
    @inlinable public func equals(_ name: StaticString) -> Bool {
        guard count == name.utf8CodeUnitCount else { return false }
        let other = name.utf8Start
        for index in indices where self[index] != other[index] { return false }
        return true
    }

    /// Whether both hold the same bytes.
    @inlinable public func equals(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }

    /// The bytes from `start` up to `end`, with indices that start at zero again.
    @inlinable public func slice(_ start: Int, _ end: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: self[start..<end])
    }

    /// The bytes without the blanks at both ends.
    @inlinable public var trimmed: UnsafeBufferPointer<UInt8> {
        var start = 0
        var end = count
        while start < end, self[start].isBlank { start += 1 }
        while end > start, self[end - 1].isBlank { end -= 1 }
        return slice(start, end)
    }
}

extension UInt8 {
    /// The byte with a lower-case letter made upper-case.
    @inlinable public var uppercased: UInt8 { self &- UInt8(ascii: "a") < 26 ? self & 0xDF : self }

    /// What the byte stands for as a hexadecimal digit of either case.
    @inlinable public var hexValue: UInt8? {
        if isDigit { return self &- .zero }
        let letter = (self | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter + 10 : nil
    }
}
