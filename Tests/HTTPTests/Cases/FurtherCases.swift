/// What published tests of other parsers, reports of smuggled requests and another reading of the RFCs added.
extension ConformanceCase {
    static let further: [ConformanceCase] =
        furtherLines + furtherTargets + furtherFields + furtherFraming + furtherChunks

    private static let furtherLines: [ConformanceCase] = [
        .init(
            "9110 §9.3.6", "nothing is read behind CONNECT",
            "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n" + .get(""), gives: "CONNECT  1.1 close "),
        .init("9112 §3", "CONNECT needs a Host too", "CONNECT a:1 HTTP/1.1\r\n\r\n", .refused(.missingHost)),
        .init("9112 §3", "OPTIONS * needs a Host too", "OPTIONS * HTTP/1.1\r\n\r\n", .refused(.missingHost)),
        .init("9112 §3.2.4", "NOTIFY *", "NOTIFY * HTTP/1.1\r\nHost: a\r\n\r\n", .refused(.invalidTarget)),
        .init("9112 §2.3", "RTSP", "PUT /a RTSP/1.0\r\n\r\n", .refused(.malformedRequestLine)),
        .init(
            "9112 §2.3", "HTTP/1.1 behind a blank", "GET / HTTP/ 1.1\r\nHost: a\r\n\r\n",
            .refused(.malformedRequestLine)),
        .init("9112 §2.3", "a full stop behind", "GET / HTTP/1.1.\r\nHost: a\r\n\r\n", .refused(.malformedRequestLine)),
        .init(
            "9112 §2.3", "two requests on one line", "GET / HTTP/1.1GET / HTTP/1.1\r\n\r\n",
            .refused(.malformedRequestLine)),
        .init("9112 §2.3", "HTTP/0.9 with a blank", "GET / \r\n\r\n", .refused(.malformedRequestLine)),
        .init("9112 §2.2", "only line feeds", "GET / HTTP/1.1\nHost: a\n\n", .refused(.bareLineBreak)),
        .init("9112 §2.2", "only carriage returns", "GET / HTTP/1.1\rHost: a\r\r", .refused(.bareLineBreak)),
        .init("9112 §2.2", "LF CR", "GET / HTTP/1.1\n\rHost: a\n\r\n\r", .refused(.bareLineBreak)),
        .init(
            "9112 §3", "a form feed between the parts", "GET\u{c}/\u{c}HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(.controlCharacter)),
        .init(
            "9112 §3", "a vertical tab between the parts", "GET\u{b}/ HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(.controlCharacter)),
        .init(
            "9112 §3", "a non-breaking space between the parts", "GET\u{a0}/ HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(.malformedRequestLine)),
        .init("9112 §3.1", "a colon before the method", ":GET / HTTP/1.0\r\n\r\n", .refused(.invalidMethod)),
        .init("9112 §3.1", "brackets in the method", "[GET] / HTTP/1.1\r\nHost: a\r\n\r\n", .refused(.invalidMethod)),
        .init(
            "9112 §3.1", "an equals sign in the method", "G=T / HTTP/1.1\r\nHost: a\r\n\r\n", .refused(.invalidMethod)),
        .init(
            "9112 §3.1", "a method that begins like another", "GETX / HTTP/1.1\r\nHost: a\r\n\r\n",
            gives: "GETX / 1.1 keep "),
        .init("9112 §2.1", "an answer of HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n", .refused(.invalidMethod)),
        .init("9112 §8", "half a method", "GE", .incomplete(.head)),
        .init("9112 §8", "a method and a blank", "GET ", .incomplete(.head)),
        .init("9112 §8", "a line without its LF", "GET / HTTP/1.1\r", .incomplete(.head)),
    ]

    private static let furtherTargets: [ConformanceCase] = [
        .init(
            "3986 §3.3", "what looks like user information in a path", .target("//me@host/a"),
            gives: "GET //me@host/a 1.1 keep "),
        .init(
            "3986 §3.3", "what looks like a URL in a path", .target("/http://b/c"), gives: "GET /http://b/c 1.1 keep "),
        .init("3986 §3.3", "parameters of a segment", .target("/a;b=c/d"), gives: "GET /a;b=c/d 1.1 keep "),
        .init("3986 §5.2.4", "dots behind a parameter", .target("/a;x/../b"), gives: "GET /b 1.1 keep "),
        .init(
            "3986 §5.2.4", "dots with a parameter are a name", .target("/a/..;x/b"), gives: "GET /a/..;x/b 1.1 keep "),
        .init("3986 §5.2.4", "dots in a query stay", .target("/a?/../b"), gives: "GET /a?/../b 1.1 keep "),
        .init("3986 §5.2.4", "up over an empty segment", .target("/a//../b"), gives: "GET /a/b 1.1 keep "),
        .init("3986 §2.4", "dots encoded twice", .target("/a/%252e%252e/b"), gives: "GET /a/%252e%252e/b 1.1 keep "),
        .init("3986 §6.2.2", "an encoded backslash", .target("/a/..%5cb"), gives: "GET /a/..%5Cb 1.1 keep "),
        .init("3986 §2.1", "encoded line breaks are data", .target("/a%0d%0aX:1"), gives: "GET /a%0D%0AX:1 1.1 keep "),
        .init(
            "3986 §2.1", "encoded line breaks in the query", .target("/?a=%0d%0a"), gives: "GET /?a=%0d%0a 1.1 keep "),
        .init(
            "3986 §2.1", "overlong UTF-8 is no dot", .target("/%c0%ae%c0%ae/a"), gives: "GET /%C0%AE%C0%AE/a 1.1 keep "),
        .init("3986 §2.1", "%u", .target("/%u002e"), .refused(.invalidTarget)),
        .init("3986 §2.1", "a percent and a sign", .target("/%+1"), .refused(.invalidTarget)),
        .init("3986 §7.3", "an encoded NUL behind dots", .target("/..%00/a"), .refused(.invalidTarget)),
        .init("9112 §3.2.1", "only dots, no slash", .target("../../etc/passwd"), .refused(.invalidTarget)),
        .init("9112 §3.2.1", "a backslash for the slash", .target("\\a"), .refused(.invalidTarget)),
        .init(
            "9112 §3.2", "CR LF in the target", "GET /a\r\nX: HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(.malformedRequestLine)),
        .init(
            "9112 §3.2.2", "the authority of an absolute target differs from Host",
            "GET http://b/a HTTP/1.1\r\nHost: c\r\n\r\n", gives: "GET /a 1.1 keep "),
        .init("9112 §3.2.2", "absolute in HTTP/1.0", "GET http://b/a HTTP/1.0\r\n\r\n", gives: "GET /a 1.0 close "),
        .init(
            "9112 §3.2.2", "two Hosts beside an absolute target",
            "GET http://b/ HTTP/1.1\r\nHost: b\r\nHost: b\r\n\r\n", .refused(.repeatedHost)),
        .init("9110 §4.2.4", "an empty user", .target("http://@b/"), .refused(.invalidTarget)),
        .init("9110 §4.2.4", "an encoded at sign in the host", .target("http://a%40b/"), gives: "GET / 1.1 keep "),
        .init(
            "9110 §4.2.1", "a port too high in an absolute target", .target("http://b:99999/"), .refused(.invalidTarget)
        ),
        .init("9110 §4.2.1", "only a port", .target("http://:80/"), .refused(.invalidTarget)),
        .init("9112 §3.2.2", "a backslash in the authority", .target("http://b\\c/"), .refused(.invalidTarget)),
        .init("9112 §3.2.2", "three slashes", .target("http:////b"), .refused(.invalidTarget)),
        .init("9112 §3.2.2", "a blank scheme", .target("http+x://b/"), .refused(.invalidTarget)),
        .init("9112 §3.2.2", "javascript", .target("javascript://b/"), .refused(.invalidTarget)),
        .init(
            "9112 §3.2.3", "CONNECT with user information", "CONNECT me@a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(.invalidTarget)),
        .init(
            "9112 §3.2.3", "CONNECT of a URL", "CONNECT http://a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(.invalidTarget)),
        .init(
            "9112 §3.2.3", "CONNECT of encoded line breaks", "CONNECT []%0d%0aX:1 HTTP/1.0\r\n\r\n",
            .refused(.invalidTarget)),
        .init(
            "9112 §3.2.4", "OPTIONS without a slash", "OPTIONS a HTTP/1.1\r\nHost: a\r\n\r\n", .refused(.invalidTarget)),
        .init(
            "9112 §3.2.4", "POST *", "POST * HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", .refused(.invalidTarget)
        ),
    ]

    private static let furtherFields: [ConformanceCase] = [
        .init("9112 §5", "only a colon", .get(":\r\n"), .refused(.invalidHeader)),
        .init("9112 §5.1", "a blank and a colon", .get(" : x\r\n"), .refused(.foldedHeader)),
        .init(
            "9112 §5.1", "a Host with a blank before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
            .refused(.spaceBeforeColon)),
        .init("9112 §5.2", "a fold of nothing", .get("X: a\r\n \r\n"), .refused(.foldedHeader)),
        .init(
            "9112 §5.2", "a folded length", .post("Content-Length: 1\r\n 0\r\n", "0123456789"), .refused(.foldedHeader)),
        .init("9112 §5.2", "a folded Host", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", .refused(.foldedHeader)),
        .init("9110 §5.1", "a brace as a name", .get("{: 1\r\n"), .refused(.invalidHeader)),
        .init("9110 §5.1", "a comma in a name", .get("X,Y: 1\r\n"), .refused(.invalidHeader)),
        .init("9110 §5.1", "a semicolon in a name", .get("X;Y: 1\r\n"), .refused(.invalidHeader)),
        .init("9110 §5.1", "an equals sign in a name", .get("X=Y: 1\r\n"), .refused(.invalidHeader)),
        .init("9110 §5.1", "an escape character in a name", .get("X\u{1b}: 1\r\n"), .refused(.controlCharacter)),
        .init("9110 §5.5", "an escape character in a value", .get("X: \u{1b}[2J\r\n"), .refused(.controlCharacter)),
        .init(
            "9110 §5.5", "broken UTF-8 in a value", .get("X: \u{e3}\u{81}\u{b2}\u{e3}/1.0\r\n"),
            gives: "GET / 1.1 keep "),
        .init("9110 §5.5", "a quote that stays open", .get("X: \"a\r\n"), gives: "GET / 1.1 keep "),
        .init("9110 §5.5", "blanks only", .get("X: \t \t\r\n"), gives: "GET / 1.1 keep "),
        .init(
            "9110 §5.5", "form feed before a number", .post("Content-Length: \u{c}1\r\n", "x"),
            .refused(.controlCharacter)),
        .init("9110 §5.6.1", "Connection names Host", .get("Connection: host\r\n"), gives: "GET / 1.1 keep "),
        .init(
            "9110 §7.6.1", "Connection names Content-Length",
            .post("Connection: content-length\r\nContent-Length: 1\r\n", "x"), gives: "POST / 1.1 keep x"),
        .init("9110 §7.6.1", "Connection in quotes", .get("Connection: \"close\"\r\n"), gives: "GET / 1.1 keep "),
        .init(
            "9110 §7.8", "Upgrade to a WebSocket", .get("Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"),
            gives: "GET / 1.1 keep "),
        .init(
            "9110 §7.8", "a request behind an Upgrade that was not followed",
            .get("Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n") + .get(""),
            .accepted(["GET / 1.1 keep ", "GET / 1.1 keep "])),
        .init(
            "9110 §7.8", "Upgrade with a body",
            .post("Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n", "x"), gives: "POST / 1.1 keep x"),
        .init(
            "9110 §10.1.4", "TE means nothing", .get("TE: trailers, chunked\r\nConnection: TE\r\n"),
            gives: "GET / 1.1 keep "),
        .init(
            "9110 §6.6.2", "Trailer means nothing", .post("Trailer: X\r\nContent-Length: 1\r\n", "x"),
            gives: "POST / 1.1 keep x"),
        .init(
            "9112 §9.3", "Keep-Alive means nothing", .get("Keep-Alive: timeout=0, max=0\r\n"), gives: "GET / 1.1 keep "),
        .init(
            "9110 §10.1.1", "100-continue twice on one line",
            .post("Expect: 100-continue, 100-continue\r\nContent-Length: 1\r\n", "x"), .refused(.expectationFailed)),
        .init(
            "9110 §10.1.1", "100-continue with a parameter",
            .post("Expect: 100-continue;a=b\r\nContent-Length: 1\r\n", "x"), .refused(.expectationFailed)),
        .init(
            "9110 §10.1.1", "100-continue of a chunked body",
            .chunked("").replacing("Transfer", with: "Expect: 100-continue\r\nTransfer"), .incomplete(.body)),
        .init(
            "9110 §10.1.1", "an expectation of a chunk over the limit",
            .chunked("401\r\n").replacing("Transfer", with: "Expect: 100-continue\r\nTransfer"),
            .refused(.bodyTooLarge(limit: 1024))),
        .init("3986 §3.2.2", "a Host of one dot", .host("."), gives: "GET / 1.1 keep "),
        .init("3986 §3.2.2", "a Host with a dot at its end", .host("example.com."), gives: "GET / 1.1 keep "),
        .init("3986 §3.2.2", "a Host with CR LF encoded", .host("a%0d%0ab"), gives: "GET / 1.1 keep "),
        .init("9112 §3.2", "a Host with a fragment", .host("a#b"), .refused(.invalidHost)),
        .init("9112 §3.2", "a Host with a tab inside", .host("a\tb"), .refused(.invalidHost)),
        .init("9112 §3.2", "a Host in quotes", .host("\"a\""), .refused(.invalidHost)),
        .init("9112 §3.2", "a Host with angle brackets", .host("<script>"), .refused(.invalidHost)),
        .init("9112 §3.2", "only a port", .host(":80"), gives: "GET / 1.1 keep "),
        .init("3986 §3.2.3", "a port of ten digits", .host("a:4294967376"), .refused(.invalidHost)),
    ]

    private static let furtherFraming: [ConformanceCase] = [
        .init(
            "9112 §6.3", "a length of a GET is a body, not the next request",
            .get("Content-Length: 35\r\n") + "GET /forged HTTP/1.1\r\nHost: a\r\n\r\n00",
            gives: "GET / 1.1 keep GET /forged HTTP/1.1\r\nHost: a\r\n\r\n00"),
        .init(
            "9112 §6.3", "a chunked GET", .get("Transfer-Encoding: chunked\r\n") + "1\r\nx\r\n0\r\n\r\n",
            gives: "GET / 1.1 keep x"),
        .init(
            "9112 §6.3", "a chunked HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            gives: "HEAD / 1.1 keep "),
        .init(
            "9110 §9.3.8", "a TRACE with a body", "TRACE / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",
            gives: "TRACE / 1.1 keep x"),
        .init(
            "9112 §6.3", "a HEAD with two lengths",
            "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n1234",
            .refused(.repeatedContentLength)),
        .init(
            "9112 §6.3", "three lengths", .post("Content-Length: 1\r\nContent-Length: 1\r\nContent-Length: 1\r\n", "x"),
            .refused(.repeatedContentLength)),
        .init(
            "9110 §8.6", "a length and a comma", .post("Content-Length: 1,\r\n", "x"), .refused(.invalidContentLength)),
        .init(
            "9110 §8.6", "a length of digits of another script", .post("Content-Length: \u{d9}\u{a1}\r\n", "x"),
            .refused(.invalidContentLength)),
        .init(
            "9110 §8.6", "a length with a semicolon", .post("Content-Length: 1;a\r\n", "x"),
            .refused(.invalidContentLength)),
        .init(
            "9110 §8.6", "Content-Length without a dash is another field", .post("ContentLength: 5\r\n") + .get(""),
            .accepted(["POST / 1.1 keep ", "GET / 1.1 keep "])),
        .init(
            "9112 §6.1", "a coding with a length of zero",
            .post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), .refused(.ambiguousLength)),
        .init(
            "9112 §6.1", "identity with a length", .post("Content-Length: 1\r\nTransfer-Encoding: identity\r\n", "x"),
            .refused(.ambiguousLength)),
        .init(
            "9112 §6.1", "an empty coding with a length", .post("Content-Length: 1\r\nTransfer-Encoding:\r\n", "x"),
            .refused(.invalidTransferEncoding)),
        .init(
            "9112 §6.1", "deflate before chunked", .post("Transfer-Encoding: deflate, chunked\r\n"),
            .refused(.unsupportedTransferEncoding)),
        .init(
            "9112 §6.1", "a quoted comma", .post("Transfer-Encoding: x=\",\", chunked\r\n"),
            .refused(.unsupportedTransferEncoding)),
        .init(
            "9112 §6.1", "two blanks between", .post("Transfer-Encoding: gzip  chunked\r\n"),
            .refused(.invalidTransferEncoding)),
        .init(
            "9112 §6.1", "a tab inside", .post("Transfer-Encoding: chun\tked\r\n"), .refused(.invalidTransferEncoding)),
        .init(
            "9112 §6.1", "a bare CR before chunked", .post("Transfer-Encoding: \rchunked\r\n"), .refused(.bareLineBreak)
        ),
        .init(
            "9112 §6.1", "a bare LF before chunked", .post("Transfer-Encoding:\nchunked\r\n"), .refused(.bareLineBreak)),
        .init(
            "9112 §6.1", "the long s for an s is another field", .post("Tran\u{c5}\u{bf}fer-Encoding: chunked\r\n"),
            .refused(.invalidHeader)),
        .init(
            "9112 §6.1", "the Kelvin sign for a k", .post("Transfer-Encoding: chun\u{e2}\u{84}\u{aa}ed\r\n"),
            .refused(.invalidTransferEncoding)),
        .init(
            "9112 §6.1", "a coding in HTTP/1.0 with a length",
            "POST / HTTP/1.0\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx", .refused(.ambiguousLength)),
        .init(
            "9112 §9.3", "a body behind HTTP/1.0 with keep-alive",
            "POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx" + .get(""),
            .accepted(["POST / 1.0 keep x", "GET / 1.1 keep "])),
        .init(
            "9112 §6.3", "a POST of HTTP/1.0 without a length has no body", "POST / HTTP/1.0\r\n\r\nhello",
            gives: "POST / 1.0 close "),
        .init(
            "9112 §9.3.2", "a refused request behind a good one that closes is not looked at",
            .get("Connection: close\r\n") + "GET\r\n\r\n", gives: "GET / 1.1 close "),
    ]

    private static let furtherChunks: [ConformanceCase] = [
        .init(
            "9112 §7.1", "a request as data",
            .chunked("26\r\nGET /forged HTTP/1.1\r\nHost: a\r\n\r\n12345\r\n0\r\n\r\n"),
            gives: "POST / 1.1 keep GET /forged HTTP/1.1\r\nHost: a\r\n\r\n12345"),
        .init("9112 §7.1", "a letter behind the size", .chunked("1x\r\na\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1", "a letter first", .chunked("z\r\nabcdefg"), .refused(.invalidChunk)),
        .init("9112 §7.1", "h behind the size", .chunked("1h\r\na\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1", "a size of 2^64 - 1", .chunked("ffffffffffffffff\r\na"), .refused(.invalidChunk)),
        .init(
            "9112 §7.1", "a size that wraps to 1 in 64 bits", .chunked("10000000000000001\r\na\r\n0\r\n\r\n"),
            .refused(.invalidChunk)),
        .init(
            "9112 §7.1", "a size that wraps to 1 in 32 bits", .chunked("100000001\r\na\r\n0\r\n\r\n"),
            .refused(.bodyTooLarge(limit: 1024))),
        .init("9112 §7.1", "a size with a comma", .chunked("1,1\r\na\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1", "a tab before the size", .chunked("\t1\r\na\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1", "a fraction", .chunked("1.0\r\na\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init(
            "9112 §7.1", "a letter and LF for the line break", .chunked("6\rX\nhello \r\n0\r\n\r\n"),
            .refused(.bareLineBreak)),
        .init("9112 §7.1", "a bare LF behind the last chunk", .chunked("0\n\r\n"), .refused(.bareLineBreak)),
        .init("9112 §7.1", "a bare CR behind the last chunk", .chunked("0\r\r\n"), .refused(.bareLineBreak)),
        .init(
            "9112 §7.1", "NUL for the line break behind the data", .chunked("1\r\na\0\00\r\n\r\n"),
            .refused(.invalidChunk)),
        .init(
            "9112 §7.1.1", "an extension of a quoted semicolon", .chunked("1;a=\";\"\r\nx\r\n0\r\n\r\n"),
            gives: "POST / 1.1 keep x"),
        .init(
            "9112 §7.1.1", "a quoted line break", .chunked("1;a=\"\r\n\"\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1.1", "two equals signs", .chunked("1;a=b=c\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1.1", "two semicolons", .chunked("1;;a\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init(
            "9112 §7.1.1", "a blank at the end of an extension", .chunked("1;a \r\nx\r\n0\r\n\r\n"),
            .refused(.invalidChunk)),
        .init(
            "9110 §6.5.1", "a coding in a trailer means nothing",
            .chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n") + .get(""),
            .accepted(["POST / 1.1 keep ", "GET / 1.1 keep "])),
        .init(
            "9110 §6.5.1", "an Authorization in a trailer means nothing",
            .chunked("0\r\nAuthorization: Bearer x\r\n\r\n"), gives: "POST / 1.1 keep "),
        .init("9112 §5.1", "a trailer without a name", .chunked("0\r\n: x\r\n\r\n"), .refused(.invalidHeader)),
        .init(
            "9112 §2.2", "bare line feeds between trailers", .chunked("0\r\na: b\nc: d\n\n"), .refused(.bareLineBreak)),
        .init("9112 §7.1.2", "a chunk for a trailer", .chunked("0\r\n1\r\nx\r\n0\r\n\r\n"), .refused(.invalidHeader)),
    ]
}
