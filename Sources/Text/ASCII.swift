/// Bytes by name, and what they are.
extension UInt8 {
    package static let tab = UInt8(ascii: "\t")
    package static let lineFeed = UInt8(ascii: "\n")
    package static let carriageReturn = UInt8(ascii: "\r")
    package static let percent = UInt8(ascii: "%")
    package static let semicolon = UInt8(ascii: ";")
    package static let equals = UInt8(ascii: "=")
    package static let question = UInt8(ascii: "?")
    package static let delete: UInt8 = 0x7F
    package static let quote = UInt8(ascii: "\"")
    package static let backslash = UInt8(ascii: "\\")
    package static let slash = UInt8(ascii: "/")
    package static let colon = UInt8(ascii: ":")
    package static let comma = UInt8(ascii: ",")
    package static let dot = UInt8(ascii: ".")
    package static let minus = UInt8(ascii: "-")
    package static let plus = UInt8(ascii: "+")
    package static let space = UInt8(ascii: " ")
    package static let zero = UInt8(ascii: "0")

    /// `0` to `9`, and no other digit that Unicode knows.
    package var isDigit: Bool { self &- .zero < 10 }

    /// A letter of either case.
    package var isLetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }

    /// Space, tab, line feed or carriage return: what RFC 8259 allows between tokens.
    package var isBlank: Bool { self == .space || self == 0x0A || self == 0x0D || self == 0x09 }

    /// The byte with an upper-case letter made lower-case.
    package var lowercased: UInt8 { self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether the bytes are exactly those of `name`.
    package func equals(_ name: StaticString) -> Bool {
        guard count == name.utf8CodeUnitCount else { return false }
        let other = name.utf8Start
        for index in indices where self[index] != other[index] { return false }
        return true
    }

    /// Whether both hold the same bytes.
    package func equals(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }

    /// The bytes from `start` up to `end`, with indices that start at zero again.
    package func slice(_ start: Int, _ end: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: self[start..<end])
    }

    /// The bytes without the blanks at both ends.
    package var trimmed: UnsafeBufferPointer<UInt8> {
        var start = 0
        var end = count
        while start < end, self[start].isBlank { start += 1 }
        while end > start, self[end - 1].isBlank { end -= 1 }
        return slice(start, end)
    }
}

extension UInt8 {
    /// The byte with a lower-case letter made upper-case.
    package var uppercased: UInt8 { self &- UInt8(ascii: "a") < 26 ? self & 0xDF : self }

    /// What the byte stands for as a hexadecimal digit of either case.
    package var hexValue: UInt8? {
        if isDigit { return self &- .zero }
        let letter = (self | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter + 10 : nil
    }
}
