/// A set of ASCII characters as two words: a look-up is one shift and reads no table.
///
/// The words are literals so that the compiler can place them as constants; a test compares each with its grammar.
struct ByteSet: Sendable {
    /// Characters 0 to 63, one bit each.
    let low: UInt64
    /// Characters 64 to 127.
    let high: UInt64

    func contains(_ byte: UInt8) -> Bool {
        let word = byte < 64 ? low : high
        return byte < 128 && (word &>> UInt64(byte & 63)) & 1 == 1
    }

    /// `tchar`, RFC 9110 section 5.6.2.
    static let token = ByteSet(low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe)
    /// `unreserved`, RFC 3986 section 2.3.
    static let unreserved = ByteSet(low: 0x03ff_6000_0000_0000, high: 0x47ff_fffe_87ff_fffe)
    /// `pchar` and "/", RFC 3986 section 3.3.
    static let path = ByteSet(low: 0x2fff_fff2_0000_0000, high: 0x47ff_fffe_87ff_ffff)
    /// RFC 3986 section 3.4, and those that browsers leave as they are in a query: [ ] { } | ^ ` and backslash.
    static let query = ByteSet(low: 0xafff_fff2_0000_0000, high: 0x7fff_ffff_ffff_ffff)
    /// `reg-name`, RFC 3986 section 3.2.2.
    static let registeredName = ByteSet(low: 0x2bff_7ff2_0000_0000, high: 0x47ff_fffe_87ff_fffe)
    /// What may follow "v1." in an IP literal, RFC 3986 section 3.2.2.
    static let futureAddress = ByteSet(low: 0x2fff_7fd2_0000_0000, high: 0x47ff_fffe_87ff_fffe)
}

/// Characters that the protocol gives a meaning to.
enum ASCII {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let quote = UInt8(ascii: "\"")
    static let percent = UInt8(ascii: "%")
    static let plus = UInt8(ascii: "+")
    static let comma = UInt8(ascii: ",")
    static let dot = UInt8(ascii: ".")
    static let slash = UInt8(ascii: "/")
    static let zero = UInt8(ascii: "0")
    static let colon = UInt8(ascii: ":")
    static let semicolon = UInt8(ascii: ";")
    static let equals = UInt8(ascii: "=")
    static let question = UInt8(ascii: "?")
    static let backslash = UInt8(ascii: "\\")
    static let delete: UInt8 = 0x7f

    static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    /// What a field value may hold: all but control characters other than HTAB (RFC 9110 section 5.5).
    static func isFieldContent(_ byte: UInt8) -> Bool { byte >= space && byte != delete || byte == tab }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- zero < 10 }

    static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    /// The value of a hexadecimal digit, nil for any other character.
    static func hexValue(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte &- zero }
        let letter = (byte | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter + 10 : nil
    }
}
