/// The writing half of RFC 8259 section 7.
enum JSONString {
    /// Appends `text` in quotes with all that must be escaped escaped, and "<", ">" and "&" too, so that the text stays
    /// harmless where somebody puts it into a page.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(ASCII.quote)
        for byte in text.utf8 {
            switch byte {
            case ASCII.quote, ASCII.backslash: bytes += [ASCII.backslash, byte]
            case ASCII.lineFeed: bytes += "\\n".utf8
            case ASCII.carriageReturn: bytes += "\\r".utf8
            case ASCII.tab: bytes += "\\t".utf8
            case 0..<ASCII.space, ASCII.delete, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
                bytes += "\\u00".utf8
                bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(ASCII.quote)
    }
}
