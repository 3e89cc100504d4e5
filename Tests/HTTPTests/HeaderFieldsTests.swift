import HTTP
import Testing

struct HeaderFieldsTests {
    /// The one request in `text`.
    private func request(_ text: String) throws -> Request {
        var decoder = RequestDecoder()
        decoder.append(bytes: text.bytes)
        guard case .request(let request) = try decoder.next(bodyLimit: { _ in 1024 }) else {
            throw RequestError.invalidHeader
        }
        return request
    }

    private func headers(_ lines: String) throws -> HeaderFields { try request(.get(lines)).headers }

    @Test func `names are found in either case`() throws {
        let headers = try headers("Content-TYPE: text/plain\r\n")
        #expect(headers.first("content-type") == "text/plain")
        #expect(headers.first("Content-Type") == "text/plain")
        #expect(headers.first("content-typ") == nil)
        #expect(headers.first("content-types") == nil)
        #expect(headers.first("") == nil)
    }

    @Test func `repeated fields are kept in order`() throws {
        let headers = try headers("A: 1\r\nB: 2\r\na: 3\r\nA:\r\n")
        #expect(headers.count == 5)
        #expect(headers.first("a") == "1")
        #expect(headers.all("A") == ["1", "3", ""])
        #expect(headers.combined("a") == "1, 3, ")
        #expect(headers.all("c") == [])
        #expect(headers.combined("c") == nil)
        #expect(headers.pairs.map(\.name) == ["Host", "A", "B", "a", "A"])
        #expect(headers.pairs.map(\.value) == ["a", "1", "2", "3", ""])
    }

    @Test func `lists are split over all fields`() throws {
        let headers = try headers("X: a, b\t,, c\r\nx:\r\nX: d\r\n")
        #expect(headers.list("x") == ["a", "b", "c", "d"])
        #expect(headers.list("y") == [])
    }

    @Test func `values lose the blanks around them and keep those inside`() throws {
        #expect(try headers("X: \t a \t b \t \r\n").first("x") == "a \t b")
    }

    @Test func `bytes that are not UTF-8 can be had as they are`() throws {
        let headers = try headers("X: \u{e9}\r\n")
        #expect(headers.first("x") == "\u{fffd}")
        #expect(headers.firstBytes("x").map(Array.init) == [0xe9])
    }

    @Test(arguments: [
        ("/a?k=1&k=2", "1"), ("/a?x=1&k=a%20b+c%2B", "a b c+"), ("/a?k", ""), ("/a?k=", ""), ("/a?%6b=x=y", "x=y"),
        ("/a?kk=1", nil), ("/a?", nil), ("/a", nil), ("/a?&&k=1", "1"), ("/a?k=%C3%A9", "é"), ("/a?K=1", nil),
    ])
    func `a value of the query is decoded`(_ target: String, _ value: String?) throws {
        #expect(try request(.target(target)).queryValue("k") == value)
    }

    @Test(arguments: [
        ("/", [""]), ("/a/b", ["a", "b"]), ("/a/", ["a", ""]), ("/a%2Fb/%C3%A9", ["a/b", "é"]), ("//a", ["", "a"]),
        ("/a/../b%20c", ["b c"]), ("/%2e%2e/%2E", [""]), ("/a+b", ["a+b"]), ("http://b", [""]),
    ])
    func `segments are decoded after they are split`(_ target: String, _ segments: [String]) throws {
        #expect(try request(.target(target)).segments == segments)
    }

    @Test func `OPTIONS of everything has no segments`() throws {
        #expect(try request("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").segments == [])
    }

    @Test(arguments: [
        (String.target("/"), "a"), (.target("http://b:80/"), "b:80"), ("GET / HTTP/1.0\r\n\r\n", nil),
        ("CONNECT c:1 HTTP/1.1\r\nHost: a\r\n\r\n", "c:1"),
    ])
    func `the target's host comes before Host`(_ text: String, _ host: String?) throws {
        #expect(try request(text).head.host == host)
    }

    @Test func `the target can be had as sent`() throws {
        #expect(try request(.target("/a/../%61?b")).head.target == "/a/../%61?b")
    }

    @Test(arguments: ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE", "get", "BREW"])
    func `a method keeps its name`(_ name: String) {
        #expect(Method(name: name).name == name)
        #expect((Method(name: name) == .other(name)) == ["get", "BREW"].contains(name))
    }
}
