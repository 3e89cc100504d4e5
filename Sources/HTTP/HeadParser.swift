import Text

/// Reads the head of one request, line by line as lines become complete.
///
/// All positions count from the first byte of the request line, so the buffer may move under it between two calls.
struct HeadParser {
    private struct RequestLine {
        var method: Method
        var target: Target
        var targetRange: Range<Int>
        var version: Version
    }

    private var scanner = LineScanner()
    private var requestLine: RequestLine?
    private var fieldsStart = 0
    private var fields: [FieldLine] = []
    private var framing = Framing()

    /// Bytes of the head so far read as lines; all of the head once `parse` has returned it.
    var length: Int { scanner.start }

    /// The head that begins at `start`, once its empty line is there, with `headers` that have no bytes yet; nil while
    /// more bytes are needed.
    mutating func parse(_ buffer: [UInt8], from start: Int, limits: Limits) throws(RequestError) -> RequestHead? {
        let bytes = buffer.span.extracting(start..<buffer.count)
        if requestLine == nil {
            guard let line = try scanner.next(in: bytes, limit: limits.requestLine, tooLong: .requestLineTooLong)
            else { return nil }
            requestLine = try Self.requestLine(bytes, line)
            fieldsStart = scanner.start
            fields.reserveCapacity(16)
        }
        while true {
            let left = fieldsStart + limits.headerBytes - scanner.start - 2
            guard let line = try scanner.next(in: bytes, limit: left, tooLong: .headersTooLarge) else { return nil }
            if line.isEmpty { return try conclude() }
            guard fields.count < limits.headerCount else { throw .tooManyHeaders }
            let field = try FieldLine(bytes, line)
            try framing.note(field, bytes)
            fields.append(field)
        }
    }

    /// RFC 9112 section 3: exactly one SP between the three parts.
    private static func requestLine(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(RequestError) -> RequestLine {
        guard let methodEnd = bytes.firstIndex(of: UInt8.space, in: line) else { throw .malformedRequestLine }
        let afterMethod = methodEnd + 1..<line.upperBound
        guard let targetEnd = bytes.firstIndex(of: UInt8.space, in: afterMethod) else { throw .malformedRequestLine }
        guard bytes.consists(of: .token, in: line.lowerBound..<methodEnd) else { throw .invalidMethod }
        guard methodEnd > line.lowerBound, targetEnd > methodEnd + 1 else { throw .malformedRequestLine }
        // The version first: the preface of HTTP/2 has a target that no method of ours may have.
        let version = try Version(bytes, targetEnd + 1..<line.upperBound)
        let method = Method(name: bytes.text(line.lowerBound..<methodEnd))
        let targetRange = methodEnd + 1..<targetEnd
        let target = try Target(bytes, targetRange, method: method)
        return RequestLine(method: method, target: target, targetRange: targetRange, version: version)
    }

    private mutating func conclude() throws(RequestError) -> RequestHead? {
        guard let line = requestLine.take() else { return nil }
        let keepAlive = try framing.concluded(version: line.version)
        return RequestHead(
            method: line.method, path: line.target.path, query: line.target.query, version: line.version,
            // Behind CONNECT a client takes the connection for a tunnel: what comes then is no request of ours.
            headers: HeaderFields(lines: fields), keepAlive: keepAlive && line.method != .connect,
            contentLength: framing.isChunked ? nil : framing.contentLength ?? 0,
            expectsContinue: framing.expectsContinue && line.version == .http11,
            targetRange: line.targetRange, hostRange: line.target.authority ?? framing.host)
    }
}
