/// How much a client may send before it is refused. Every number is the largest that passes.
public struct Limits: Equatable, Sendable {
    /// Bytes of the request line without its line break; beyond: 414.
    public var requestLine: Int
    /// Field lines of a head; beyond: 431.
    public var headerCount: Int
    /// Bytes of all field lines of a head with their line breaks; beyond: 431.
    public var headerBytes: Int
    /// Empty lines tolerated before a request line (RFC 9112 section 2.2); beyond: 400.
    public var emptyLines: Int
    /// Hexadecimal digits of one chunk size, leading zeros too; beyond: 400. At most 15, so that no size overflows.
    public var chunkSizeDigits: Int
    /// Bytes of all chunk extensions of one body (RFC 9112 section 7.1.1); beyond: 400.
    public var chunkExtensionBytes: Int
    /// Field lines after the last chunk; beyond: 431.
    public var trailerCount: Int
    /// Bytes of all field lines after the last chunk with their line breaks; beyond: 431.
    public var trailerBytes: Int

    /// The limits of a public service; each can be set.
    public init(
        requestLine: Int = 8192, headerCount: Int = 100, headerBytes: Int = 16384, emptyLines: Int = 4,
        chunkSizeDigits: Int = 15, chunkExtensionBytes: Int = 1024, trailerCount: Int = 16, trailerBytes: Int = 4096
    ) {
        self.requestLine = requestLine
        self.headerCount = headerCount
        self.headerBytes = headerBytes
        self.emptyLines = emptyLines
        self.chunkSizeDigits = min(chunkSizeDigits, 15)
        self.chunkExtensionBytes = chunkExtensionBytes
        self.trailerCount = trailerCount
        self.trailerBytes = trailerBytes
    }
}
