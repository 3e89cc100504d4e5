import Text

/// An answer, and how it goes on the wire (RFC 9112 section 4).
public struct Response: Sendable {
    /// The status line.
    public var status: Status
    /// The fields beyond those that the encoder writes itself: Date, Content-Length, Transfer-Encoding and Connection
    /// are its own, and the same names here are left out; `X-Content-Type-Options: nosniff` stands in each answer. So
    /// is a field whose name is not a token or whose value holds a control character: what a client sent can never
    /// become a header line (RFC 9110 section 5.5).
    public var headers: [(String, String)]
    /// Further fields, which were written before.
    public var block = FieldBlock.none
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
        Response(status: status, headers: headers.isEmpty ? jsonType : jsonType + headers, body: body)
    }

    private static let jsonType = [("Content-Type", "application/json")]

    /// Fields of what is no page: where a browser shows it all the same, nothing in it runs, no page of anybody frames
    /// it, and the links that a browser makes of its addresses do not tell where they stood.
    public static let inert = [
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"), ("Referrer-Policy", "no-referrer"),
    ]

    /// The same for what tells about people or of this moment: it belongs into no cache.
    public static let unkept = [("Cache-Control", "no-store")] + inert

    /// The error body that all our errors have: `{"success":false,"error":"<code>","message":"<message>"}`. No cache
    /// keeps it: some statuses, such as 404, may be kept unless that is said (RFC 9111 section 4.2.2).
    public static func error(
        _ status: Status, code: String, message: String, headers: [(String, String)] = []
    ) -> Response {
        var body = Array(#"{"success":false,"error":"#.utf8)
        body.appendJSON(forPages: code)
        body += #","message":"#.utf8
        body.appendJSON(forPages: message)
        body.append(UInt8(ascii: "}"))
        return json(status, body, headers: unkept + headers)
    }

    /// The answer to a request that could not be read; encode it with `keepAlive: false`.
    public static func refusal(_ error: RequestError) -> Response {
        .error(error.status, code: error.code, message: error.message)
    }

    /// What tells a waiting client to send its body (RFC 9110 section 15.2.1).
    public static let interimContinue = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// Appends the whole answer.
    ///
    /// `version` and `keepAlive` are those of the request and the server's own wish: they decide on Connection.
    /// `headOnly` is for HEAD: Content-Length tells of the body, which is not sent (RFC 9110 section 9.3.2). `date` is
    /// that of the present second.
    public func encode(
        into bytes: inout [UInt8], version: Version, keepAlive: Bool, headOnly: Bool, date: DateField
    ) {
        // Most answers go into an empty buffer: one allocation instead of six that double. Answers that pile up let it
        // grow.
        if bytes.isEmpty { bytes.reserveCapacity(Self.usualHeadSize + body.count) }
        encodeHead(into: &bytes, date: date)
        // RFC 9110 section 8.6: no Content-Length with 204, and none with 304 unless it is that of the 200.
        if status.allowsBody {
            bytes.append("Content-Length: ")
            bytes.append(decimal: body.count)
            bytes.append("\r\n")
        }
        Self.appendConnection(version, keepAlive, to: &bytes)
        if status.allowsBody, !headOnly { bytes += body }
    }

    /// Appends the head of an answer whose body comes piece by piece and has no known end; `body` is not sent.
    ///
    /// Returns how the pieces go on the wire. Where that is `untilClose`, the connection must be closed after the last.
    public func encodeStreamHead(
        into bytes: inout [UInt8], version: Version, keepAlive: Bool, date: DateField
    ) -> StreamFraming {
        encodeHead(into: &bytes, date: date)
        // RFC 9112 section 6.1: never send Transfer-Encoding to a client that did not speak 1.1.
        guard version == .http11 else {
            Self.appendConnection(version, false, to: &bytes)
            return .untilClose
        }
        bytes.append("Transfer-Encoding: chunked\r\n")
        Self.appendConnection(version, keepAlive, to: &bytes)
        return .chunked
    }

    /// Bytes that the head of most answers has at most.
    private static let usualHeadSize = 256

    private func encodeHead(into bytes: inout [UInt8], date: DateField) {
        if status == .ok, headers.starts(with: Self.jsonType, by: ==) {
            bytes += date.usualHead
            Self.append(headers.dropFirst(Self.jsonType.count), to: &bytes)
        } else {
            Self.appendStart(status, date.value, to: &bytes)
            Self.append(headers[...], to: &bytes)
        }
        bytes += block.bytes
    }

    /// The beginning of each 200 with JSON in the second of `date`.
    static func usualHead(date: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        appendStart(.ok, date, to: &bytes)
        append(jsonType[...], to: &bytes)
        return bytes
    }

    /// RFC 9112 section 2.3: the version is the server's own, whatever 1.x the client speaks.
    private static func appendStart(_ status: Status, _ date: [UInt8], to bytes: inout [UInt8]) {
        bytes.append("HTTP/1.1 ")
        bytes.append(decimal: status.code)
        bytes.append(" ")
        bytes.append(text: status.reason)
        bytes.append("\r\nDate: ")
        bytes += date
        // The body is what its type says, and no script or page because it looks like one.
        bytes.append("\r\nX-Content-Type-Options: nosniff\r\n")
    }

    fileprivate static func append(_ headers: ArraySlice<(String, String)>, to bytes: inout [UInt8]) {
        for (name, value) in headers where isWritable(name, value) {
            bytes.append(text: name)
            bytes.append(": ")
            bytes.append(text: value)
            bytes.append("\r\n")
        }
    }

    /// RFC 9112 section 9.3: staying is the rule in 1.1 and the exception in 1.0.
    private static func appendConnection(_ version: Version, _ keepAlive: Bool, to bytes: inout [UInt8]) {
        switch (version, keepAlive) {
        case (.http11, true): bytes.append("\r\n")
        case (.http10, true): bytes.append("Connection: keep-alive\r\n\r\n")
        case (_, false): bytes.append("Connection: close\r\n\r\n")
        }
    }

    private static func isWritable(_ name: String, _ value: String) -> Bool {
        let name = name.utf8.span
        let value = value.utf8.span
        let all = name.indices
        return !name.isEmpty && name.consists(of: .token, in: all) && value.firstControl(from: 0) == value.count
            && !name.spells("date", in: all) && !name.spells("connection", in: all)
            && !name.spells("content-length", in: all) && !name.spells("transfer-encoding", in: all)
    }
}

/// Header fields in the bytes that go on the wire: checked and written once for many answers.
public struct FieldBlock: Sendable {
    let bytes: [UInt8]

    /// What may not be in ``Response/headers`` is left out here too.
    public init(_ fields: [(String, String)]) {
        var bytes: [UInt8] = []
        Response.append(fields[...], to: &bytes)
        self.bytes = bytes
    }

    /// No fields.
    public static let none = FieldBlock([])
}
