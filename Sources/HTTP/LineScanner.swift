import Text

/// Finds lines that end with CRLF in bytes that arrive little by little, and looks at each byte once.
///
/// RFC 9112 section 2.2 lets a recipient take a lone LF for a line end. We do not: programs that differ in this are how
/// requests are smuggled.
struct LineScanner {
    /// Where the current line begins.
    private(set) var start = 0
    /// There is no line end before this.
    private(set) var scanned = 0

    /// The next line without its CRLF, nil until all of it is there. Control characters other than HTAB are refused.
    ///
    /// `limit` is the largest length of the line, without CRLF, that passes. It is checked as bytes come in.
    mutating func next(
        in bytes: Span<UInt8>, limit: Int, tooLong: RequestError
    ) throws(RequestError) -> Range<Int>? {
        let end = bytes.firstControl(from: scanned)
        scanned = end
        guard end - start <= max(limit, 0) else { throw tooLong }
        guard end < bytes.count else { return nil }
        guard bytes[end] == UInt8.carriageReturn else {
            throw bytes[end] == UInt8.lineFeed ? .bareLineBreak : .controlCharacter
        }
        guard end + 1 < bytes.count else { return nil }
        guard bytes[end + 1] == UInt8.lineFeed else { throw .bareLineBreak }
        let line = start..<end
        skip(to: end + 2)
        return line
    }

    /// Goes on at `position`, where a line begins.
    mutating func skip(to position: Int) {
        start = position
        scanned = position
    }

    /// Counts from the current line on, because the bytes before it are dropped. Returns how many those are.
    mutating func rebase() -> Int {
        let dropped = start
        start = 0
        scanned -= dropped
        return dropped
    }
}
