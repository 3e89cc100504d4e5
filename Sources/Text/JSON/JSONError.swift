/// Why a document is not JSON (RFC 8259). Offsets count bytes from zero.
public enum JSONError: Error, Equatable, Sendable {
    /// The document is empty, or ends inside a value.
    case unexpectedEnd(offset: Int)
    /// A byte that cannot stand at this place.
    case unexpectedByte(UInt8, offset: Int)
    /// The document starts with a UTF-8 byte order mark, which RFC 8259 section 8.1 forbids to send.
    case byteOrderMark
    /// A whole value, and then more than white space.
    case trailingBytes(offset: Int)
    /// A number with a leading zero, a missing digit, or no digits at all.
    case badNumber(offset: Int)
    /// A backslash that is not followed by one of `"\/bfnrt` or `u` and four hexadecimal digits.
    case badEscape(offset: Int)
    /// A `\uD800` … `\uDFFF` escape without its other half: it stands for no character.
    case loneSurrogate(offset: Int)
    /// A control character inside a string that is not escaped.
    case controlCharacter(offset: Int)
    /// Bytes that are not UTF-8.
    case badUTF8(offset: Int)
    /// Arrays and objects are nested deeper than `JSONDocument.maxDepth`.
    case tooDeep(offset: Int)
    /// More than `JSONDocument.maxNodes` keys and values.
    case tooManyValues(offset: Int)
    /// More than `JSONDocument.maxBytes` bytes.
    case tooLarge

    /// What is wrong and where, for the person who sent it. Repeats nothing of the document but single ASCII signs.
    public var message: String {
        switch self {
        case .unexpectedEnd(let offset): "the JSON ends too early, after byte \(offset)"
        case .unexpectedByte(let byte, let offset): "unexpected \(Self.name(of: byte)) at byte \(offset)"
        case .byteOrderMark: "the JSON starts with a byte order mark; send UTF-8 without it"
        case .trailingBytes(let offset): "more text after the end of the JSON, at byte \(offset)"
        case .badNumber(let offset): "not a JSON number, at byte \(offset)"
        case .badEscape(let offset): "unknown escape in a string, at byte \(offset)"
        case .loneSurrogate(let offset): "half of a \\u surrogate pair in a string, at byte \(offset)"
        case .controlCharacter(let offset): "control character in a string, at byte \(offset); escape it"
        case .badUTF8(let offset): "not UTF-8, at byte \(offset)"
        case .tooDeep(let offset): "nested deeper than \(JSONDocument.maxDepth) levels, at byte \(offset)"
        case .tooManyValues(let offset): "more than \(JSONDocument.maxNodes) keys and values, at byte \(offset)"
        case .tooLarge: "more than \(JSONDocument.maxBytes) bytes"
        }
    }

    private static func name(of byte: UInt8) -> String {
        guard byte > 0x20, byte < 0x7F else { return "byte \(byte)" }
        return "'\(Character(Unicode.Scalar(byte)))'"
    }
}
