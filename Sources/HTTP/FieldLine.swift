import Text

/// Where the name and the value of one field line stand, counted from the first byte of the head.
struct FieldLine: Sendable {
    let name: Range<Int>
    let value: Range<Int>

    /// Reads `field-name ":" OWS field-value OWS`, RFC 9112 section 5. The line holds no control character but HTAB.
    init(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(RequestError) {
        let end = bytes.end(of: .token, in: line)
        guard end < line.upperBound, end > line.lowerBound, bytes[end] == UInt8.colon else {
            throw Self.error(bytes, line, nameEnd: end)
        }
        name = line.lowerBound..<end
        value = bytes.trimmed(end + 1..<line.upperBound)
    }

    private static func error(_ bytes: Span<UInt8>, _ line: Range<Int>, nameEnd: Int) -> RequestError {
        guard nameEnd < line.upperBound, bytes[nameEnd].isFieldBlank else { return .invalidHeader }
        // Section 5.2: a line that starts with a blank continues the one before. Obsolete, and read differently by
        // others.
        if nameEnd == line.lowerBound { return .foldedHeader }
        // Section 5.1: a blank before the colon must be refused; it has led to smuggled requests.
        let rest = bytes.trimmed(nameEnd..<line.upperBound)
        return !rest.isEmpty && bytes[rest.lowerBound] == UInt8.colon ? .spaceBeforeColon : .invalidHeader
    }
}
