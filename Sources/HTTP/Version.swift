import Text

/// The versions of the protocol that are served (RFC 9112 section 2.3). A later minor version is read as 1.1.
public enum Version: Equatable, Sendable {
    /// HTTP/1.0
    case http10
    /// HTTP/1.1
    case http11

    /// Reads the last word of a request line: "HTTP/" digit "." digit, in capitals.
    ///
    /// Throws `malformedRequestLine` for any other text and `unsupportedVersion` for another major version.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(RequestError) {
        let start = range.lowerBound
        guard range.count == 8, bytes[start] == UInt8(ascii: "H"), bytes[start + 1] == UInt8(ascii: "T"),
            bytes[start + 2] == UInt8(ascii: "T"), bytes[start + 3] == UInt8(ascii: "P"),
            bytes[start + 4] == UInt8.slash, bytes[start + 6] == UInt8.dot,
            bytes[start + 5].isDigit, bytes[start + 7].isDigit
        else { throw .malformedRequestLine }
        guard bytes[start + 5] == UInt8(ascii: "1") else { throw .unsupportedVersion }
        self = bytes[start + 7] == UInt8.zero ? .http10 : .http11
    }
}
