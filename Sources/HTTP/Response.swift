/// An answer, and how it goes on the wire (RFC 9112 section 4).
public struct Response: Sendable {
    /// The status line.
    public var status: Status
    /// The fields beyond those that the encoder writes itself: Date, Content-Length, Transfer-Encoding and Connection are
    /// its own, and the same names here are left out. So is a field whose name is not a token or whose value holds a
    /// control character: what a client sent can never become a header line (RFC 9110 section 5.5).
    public var headers: [(String, String)]
    /// The body, whole.
    public var body: [UInt8]

    /// An answer of these parts.
    public init(status: Status, headers: [(String, String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer with a JSON text as its body.
    public static func json(_ status: Status, _ body: [UInt8], headers: [(String, String)] = []) -> Response {
        Response(status: status, headers: [("Content-Type", "application/json")] + headers, body: body)
    }

    /// The error body that all our errors have: `{"success":false,"error":"<code>","message":"<message>"}`.
    public static func error(
        _ status: Status, code: String, message: String, headers: [(String, String)] = []
    ) -> Response {
        var body = Array(#"{"success":false,"error":"#.utf8)
        JSONString.append(code, to: &body)
        body += #","message":"#.utf8
        JSONString.append(message, to: &body)
        body.append(UInt8(ascii: "}"))
        return json(status, body, headers: headers)
    }

    /// The answer to a request that could not be read; encode it with `keepAlive: false`.
    public static func refusal(_ error: RequestError) -> Response {
        .error(error.status, code: error.code, message: error.message)
    }

    /// What tells a waiting client to send its body (RFC 9110 section 15.2.1).
    public static let interimContinue = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// Appends the whole answer.
    ///
    /// `version` and `keepAlive` are those of the request and the server's own wish: they decide on Connection. `headOnly`
    /// is for HEAD: Content-Length tells of the body, which is not sent (RFC 9110 section 9.3.2). `date` is the value of
    /// Date, see `IMFDate.bytes`.
    public func encode(
        into bytes: inout [UInt8], version: Version, keepAlive: Bool, headOnly: Bool, date: [UInt8]
    ) {
        bytes.reserveCapacity(bytes.count + 256 + body.count)
        encodeHead(into: &bytes, date: date)
        // RFC 9110 section 8.6: no Content-Length with 204, and none with 304 unless it is that of the 200.
        if status.allowsBody {
            bytes += "Content-Length: ".utf8
            Self.append(body.count, radix: 10, to: &bytes)
            bytes += "\r\n".utf8
        }
        Self.appendConnection(version, keepAlive, to: &bytes)
        if status.allowsBody, !headOnly { bytes += body }
    }

    /// Appends the head of an answer whose body comes piece by piece and has no known end; `body` is not sent.
    ///
    /// Returns how the pieces go on the wire. Where that is `untilClose`, the connection must be closed after the last.
    public func encodeStreamHead(
        into bytes: inout [UInt8], version: Version, keepAlive: Bool, date: [UInt8]
    ) -> StreamFraming {
        encodeHead(into: &bytes, date: date)
        // RFC 9112 section 6.1: never send Transfer-Encoding to a client that did not speak 1.1.
        guard version == .http11 else {
            Self.appendConnection(version, false, to: &bytes)
            return .untilClose
        }
        bytes += "Transfer-Encoding: chunked\r\n".utf8
        Self.appendConnection(version, keepAlive, to: &bytes)
        return .chunked
    }

    /// RFC 9112 section 2.3: the version is the server's own, whatever 1.x the client speaks.
    private func encodeHead(into bytes: inout [UInt8], date: [UInt8]) {
        bytes += "HTTP/1.1 ".utf8
        Self.append(status.code, radix: 10, to: &bytes)
        bytes.append(ASCII.space)
        bytes += status.reason.utf8
        bytes += "\r\nDate: ".utf8
        bytes += date
        bytes += "\r\n".utf8
        for (name, value) in headers where Self.isWritable(name, value) {
            bytes += name.utf8
            bytes += ": ".utf8
            bytes += value.utf8
            bytes += "\r\n".utf8
        }
    }

    /// RFC 9112 section 9.3: staying is the rule in 1.1 and the exception in 1.0.
    private static func appendConnection(_ version: Version, _ keepAlive: Bool, to bytes: inout [UInt8]) {
        switch (version, keepAlive) {
        case (.http11, true): bytes += "\r\n".utf8
        case (.http10, true): bytes += "Connection: keep-alive\r\n\r\n".utf8
        case (_, false): bytes += "Connection: close\r\n\r\n".utf8
        }
    }

    private static func isWritable(_ name: String, _ value: String) -> Bool {
        guard !name.isEmpty, name.utf8.allSatisfy(ByteSet.token.contains) else { return false }
        guard value.utf8.allSatisfy(ASCII.isFieldContent) else { return false }
        switch name.utf8.count {
        case 4, 10, 14, 17:
            return !["date", "connection", "content-length", "transfer-encoding"].contains(name.lowercased())
        default: return true
        }
    }

    static func append(_ number: Int, radix: Int, to bytes: inout [UInt8]) {
        bytes += String(number, radix: radix).utf8
    }
}
