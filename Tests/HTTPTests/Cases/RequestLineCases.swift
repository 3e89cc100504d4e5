private let host = "\r\nHost: a\r\n\r\n"

extension ConformanceCase {
    static let requestLine: [ConformanceCase] = methods + versions + lines

    private static let methods: [ConformanceCase] = [
        .init("9110 §9.3.1", "GET", "GET / HTTP/1.1" + host, gives: "GET / 1.1 keep "),
        .init("9110 §9.3.2", "HEAD", "HEAD / HTTP/1.1" + host, gives: "HEAD / 1.1 keep "),
        .init("9110 §9.3.3", "POST without a body", "POST / HTTP/1.1" + host, gives: "POST / 1.1 keep "),
        .init("9110 §9.3.4", "PUT", "PUT / HTTP/1.1" + host, gives: "PUT / 1.1 keep "),
        .init("9110 §9.3.5", "DELETE", "DELETE / HTTP/1.1" + host, gives: "DELETE / 1.1 keep "),
        .init("9110 §9.3.6", "CONNECT", "CONNECT a:443 HTTP/1.1" + host, gives: "CONNECT  1.1 close "),
        .init("9110 §9.3.7", "OPTIONS", "OPTIONS /x HTTP/1.1" + host, gives: "OPTIONS /x 1.1 keep "),
        .init("9110 §9.3.8", "TRACE", "TRACE / HTTP/1.1" + host, gives: "TRACE / 1.1 keep "),
        .init("5789 §2", "PATCH", "PATCH / HTTP/1.1" + host, gives: "PATCH / 1.1 keep "),
        .init("9110 §9.1", "a name in lower case is another method", "get / HTTP/1.1" + host, gives: "get / 1.1 keep "),
        .init("9110 §9.1", "a name with a dash", "M-SEARCH / HTTP/1.1" + host, gives: "M-SEARCH / 1.1 keep "),
        .init(
            "9110 §5.6.2", "every kind of token character", "!#$%&'*+-.^_`|~09azAZ / HTTP/1.1" + host,
            gives: "!#$%&'*+-.^_`|~09azAZ / 1.1 keep "),
        .init("9112 §3.1", "a colon in the method", "GE:T / HTTP/1.1" + host, .refused(.invalidMethod)),
        .init("9112 §3.1", "a quote in the method", "\"GET\" / HTTP/1.1" + host, .refused(.invalidMethod)),
        .init("9112 §3.1", "a brace in the method", "{GET / HTTP/1.1" + host, .refused(.invalidMethod)),
        .init("9112 §3.1", "a byte beyond ASCII in the method", "G\u{c9}T / HTTP/1.1" + host, .refused(.invalidMethod)),
        .init("9112 §3.1", "a tab in the method", "G\tT / HTTP/1.1" + host, .refused(.invalidMethod)),
        .init("9112 §3.1", "NUL in the method", "GE\0T / HTTP/1.1" + host, .refused(.controlCharacter)),
        .init("9112 §3.1", "no method", " / HTTP/1.1" + host, .refused(.malformedRequestLine)),
    ]

