extension ConformanceCase {
    private static func old(_ lines: String) -> String { "GET / HTTP/1.0\r\n\(lines)\r\n" }

    static let connections: [ConformanceCase] = [
        .init(
            "9112 §9.6", "nothing is read behind close", .get("Connection: close\r\n") + .get(""),
            gives: "GET / 1.1 close "),
        .init(
            "9112 §9.6", "nothing is refused behind close", .get("Connection: close\r\n") + "\n",
            gives: "GET / 1.1 close "),
        .init("9112 §9.3", "nothing is read behind 1.0", old("") + .get(""), gives: "GET / 1.0 close "),
        .init("9112 §9.3", "1.1 stays", .get(""), gives: "GET / 1.1 keep "),
        .init("9112 §9.6", "close", .get("Connection: close\r\n"), gives: "GET / 1.1 close "),
        .init("9110 §7.6.1", "close in capitals", .get("Connection: CLOSE\r\n"), gives: "GET / 1.1 close "),
        .init("9110 §7.6.1", "close in a list", .get("Connection: upgrade, close ,x\r\n"), gives: "GET / 1.1 close "),
        .init(
            "9110 §7.6.1", "close on a second line", .get("Connection: x\r\nConnection: close\r\n"),
            gives: "GET / 1.1 close "),
        .init("9110 §7.6.1", "empty members", .get("Connection: ,, close,\r\n"), gives: "GET / 1.1 close "),
        .init(
            "9110 §7.6.1", "close as a part of a word", .get("Connection: closed, not-close\r\n"),
            gives: "GET / 1.1 keep "),
        .init(
            "9112 §9.3", "close wins over keep-alive", .get("Connection: keep-alive, close\r\n"),
            gives: "GET / 1.1 close "),
        .init("9112 §9.3", "keep-alive in 1.1", .get("Connection: keep-alive\r\n"), gives: "GET / 1.1 keep "),
        .init("9110 §7.6.1", "an empty Connection", .get("Connection:\r\n"), gives: "GET / 1.1 keep "),
        .init(
            "9110 §7.8", "Upgrade is not followed", .get("Connection: Upgrade\r\nUpgrade: h2c\r\n"),
            gives: "GET / 1.1 keep "),
        .init("9112 §9.3", "1.0 closes", old(""), gives: "GET / 1.0 close "),
        .init("9112 §9.3", "1.0 with keep-alive stays", old("Connection: Keep-Alive\r\n"), gives: "GET / 1.0 keep "),
        .init(
            "9112 §9.3", "1.0 with keep-alive and close", old("Connection: keep-alive, close\r\n"),
            gives: "GET / 1.0 close "),
        .init("9112 §9.3", "1.0 with close", old("Connection: close\r\n"), gives: "GET / 1.0 close "),
        .init(
            "9112 §C.2.2", "Proxy-Connection means nothing", old("Proxy-Connection: keep-alive\r\n"),
            gives: "GET / 1.0 close "),
    ]

    static let messages: [ConformanceCase] = [
        .init("9112 §9.3.2", "two at once", .get("") + .get(""), .accepted(["GET / 1.1 keep ", "GET / 1.1 keep "])),
        .init(
            "9112 §9.3.2", "three of all kinds",
            .post("Content-Length: 2\r\n", "ab") + .chunked("1\r\nc\r\n0\r\n\r\n") + .get(""),
            .accepted(["POST / 1.1 keep ab", "POST / 1.1 keep c", "GET / 1.1 keep "])),
        .init(
            "9112 §2.2", "an empty line between", .post("Content-Length: 1\r\n", "x") + "\r\n" + .get(""),
            .accepted(["POST / 1.1 keep x", "GET / 1.1 keep "])),
        .init(
            "9112 §9.3", "a GET without Host after an HTTP/1.0 one",
            "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + .get(""),
            .accepted(["GET / 1.0 keep ", "GET / 1.1 keep "])),
        .init("9112 §2.1", "nothing", "", .incomplete(.idle)),
        .init("9112 §8", "one byte", "G", .incomplete(.head)),
    ]

    static let expectations: [ConformanceCase] = [
        .init(
            "9110 §10.1.1", "the body is there", .post("Expect: 100-continue\r\nContent-Length: 1\r\n", "x"),
            gives: "POST / 1.1 keep x"),
        .init(
            "9110 §10.1.1", "in any case", .post("expect: 100-Continue\r\nContent-Length: 1\r\n", "x"),
            gives: "POST / 1.1 keep x"),
        .init("9110 §10.1.1", "without a body", .post("Expect: 100-continue\r\n"), gives: "POST / 1.1 keep "),
        .init(
            "9110 §10.1.1", "the body is missing", .post("Expect: 100-continue\r\nContent-Length: 1\r\n"),
            .incomplete(.body)),
        .init(
            "9110 §10.1.1", "something else", .post("Expect: 200-ok\r\nContent-Length: 1\r\n", "x"),
            .refused(.expectationFailed)),
        .init(
            "9110 §10.1.1", "something else beside", .post("Expect: 100-continue, x=1\r\n"),
            .refused(.expectationFailed)),
        .init(
            "9110 §10.1.1", "something else on a second line", .post("Expect: 100-continue\r\nExpect: x\r\n"),
            .refused(.expectationFailed)),
        .init("9110 §10.1.1", "empty", .post("Expect:\r\n"), .refused(.expectationFailed)),
        .init(
            "9110 §10.1.1", "ignored in 1.0", "POST / HTTP/1.0\r\nExpect: x\r\nContent-Length: 1\r\n\r\nx",
            gives: "POST / 1.0 close x"),
        .init(
            "9110 §10.1.1", "an expectation with a length over the limit",
            .post("Expect: 100-continue\r\nContent-Length: 1025\r\n"), .refused(.bodyTooLarge(limit: 1024))),
    ]
}
