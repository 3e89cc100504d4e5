import Text

/// Turns the bytes of one connection into requests, one after the other.
///
///     decoder.append(received)
///     while case .request(let request) = try decoder.next(bodyLimit: { _ in 65_536 }) { … }
///
/// Each byte is looked at once and moved a bounded number of times, however the bytes are cut and however many requests
/// they hold. A decoder between two requests holds no buffer.
public struct RequestDecoder: Sendable {
    /// What `next` found.
    public enum Step: Sendable {
        /// Nothing to do before more bytes come.
        case needsMoreBytes
        /// The head is there and the client waits before it sends the body: send `Response.interimContinue`. Comes at
        /// most once a request, and only while no byte of the body is there (RFC 9110 section 10.1.1).
        case expectsContinue
        /// The next request.
        case request(Request)
    }

    /// Where in a request the connection stands; says which deadline applies.
    public enum Phase: Equatable, Sendable {
        /// Nothing of a request is here.
        case idle
        /// A head has begun.
        case head
        /// A head is complete and its body is not.
        case body
    }

    private let limits: Limits
    private var buffer: [UInt8] = []
    /// Where in `buffer` the current request, or the unread part of its chunked body, begins.
    private var start = 0
    private var emptyLines = 0
    private var parser = HeadParser()
    /// The head once it is read, while the body is not. Holds no bytes: a second reference to the buffer would make the
    /// next `append` copy it.
    private var head: RequestHead?
    private var chunks: ChunkedBody?
    private var mayExpectContinue = true
    private var failure: RequestError?
    /// Whether the last request was the last one of its connection.
    private var isClosed = false

    /// A decoder for a new connection.
    public init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Where in a request the connection stands. After an error: idle.
    public var phase: Phase {
        if head != nil { return .body }
        return buffer.isEmpty ? .idle : .head
    }

    /// Bytes held that no request has been made of: for a limit on what a client may send ahead.
    public var bufferedBytes: Int {
        buffer.count - start + (chunks?.message.count ?? 0)
    }

    /// Bytes of memory that the buffer takes up, used or not.
    var bufferCapacity: Int { buffer.capacity }

    /// Takes received bytes. After an error, and after a request that does not keep the connection, they are dropped.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard failure == nil, !isClosed else { return }
        // Waiting until half of the buffer is used up keeps the moves linear in the bytes received.
        if start > 0, start * 2 >= buffer.count {
            buffer.removeSubrange(..<start)
            start = 0
        }
        if buffer.isEmpty { buffer = Array(bytes) } else { buffer.append(contentsOf: bytes) }
    }

    /// Reads on in the bytes received so far. Call it until it asks for more bytes.
    ///
    /// `bodyLimit` is asked once a request, as soon as its head is there: the largest number of body bytes that passes.
    /// Throws why the request is refused, and the same again on every later call: no byte behind a refused request is
    /// ever read as another one. Answer, then close the connection. Behind a request whose `keepAlive` is false there
    /// are no requests either.
    public mutating func next(bodyLimit: (RequestHead) -> Int) throws(RequestError) -> Step {
        if let failure { throw failure }
        if isClosed { return .needsMoreBytes }
        do throws(RequestError) {
            if let head = head.take() { return try readBody(of: head) }
            guard let head = try readHead(bodyLimit) else { return .needsMoreBytes }
            return try readBody(of: head)
        } catch {
            self = RequestDecoder(limits: limits)
            failure = error
            throw error
        }
    }

    private mutating func readHead(_ bodyLimit: (RequestHead) -> Int) throws(RequestError) -> RequestHead? {
        try skipEmptyLines()
        guard !buffer.isEmpty, var head = try parser.parse(buffer, from: start, limits: limits) else { return nil }
        head.headers.bytes = buffer
        head.headers.base = start
        let limit = bodyLimit(head)
        if let length = head.contentLength {
            guard length <= limit else { throw .bodyTooLarge(limit: limit) }
        } else {
            // Chunks are used up as they come, so the head moves out of the buffer.
            let end = start + parser.length
            chunks = ChunkedBody(behind: buffer[start..<end], limit: limit)
            start = end
        }
        return head
    }

    /// RFC 9112 section 2.2: empty lines before a request line are ignored, for old clients end a body with one too
    /// many.
    private mutating func skipEmptyLines() throws(RequestError) {
        while start + 1 < buffer.count, buffer[start] == UInt8.carriageReturn, buffer[start + 1] == UInt8.lineFeed {
            start += 2
            emptyLines += 1
            guard emptyLines <= limits.emptyLines else { throw .tooManyEmptyLines }
        }
        releaseUsedBuffer()
        // 22 is the record type of a TLS handshake (RFC 8446 section 5.1): worth a better answer than "bad character".
        if !buffer.isEmpty, buffer[start] == 22 { throw .tlsOnPlainPort }
    }

    private mutating func readBody(of head: consuming RequestHead) throws(RequestError) -> Step {
        let length = parser.length
        let taken =
            if let bodyLength = head.contentLength {
                takeSizedMessage(bodyLength)
            } else {
                try takeChunkedMessage()
            }
        guard let message = taken else { return awaitBody(of: head) }
        reset()
        if !head.keepAlive { close() }
        head.headers.bytes = message.bytes
        head.headers.base = message.range.lowerBound
        return .request(Request(head: head, bodyRange: message.range.lowerBound + length..<message.range.upperBound))
    }

    /// Nil while body bytes are missing.
    private mutating func takeSizedMessage(_ bodyLength: Int) -> (bytes: [UInt8], range: Range<Int>)? {
        let length = parser.length + bodyLength
        guard length <= buffer.count - start else { return nil }
        let message = start..<start + length
        start += length
        // The usual case, one request in the buffer: it takes the buffer along, and nothing is copied.
        if start == buffer.count { return (buffer, message) }
        // Others follow. The request gets its own bytes, so that the buffer stays ours alone and grows in place.
        return (Array(buffer[message]), 0..<length)
    }

    /// Nil while chunks are missing.
    private mutating func takeChunkedMessage() throws(RequestError) -> (bytes: [UInt8], range: Range<Int>)? {
        guard let (used, isComplete) = try chunks?.decode(buffer, from: start, limits: limits) else { return nil }
        start += used
        guard isComplete, let message = chunks?.message else {
            releaseUsedBuffer()
            return nil
        }
        return (message, 0..<message.count)
    }

    /// Makes ready for the next request.
    private mutating func reset() {
        chunks = nil
        parser = HeadParser()
        emptyLines = 0
        mayExpectContinue = true
        releaseUsedBuffer()
    }

    /// RFC 9112 section 9.6: after a request that says close, no further one may be processed.
    private mutating func close() {
        isClosed = true
        buffer = []
        start = 0
    }

    private mutating func releaseUsedBuffer() {
        guard start == buffer.count else { return }
        buffer = []
        start = 0
    }

    /// Keeps the head for the next call, and says, once, that the client may wait to be told to go on.
    private mutating func awaitBody(of head: consuming RequestHead) -> Step {
        let arrived = buffer.count - start - (chunks == nil ? parser.length : 0)
        let isAsked = head.expectsContinue && mayExpectContinue && arrived == 0
        mayExpectContinue = false
        head.headers.bytes = []
        self.head = head
        return isAsked ? .expectsContinue : .needsMoreBytes
    }
}
