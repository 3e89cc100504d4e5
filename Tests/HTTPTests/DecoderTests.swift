import Testing

@testable import HTTP

struct DecoderTests {
    private func requests(_ decoder: inout RequestDecoder) throws -> [Request] {
        var found: [Request] = []
        while case .request(let request) = try decoder.next(bodyLimit: { _ in 1 << 20 }) { found.append(request) }
        return found
    }

    @Test func `a new decoder is idle and holds nothing`() throws {
        var decoder = RequestDecoder()
        #expect(decoder.phase == .idle)
        #expect(decoder.bufferedBytes == 0)
        #expect(try requests(&decoder).isEmpty)
    }

    @Test func `the phase follows a request`() throws {
        var decoder = RequestDecoder()
        decoder.append(bytes: "\r\n".utf8)
        #expect(try requests(&decoder).isEmpty)
        #expect(decoder.phase == .idle)
        decoder.append(bytes: "P".utf8)
        #expect(try requests(&decoder).isEmpty)
        #expect(decoder.phase == .head)
        decoder.append(bytes: String.post("Content-Length: 2\r\n", "a").utf8.dropFirst())
        #expect(try requests(&decoder).isEmpty)
        #expect(decoder.phase == .body)
        decoder.append(bytes: "b".utf8)
        #expect(try requests(&decoder).map(\.summary) == ["POST / 1.1 keep ab"])
        #expect(decoder.phase == .idle)
    }

    @Test(arguments: [
        String.get(""), .post("Content-Length: 3\r\n", "abc"), .chunked("3\r\nabc\r\n0\r\n\r\n"), "\r\n\r\n" + .get(""),
        .get("") + .get("") + .get(""), .get("Connection: close\r\n") + .get(""),
    ])
    func `nothing is held between requests`(_ text: String) throws {
        var decoder = RequestDecoder()
        decoder.append(bytes: text.utf8)
        #expect(decoder.bufferedBytes == text.utf8.count)
        #expect(try !requests(&decoder).isEmpty)
        #expect(decoder.phase == .idle)
        #expect(decoder.bufferedBytes == 0)
        #expect(decoder.bufferCapacity == 0)
    }

    @Test func `nothing is held after an error`() {
        var decoder = RequestDecoder()
        decoder.append(bytes: (String.get("X : 1\r\n") + .get("")).utf8)
        #expect(throws: RequestError.spaceBeforeColon) { try requests(&decoder) }
        decoder.append(bytes: String.get("").utf8)
        #expect(decoder.bufferCapacity == 0)
        #expect(throws: RequestError.spaceBeforeColon) { try requests(&decoder) }
    }

    @Test func `what is sent ahead is counted`() throws {
        var decoder = RequestDecoder()
        decoder.append(bytes: String.chunked("3\r\nab").utf8)
        #expect(try requests(&decoder).isEmpty)
        #expect(decoder.bufferedBytes == String.chunked("").utf8.count + 2)
    }

    @Test func `a request keeps its bytes while others come and go`() throws {
        var decoder = RequestDecoder()
        let first = String.post("X: one\r\nContent-Length: 3\r\n", "abc").bytes
        let second = String.post("X: two\r\nContent-Length: 3\r\n", "xyz").bytes
        decoder.append(bytes: first + second + first.prefix(20))
        let pair = try requests(&decoder)
        decoder.append(bytes: first.dropFirst(20))
        let third = try requests(&decoder)
        #expect((pair + third).map { $0.headers.first("x") } == ["one", "two", "one"])
        #expect((pair + third).map { Array($0.body) } == ["abc", "xyz", "abc"].map { Array($0.utf8) })
        #expect((pair + third).map(\.head.target) == ["/", "/", "/"])
    }

    @Test func `a waiting client is told to go on once`() throws {
        let head = String.post("Expect: 100-continue\r\nContent-Length: 2\r\n")
        let reading = Reading([head.bytes[...], "a".bytes[...], "b".bytes[...]])
        #expect(reading.continues == 1)
        #expect(reading.requests == ["POST / 1.1 keep ab"])
    }

    @Test func `a client may wait at every request`() {
        let head = String.post("Expect: 100-continue\r\nContent-Length: 1\r\n")
        let reading = Reading([head.bytes[...], "a".bytes[...], head.bytes[...], "b".bytes[...]])
        #expect(reading.continues == 2)
        #expect(reading.requests == ["POST / 1.1 keep a", "POST / 1.1 keep b"])
    }

    @Test func `a request that others follow keeps no bytes of theirs`() throws {
        var decoder = RequestDecoder()
        let one = String.post("Content-Length: 3\r\n", "abc").bytes
        decoder.append(bytes: one + one + one)
        #expect(try requests(&decoder).dropLast().map(\.headers.bytes) == [one, one])
    }

    @Test func `a client that sends a chunked body may wait too`() {
        let head = String.post("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n")
        let reading = Reading([head.bytes[...], "1\r\na\r\n".bytes[...], "0\r\n\r\n".bytes[...]])
        #expect(reading.continues == 1)
        #expect(reading.requests == ["POST / 1.1 keep a"])
    }

    @Test(arguments: [
        String.post("Expect: 100-continue\r\nContent-Length: 2\r\n", "a"), .post("Expect: 100-continue\r\n"),
        .post("Content-Length: 1\r\n"), "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
        .post("Expect: 100-continue\r\nContent-Length: 5000\r\n"),
    ])
    func `a client that does not wait, or is refused, is told nothing`(_ text: String) {
        #expect(Reading(text).continues == 0)
    }

    @Test func `the head is shown once, before its body`() throws {
        var decoder = RequestDecoder()
        var seen: [String] = []
        for byte in String.post("X: 1\r\nContent-Length: 2\r\n", "ab").bytes {
            decoder.append(bytes: [byte])
            _ = try decoder.next { head in
                seen.append(
                    "\(head.method.name) \(head.path) \(head.headers.first("x") ?? "") \(head.contentLength ?? -1)")
                return 2
            }
        }
        #expect(seen == ["POST / 1 2"])
    }

    @Test func `a chunked head has no length`() throws {
        var decoder = RequestDecoder()
        decoder.append(bytes: String.chunked("0\r\n\r\n").utf8)
        var lengths: [Int?] = []
        _ = try decoder.next { head in
            lengths.append(head.contentLength)
            return 0
        }
        #expect(lengths == [nil])
    }

    @Test func `no byte of a line is looked at twice`() throws {
        var scanner = LineScanner()
        let line = Array(repeating: UInt8(ascii: "a"), count: 300)
        for count in 1...line.count {
            let found = try scanner.next(in: line.span.extracting(0..<count), limit: 300, tooLong: .headersTooLarge)
            #expect(found == nil)
            #expect(scanner.scanned == count)
        }
    }

    @Test func `bytes are moved a bounded number of times`() throws {
        var decoder = RequestDecoder()
        // What a decoder holds never exceeds twice what is unread, so the sum of all moves is linear in what came in.
        let one = String.get("X: \(String(repeating: "x", count: 100))\r\n").bytes
        let stream = Array(repeating: one, count: 50).flatMap(\.self)
        for start in stride(from: 0, to: stream.count, by: 300) {
            decoder.append(bytes: stream[start..<min(start + 300, stream.count)])
            _ = try requests(&decoder)
            #expect(decoder.bufferCapacity <= 1024)
        }
        #expect(decoder.phase == .idle)
    }
}
