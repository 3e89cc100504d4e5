import Text

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

extension UInt8 {
    /// SP or HTAB: what RFC 9110 calls `OWS`.
    var isFieldBlank: Bool { self == .space || self == .tab }

    /// What a field value may hold: all but control characters other than HTAB (RFC 9110 section 5.5).
    var isFieldContent: Bool { self >= .space && self != .delete || self == .tab }
}
