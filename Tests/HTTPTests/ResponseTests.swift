import HTTP
import Testing

struct ResponseTests {
    private let date = DateField(epochSeconds: 784_111_777)
    private let common = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-Content-Type-Options: nosniff\r\n"

    private func text(
        _ response: Response, _ version: Version = .http11, keepAlive: Bool = true, headOnly: Bool = false
    ) -> String {
        var bytes: [UInt8] = []
        response.encode(into: &bytes, version: version, keepAlive: keepAlive, headOnly: headOnly, date: date)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `an answer goes on the wire`() {
        let response = Response(status: .ok, headers: [("A", "1"), ("B", "")], body: Array("hello".utf8))
        #expect(text(response) == "HTTP/1.1 200 OK\r\n\(common)A: 1\r\nB: \r\nContent-Length: 5\r\n\r\nhello")
    }

    @Test(arguments: [Status.ok, .accepted])
    func `fields that were written before stand behind the answer's own`(status: Status) {
        var response = Response.json(status, Array("{}".utf8), headers: [("A", "1")])
        let plain = text(response)
        // As everywhere, nothing that ends a line, and none of the encoder's own.
        response.block = FieldBlock([("B", "2"), ("C", "3\r\nD: 4"), ("Connection", "close"), ("E", "5")])
        #expect(text(response) == plain.replacing("A: 1\r\n", with: "A: 1\r\nB: 2\r\nE: 5\r\n"))
        response.block = .none
        #expect(text(response) == plain)
    }

    @Test func `an answer is appended to what is there`() {
        var bytes = Array("x".utf8)
        Response(status: .ok).encode(into: &bytes, version: .http11, keepAlive: true, headOnly: false, date: date)
        #expect(bytes.first == UInt8(ascii: "x"))
        #expect(bytes.count == text(Response(status: .ok)).utf8.count + 1)
    }

    @Test(arguments: [
        (Version.http11, true, "\r\n\r\n"), (.http11, false, "\r\nConnection: close\r\n\r\n"),
        (.http10, true, "\r\nConnection: keep-alive\r\n\r\n"), (.http10, false, "\r\nConnection: close\r\n\r\n"),
    ])
    func `whether the connection stays is said where it is not the rule`(
        _ version: Version, _ keepAlive: Bool, _ end: String
    ) {
        #expect(text(Response(status: .ok), version, keepAlive: keepAlive).hasSuffix("Content-Length: 0" + end))
    }

    @Test func `the answer to HEAD tells the length and has no body`() {
        let response = Response(status: .ok, body: Array(repeating: 0x61, count: 1234))
        #expect(text(response, headOnly: true) == "HTTP/1.1 200 OK\r\n\(common)Content-Length: 1234\r\n\r\n")
    }

    @Test(arguments: [Status.noContent, .notModified])
    func `some statuses never have a body`(_ status: Status) {
        let response = Response(status: status, body: [0x61])
        #expect(text(response) == "HTTP/1.1 \(status.code) \(status.reason)\r\n\(common)\r\n")
    }

    @Test(arguments: [
        ("X", "a\r\nY: b"), ("X", "a\nb"), ("X", "a\rb"), ("X", "a\0b"), ("X", "a\u{7f}"), ("X\r\nY", "a"), ("X:", "a"),
        ("X Y", "a"), ("", "a"), ("é", "a"),
    ])
    func `what could forge a header is not written`(_ name: String, _ value: String) {
        let response = Response(status: .ok, headers: [(name, value), ("Z", "z")])
        #expect(text(response) == "HTTP/1.1 200 OK\r\n\(common)Z: z\r\nContent-Length: 0\r\n\r\n")
    }

    @Test(arguments: ["Content-Length", "transfer-encoding", "CONNECTION", "Date"])
    func `what the encoder writes itself is written once`(_ name: String) {
        let response = Response(status: .ok, headers: [(name, "9")])
        #expect(text(response) == text(Response(status: .ok)))
    }

    @Test func `tabs and other languages are written`() {
        #expect(text(Response(status: .ok, headers: [("X", "a\té")])).contains("\r\nX: a\té\r\n"))
    }

    @Test func `an error is JSON with all that needs it escaped`() {
        let response = Response.error(
            .notFound, code: "not_found", message: "\"\\\n\r\t\u{1}\u{7f}</é", headers: [("A", "b")])
        #expect(response.status == .notFound)
        let kept = ["Content-Type", "Cache-Control", "Content-Security-Policy", "Referrer-Policy", "A"]
        #expect(response.headers.map(\.0) == kept)
        let escaped = #"\"\\\n\r\t\u0001\u007f\u003c/é"#
        let expected = #"{"success":false,"error":"not_found","message":"\#(escaped)"}"#
        #expect(String(decoding: response.body, as: UTF8.self) == expected)
    }

    @Test func `a refusal carries the error's own words`() {
        let response = Response.refusal(.missingHost)
        let message = RequestError.missingHost.message
        #expect(response.status == .badRequest)
        let expected = #"{"success":false,"error":"missing_host","message":"\#(message)"}"#
        #expect(String(decoding: response.body, as: UTF8.self) == expected)
    }

    @Test func `a stream is chunked for 1.1`() {
        var bytes: [UInt8] = []
        let response = Response(status: .ok, headers: [("Content-Type", "text/event-stream")])
        let framing = response.encodeStreamHead(into: &bytes, version: .http11, keepAlive: true, date: date)
        framing.encode("0123456789abcdef".utf8, into: &bytes)
        framing.encode([], into: &bytes)
        framing.encode("é".utf8, into: &bytes)
        framing.encodeEnd(into: &bytes)
        let head = "HTTP/1.1 200 OK\r\n\(common)Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(String(decoding: bytes, as: UTF8.self) == head + "10\r\n0123456789abcdef\r\n2\r\né\r\n0\r\n\r\n")
    }

    @Test func `a stream runs until the close for 1.0`() {
        var bytes: [UInt8] = []
        let framing = Response(status: .ok).encodeStreamHead(
            into: &bytes, version: .http10, keepAlive: true, date: date)
        framing.encode("ab".utf8, into: &bytes)
        framing.encodeEnd(into: &bytes)
        #expect(framing == .untilClose)
        #expect(String(decoding: bytes, as: UTF8.self) == "HTTP/1.1 200 OK\r\n\(common)Connection: close\r\n\r\nab")
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
        (1_709_251_200, "Fri, 01 Mar 2024 00:00:00 GMT"), (1_767_225_599, "Wed, 31 Dec 2025 23:59:59 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
        (-86_401, "Tue, 30 Dec 1969 23:59:59 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        (.max, "Fri, 31 Dec 9999 23:59:59 GMT"), (.min, "Mon, 01 Jan 0001 00:00:00 GMT"),
    ])
    func `a date is written as the RFC wants it`(_ seconds: Int, _ text: String) {
        #expect(IMFDate(epochSeconds: seconds).description == text)
    }
}
