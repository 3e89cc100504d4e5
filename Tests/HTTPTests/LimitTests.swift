import HTTP
import Testing

/// Every limit: n passes, n + 1 is refused, in one piece and byte by byte.
struct LimitTests {
    private func expect(
        _ passing: String, _ refused: String, _ error: RequestError, limits: Limits = Limits(), bodyLimit: Int = 1024,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for (text, expected) in [(passing, nil), (refused, error)] {
            let bytes = text.bytes
            for pieces in [[bytes[...]], bytes.indices.map { bytes[$0...$0] }] {
                let reading = Reading(pieces, limits: limits, bodyLimit: bodyLimit)
                #expect(reading.error == expected, sourceLocation: sourceLocation)
                #expect(reading.requests.count == (expected == nil ? 1 : 0), sourceLocation: sourceLocation)
            }
        }
    }

    private func letters(_ count: Int) -> String { String(repeating: "a", count: count) }

    @Test func `the request line`() {
        // "GET /" and " HTTP/1.1" are 14 bytes.
        let limits = Limits(requestLine: 100)
        expect(.target("/" + letters(86)), .target("/" + letters(87)), .requestLineTooLong, limits: limits)
        #expect(Reading(letters(101), limits: limits).error == .requestLineTooLong)
        #expect(Reading(letters(100), limits: limits).error == nil)
    }

    @Test func `the request line by default`() {
        #expect(Reading(.target("/" + letters(8192 - 14))).requests.count == 1)
        #expect(Reading(.target("/" + letters(8193 - 14))).error == .requestLineTooLong)
    }

    @Test func `the number of headers`() {
        let limits = Limits(headerCount: 3)
        expect(.get("X: 1\r\nX: 2\r\n"), .get("X: 1\r\nX: 2\r\nX: 3\r\n"), .tooManyHeaders, limits: limits)
    }

    @Test func `the number of headers by default`() {
        func lines(_ count: Int) -> String { String(repeating: "X: 1\r\n", count: count) }
        #expect(Reading(.get(lines(99))).requests.count == 1)
        #expect(Reading(.get(lines(100))).error == .tooManyHeaders)
    }

    @Test func `the bytes of all headers`() {
        // "Host: a" is 9 bytes with its line break, and so is "X: 3456".
        let limits = Limits(headerBytes: 18)
        expect(.get("X: 3456\r\n"), .get("X: 34567\r\n"), .headersTooLarge, limits: limits)
        expect(.get("X: 3456\r\n"), .get("X: 3456\r\nY:\r\n"), .headersTooLarge, limits: limits)
    }

    @Test func `the bytes of all headers by default`() {
        #expect(Reading(.get("X: \(letters(16384 - 9 - 5))\r\n")).requests.count == 1)
        #expect(Reading(.get("X: \(letters(16384 - 9 - 4))\r\n")).error == .headersTooLarge)
    }

    @Test func `an endless header is refused before it ends`() {
        #expect(
            Reading("GET / HTTP/1.1\r\nX: " + letters(30), limits: Limits(headerBytes: 20)).error == .headersTooLarge)
    }

    @Test func `empty lines before a request`() {
        expect("\r\n" + .get(""), "\r\n\r\n" + .get(""), .tooManyEmptyLines, limits: Limits(emptyLines: 1))
    }

    @Test func `empty lines are counted for each request`() {
        let twice = "\r\n" + String.get("") + "\r\n" + .get("")
        #expect(Reading(twice, limits: Limits(emptyLines: 1)).requests.count == 2)
    }

    @Test func `a sized body`() {
        let error = RequestError.bodyTooLarge(limit: 4)
        expect(
            .post("Content-Length: 4\r\n", "abcd"), .post("Content-Length: 5\r\n", "abcde"), error, bodyLimit: 4)
        #expect(Reading(.post("Content-Length: 5\r\n"), bodyLimit: 4).error == error)
    }

    @Test func `a chunked body`() {
        let error = RequestError.bodyTooLarge(limit: 4)
        let passing = String.chunked("3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n")
        expect(passing, .chunked("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), error, bodyLimit: 4)
        #expect(Reading(.chunked("5\r\n"), bodyLimit: 4).error == error)
    }

    @Test func `the digits of a chunk size`() {
        expect(
            .chunked("001\r\na\r\n0\r\n\r\n"), .chunked("0001\r\na\r\n0\r\n\r\n"), .invalidChunk,
            limits: Limits(chunkSizeDigits: 3))
    }

    @Test func `chunk extensions, all together`() {
        let limits = Limits(chunkExtensionBytes: 6)
        expect(
            .chunked("1;ab\r\nx\r\n0;a\r\n\r\n"), .chunked("1;ab\r\nx\r\n0;abc\r\n\r\n"), .chunkExtensionsTooLarge,
            limits: limits)
        #expect(Reading(.chunked("1;" + letters(40)), limits: limits).error == .chunkExtensionsTooLarge)
    }

    @Test func `the number of trailers`() {
        let limits = Limits(trailerCount: 1)
        expect(.chunked("0\r\nX: 1\r\n\r\n"), .chunked("0\r\nX: 1\r\nX: 2\r\n\r\n"), .tooManyTrailers, limits: limits)
    }

    @Test func `the bytes of all trailers`() {
        let limits = Limits(trailerBytes: 12)
        expect(
            .chunked("0\r\nX: 1\r\nY: 2\r\n\r\n"), .chunked("0\r\nX: 1\r\nY: 23\r\n\r\n"), .trailersTooLarge,
            limits: limits)
    }
}
