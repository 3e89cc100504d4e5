import HTTP
import Testing

/// Bytes on the wire and what RFC 9110 or 9112 says comes of them.
struct ConformanceCase: Sendable, CustomTestStringConvertible {
    enum Outcome: Sendable {
        /// The summaries of the requests, see `Request.summary`; the input holds nothing else.
        case accepted([String])
        case refused(RequestError)
        /// Nothing wrong so far.
        case incomplete(RequestDecoder.Phase)
    }

    let section: String
    let name: String
    let input: [UInt8]
    let outcome: Outcome

    init(_ section: String, _ name: String, _ input: String, _ outcome: Outcome) {
        (self.section, self.name, self.input, self.outcome) = (section, name, input.bytes, outcome)
    }

    /// A case whose input is one request.
    init(_ section: String, _ name: String, _ input: String, gives summary: String) {
        self.init(section, name, input, .accepted([summary]))
    }

    var testDescription: String { "RFC \(section): \(name)" }

    /// All tables.
    static let all = [
        requestLine, targets, headerFields, hosts, contentLength, transferEncoding, chunkedBodies, trailers,
        connections, messages, expectations, further,
    ].flatMap(\.self)
}

extension String {
    /// The head of a GET with these lines, each with its CRLF, after a valid Host.
    static func get(_ lines: String) -> String { "GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n" }

    /// A POST with these lines after a valid Host, and these bytes behind its head.
    static func post(_ lines: String, _ body: String = "") -> String {
        "POST / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\(body)"
    }

    /// A POST with a chunked body, which is given as it goes on the wire.
    static func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked\r\n", body) }

    /// A GET of this target.
    static func target(_ target: String) -> String { "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n" }

    /// A GET with this Host line.
    static func host(_ value: String) -> String { "GET / HTTP/1.1\r\nHost: \(value)\r\n\r\n" }
}
