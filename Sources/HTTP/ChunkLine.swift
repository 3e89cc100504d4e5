import Text

/// `chunk-size [ chunk-ext ]`, RFC 9112 sections 7.1 and 7.1.1.
struct ChunkLine {
    let size: Int
    /// Bytes from behind the size to the end of the line.
    let extensionBytes: Int

    init(_ bytes: Span<UInt8>, _ line: Range<Int>, maxDigits: Int) throws(RequestError) {
        var at = line.lowerBound
        var size = 0
        while at < line.upperBound, let digit = bytes[at].hexValue {
            guard at - line.lowerBound < maxDigits else { throw .invalidChunk }
            size = size << 4 | Int(digit)
            at += 1
        }
        guard at > line.lowerBound else { throw .invalidChunk }
        self.size = size
        extensionBytes = line.upperBound - at
        guard Self.areExtensions(bytes, at..<line.upperBound) else { throw .invalidChunk }
    }

    /// Extensions mean nothing to us; they are checked, for a line that others read differently is a way in.
    private static func areExtensions(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var at = range.lowerBound
        while at < range.upperBound {
            at = afterBlanks(bytes, at, range.upperBound)
            guard at < range.upperBound, bytes[at] == UInt8.semicolon else { return false }
            at = afterBlanks(bytes, at + 1, range.upperBound)
            guard let nameEnd = afterToken(bytes, at, range.upperBound) else { return false }
            at = nameEnd
            let equals = afterBlanks(bytes, at, range.upperBound)
            guard equals < range.upperBound, bytes[equals] == UInt8.equals else { continue }
            at = afterBlanks(bytes, equals + 1, range.upperBound)
            guard let valueEnd = afterValue(bytes, at, range.upperBound) else { return false }
            at = valueEnd
        }
        return true
    }

    private static func afterBlanks(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        var at = start
        while at < end, bytes[at].isFieldBlank { at += 1 }
        return at
    }

    private static func afterToken(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
        let tokenEnd = bytes.end(of: .token, in: start..<end)
        return tokenEnd > start ? tokenEnd : nil
    }

    /// A token or a quoted string (RFC 9110 section 5.6.4).
    private static func afterValue(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
        guard start < end, bytes[start] == UInt8.quote else { return afterToken(bytes, start, end) }
        var at = start + 1
        while at < end {
            if bytes[at] == UInt8.quote { return at + 1 }
            at += bytes[at] == UInt8.backslash ? 2 : 1
        }
        return nil
    }
}
