import Text

/// Takes the chunked coding off a body, RFC 9112 section 7.1, as its bytes arrive.
struct ChunkedBody {
    private enum Stage {
        case size
        case data(left: Int)
        case dataEnd
        case trailers
    }

    /// The head, and behind it the data so far.
    private(set) var message: [UInt8]
    private let headLength: Int
    private let limit: Int
    private var stage = Stage.size
    private var scanner = LineScanner()
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailerCount = 0

    /// `limit`: the largest number of data bytes that passes.
    init(behind head: ArraySlice<UInt8>, limit: Int) {
        message = Array(head)
        headLength = head.count
        self.limit = limit
    }

    /// Reads on at `start`, which is where the last call left off. Returns how many bytes are used up, and whether the
    /// body is complete.
    mutating func decode(
        _ buffer: [UInt8], from start: Int, limits: Limits
    ) throws(RequestError) -> (used: Int, isComplete: Bool) {
        let bytes = buffer.span.extracting(start..<buffer.count)
        var isComplete = false
        while !isComplete, try step(bytes, limits, &isComplete) {}
        return (scanner.rebase(), isComplete)
    }

    /// One line or one run of data; false when that needs more bytes.
    private mutating func step(
        _ bytes: Span<UInt8>, _ limits: Limits, _ isComplete: inout Bool
    ) throws(RequestError) -> Bool {
        switch stage {
        case .size: try readSize(bytes, limits)
        case .data(let left): readData(bytes, left: left)
        case .dataEnd: try readDataEnd(bytes)
        case .trailers: try readTrailer(bytes, limits, &isComplete)
        }
    }

    private mutating func readSize(_ bytes: Span<UInt8>, _ limits: Limits) throws(RequestError) -> Bool {
        let lineLimit = limits.chunkSizeDigits + limits.chunkExtensionBytes - extensionBytes
        guard let line = try scanner.next(in: bytes, limit: lineLimit, tooLong: .chunkExtensionsTooLarge)
        else { return false }
        let chunk = try ChunkLine(bytes, line, maxDigits: limits.chunkSizeDigits)
        extensionBytes += chunk.extensionBytes
        guard extensionBytes <= limits.chunkExtensionBytes else { throw .chunkExtensionsTooLarge }
        guard chunk.size <= limit - (message.count - headLength) else { throw .bodyTooLarge(limit: limit) }
        stage = chunk.size == 0 ? .trailers : .data(left: chunk.size)
        return true
    }

    private mutating func readData(_ bytes: Span<UInt8>, left: Int) -> Bool {
        let taken = min(left, bytes.count - scanner.start)
        let run = scanner.start..<scanner.start + taken
        bytes.extracting(run).withUnsafeBufferPointer { message.append(contentsOf: $0) }
        scanner.skip(to: run.upperBound)
        stage = taken == left ? .dataEnd : .data(left: left - taken)
        return taken == left
    }

    private mutating func readDataEnd(_ bytes: Span<UInt8>) throws(RequestError) -> Bool {
        let at = scanner.start
        guard at < bytes.count else { return false }
        guard bytes[at] == UInt8.carriageReturn else { throw .invalidChunk }
        guard at + 1 < bytes.count else { return false }
        guard bytes[at + 1] == UInt8.lineFeed else { throw .invalidChunk }
        scanner.skip(to: at + 2)
        stage = .size
        return true
    }

    /// Trailers are checked like headers and dropped: RFC 9110 section 6.5.1 forbids to merge unknown ones into the
    /// head.
    private mutating func readTrailer(
        _ bytes: Span<UInt8>, _ limits: Limits, _ isComplete: inout Bool
    ) throws(RequestError) -> Bool {
        let left = limits.trailerBytes - trailerBytes - 2
        guard let line = try scanner.next(in: bytes, limit: left, tooLong: .trailersTooLarge) else { return false }
        if line.isEmpty {
            isComplete = true
            return true
        }
        guard trailerCount < limits.trailerCount else { throw .tooManyTrailers }
        _ = try FieldLine(bytes, line)
        trailerCount += 1
        trailerBytes += line.count + 2
        return true
    }
}