    private static let versions: [ConformanceCase] = [
        .init("9112 §2.3", "HTTP/1.0 closes", "GET / HTTP/1.0\r\n\r\n", gives: "GET / 1.0 close "),
        .init("9110 §2.5", "HTTP/1.2 is read as 1.1", "GET / HTTP/1.2" + host, gives: "GET / 1.1 keep "),
        .init("9110 §2.5", "HTTP/1.9 is read as 1.1", "GET / HTTP/1.9" + host, gives: "GET / 1.1 keep "),
        .init("9110 §15.6.6", "HTTP/2.0", "GET / HTTP/2.0" + host, .refused(.unsupportedVersion)),
        .init("9110 §15.6.6", "HTTP/0.9 spelt out", "GET / HTTP/0.9" + host, .refused(.unsupportedVersion)),
        .init("9110 §15.6.6", "HTTP/3.0", "GET / HTTP/3.0" + host, .refused(.unsupportedVersion)),
        .init("9113 §3.4", "the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .refused(.unsupportedVersion)),
        .init("9112 §2.3", "no minor version", "GET / HTTP/1" + host, .refused(.malformedRequestLine)),
        .init("9112 §2.3", "no minor digit", "GET / HTTP/1." + host, .refused(.malformedRequestLine)),
        .init("9112 §2.3", "two minor digits", "GET / HTTP/1.10" + host, .refused(.malformedRequestLine)),
        .init("9112 §2.3", "two major digits", "GET / HTTP/01.1" + host, .refused(.malformedRequestLine)),
        .init("9112 §2.3", "a comma for the dot", "GET / HTTP/1,1" + host, .refused(.malformedRequestLine)),
        .init("9112 §2.3", "the name in lower case", "GET / http/1.1" + host, .refused(.malformedRequestLine)),
        .init("9112 §2.3", "another protocol", "GET / ICY/1.1" + host, .refused(.malformedRequestLine)),
        .init("9112 §2.3", "a letter for the digit", "GET / HTTP/x.1" + host, .refused(.malformedRequestLine)),
        .init("9112 §2.3", "a sign", "GET / HTTP/+1.1" + host, .refused(.malformedRequestLine)),
        .init("9112 §2.3", "HTTPS", "GET / HTTPS/1.1" + host, .refused(.malformedRequestLine)),
        .init("9112 §2.3", "a word behind the version", "GET / HTTP/1.1 x" + host, .refused(.malformedRequestLine)),
        .init("9112 §3", "a blank behind the version", "GET / HTTP/1.1 " + host, .refused(.malformedRequestLine)),
        .init("9112 §3", "a tab behind the version", "GET / HTTP/1.1\t" + host, .refused(.malformedRequestLine)),
    ]

    private static let lines: [ConformanceCase] = [
        .init("9112 §3", "no version: HTTP/0.9", "GET /\r\n\r\n", .refused(.malformedRequestLine)),
        .init("9112 §3", "only a method", "GET\r\n\r\n", .refused(.malformedRequestLine)),
        .init("9112 §3", "no target", "GET  HTTP/1.1" + host, .refused(.malformedRequestLine)),
        .init("9112 §3", "two blanks before the target", "GET  / HTTP/1.1" + host, .refused(.malformedRequestLine)),
        .init("9112 §3", "two blanks before the version", "GET /  HTTP/1.1" + host, .refused(.malformedRequestLine)),
        .init("9112 §3", "tabs between the parts", "GET\t/\tHTTP/1.1" + host, .refused(.malformedRequestLine)),
        .init("9112 §3", "a leading blank", " GET / HTTP/1.1" + host, .refused(.malformedRequestLine)),
        .init("9112 §3.2", "a blank in the target", "GET /a b HTTP/1.1" + host, .refused(.malformedRequestLine)),
        .init("9112 §2.2", "a bare LF ends the line", "GET / HTTP/1.1\nHost: a\r\n\r\n", .refused(.bareLineBreak)),
        .init("9112 §2.2", "a bare CR in the line", "GET /\rHTTP/1.1" + host, .refused(.bareLineBreak)),
        .init("9112 §2.2", "CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", .refused(.bareLineBreak)),
        .init("9112 §2.2", "an empty line before", "\r\nGET / HTTP/1.1" + host, gives: "GET / 1.1 keep "),
        .init(
            "9112 §2.2", "four empty lines before", "\r\n\r\n\r\n\r\nGET / HTTP/1.1" + host, gives: "GET / 1.1 keep "),
        .init(
            "9112 §2.2", "five empty lines before", "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1" + host,
            .refused(.tooManyEmptyLines)),
        .init("9112 §2.2", "a bare LF before", "\nGET / HTTP/1.1" + host, .refused(.bareLineBreak)),
        .init("9112 §2.2", "a bare CR before", "\rGET / HTTP/1.1" + host, .refused(.bareLineBreak)),
        .init("9112 §2.2", "only an empty line", "\r\n", .incomplete(.idle)),
        .init(
            "9112 §2.2", "a UTF-8 byte order mark", "\u{ef}\u{bb}\u{bf}GET / HTTP/1.1" + host, .refused(.invalidMethod)),
        .init("8446 §5.1", "a TLS hello", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}", .refused(.tlsOnPlainPort)),
        .init("9112 §3", "an escape character", "\u{1b}[A", .refused(.controlCharacter)),
        .init("9112 §3", "an answer instead of a request", "HTTP/1.1 200 OK\r\n\r\n", .refused(.invalidMethod)),
        .init("9112 §3", "half a line", "GET / HT", .incomplete(.head)),
    ]
}
