extension ConformanceCase {
    static let chunkedBodies: [ConformanceCase] = [
        .init("9112 §7.1", "one chunk", .chunked("5\r\nhello\r\n0\r\n\r\n"), gives: "POST / 1.1 keep hello"),
        .init("9112 §7.1", "two chunks", .chunked("3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"), gives: "POST / 1.1 keep hello"),
        .init("9112 §7.1", "no chunk", .chunked("0\r\n\r\n"), gives: "POST / 1.1 keep "),
        .init(
            "9112 §7.1", "hexadecimal in small letters", .chunked("a\r\n0123456789\r\n0\r\n\r\n"),
            gives: "POST / 1.1 keep 0123456789"),
        .init(
            "9112 §7.1", "hexadecimal in capitals", .chunked("A\r\n0123456789\r\n0\r\n\r\n"),
            gives: "POST / 1.1 keep 0123456789"),
        .init("9112 §7.1", "leading zeros", .chunked("005\r\nhello\r\n000\r\n\r\n"), gives: "POST / 1.1 keep hello"),
        .init(
            "9112 §7.1", "CR and LF as data", .chunked("4\r\n\r\n\r\n\r\n0\r\n\r\n"), gives: "POST / 1.1 keep \r\n\r\n"),
        .init(
            "9112 §7.1", "a request behind", .chunked("1\r\nx\r\n0\r\n\r\n") + .get(""),
            .accepted(["POST / 1.1 keep x", "GET / 1.1 keep "])),
        .init("9112 §7.1.1", "an extension", .chunked("1;a\r\nx\r\n0;b=c\r\n\r\n"), gives: "POST / 1.1 keep x"),
        .init(
            "9112 §7.1.1", "extensions", .chunked("1;a=1;b=\"2 ;\\\" 3\";c\r\nx\r\n0\r\n\r\n"),
            gives: "POST / 1.1 keep x"),
        .init(
            "9112 §7.1.1", "blanks in an extension", .chunked("1 ; a = b\r\nx\r\n0\r\n\r\n"), gives: "POST / 1.1 keep x"
        ),
        .init("9112 §7.1.1", "an extension without a name", .chunked("1;\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init(
            "9112 §7.1.1", "an extension without a value", .chunked("1;a=\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1.1", "an open quote", .chunked("1;a=\"b\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init(
            "9112 §7.1.1", "a quote that ends in a backslash", .chunked("1;a=\"b\\\"\r\nx\r\n0\r\n\r\n"),
            .refused(.invalidChunk)),
        .init(
            "9112 §7.1.1", "a word behind a quote", .chunked("1;a=\"b\"c\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1.1", "no token", .chunked("1;a@b\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1.1", "a comma for the semicolon", .chunked("1,a\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1.1", "NUL in an extension", .chunked("1;a\0\r\nx\r\n0\r\n\r\n"), .refused(.controlCharacter)),
        .init("9112 §7.1.1", "a bare LF in an extension", .chunked("1;a\nx\r\n0\r\n\r\n"), .refused(.bareLineBreak)),
        .init(
            "9112 §7.1.1", "a bare CR in an extension", .chunked("1;a\rb\r\nx\r\n0\r\n\r\n"), .refused(.bareLineBreak)),
        .init("9112 §7.1", "no size", .chunked("\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1", "only an extension", .chunked(";a\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1", "a plus sign", .chunked("+1\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1", "a minus sign", .chunked("-1\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1", "0x", .chunked("0x1\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1", "no hexadecimal digit", .chunked("g\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1", "an underscore", .chunked("1_0\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1", "a blank before the size", .chunked(" 1\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1", "a blank behind the size", .chunked("1 \r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1", "16 digits", .chunked("0000000000000001\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1", "a size of 2^64", .chunked("10000000000000000\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init(
            "9112 §7.1", "a size of 2^60 - 1", .chunked("fffffffffffffff\r\nx\r\n0\r\n\r\n"),
            .refused(.bodyTooLarge(limit: 1024))),
        .init("9110 §15.5.14", "a chunk over the limit", .chunked("401\r\n"), .refused(.bodyTooLarge(limit: 1024))),
        .init(
            "9110 §15.5.14", "a sum over the limit", .chunked("1\r\nx\r\n400\r\n"), .refused(.bodyTooLarge(limit: 1024))
        ),
        .init("9112 §2.2", "a bare LF behind the size", .chunked("1\nx\r\n0\r\n\r\n"), .refused(.bareLineBreak)),
        .init("9112 §2.2", "a bare CR behind the size", .chunked("1\rx\r\n0\r\n\r\n"), .refused(.bareLineBreak)),
        .init("9112 §7.1", "data longer than its size", .chunked("1\r\nxy\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1", "data shorter than its size", .chunked("2\r\nx\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1", "a letter for the CR", .chunked("1\r\nxy\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1", "a letter for the LF", .chunked("1\r\nx\ry0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1", "a bare LF behind the data", .chunked("1\r\nx\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §7.1", "a bare CR behind the data", .chunked("1\r\nx\r0\r\n\r\n"), .refused(.invalidChunk)),
        .init(
            "9112 §7.1", "an empty line behind the data", .chunked("1\r\nx\r\n\r\n0\r\n\r\n"), .refused(.invalidChunk)),
        .init("9112 §8", "no last chunk", .chunked("1\r\nx\r\n"), .incomplete(.body)),
        .init("9112 §8", "no empty line at the end", .chunked("1\r\nx\r\n0\r\n"), .incomplete(.body)),
    ]

    static let trailers: [ConformanceCase] = [
        .init("9112 §7.1.2", "trailers are dropped", .chunked("0\r\nX: 1\r\nY: 2\r\n\r\n"), gives: "POST / 1.1 keep "),
        .init(
            "9110 §6.5.1", "a length in a trailer means nothing", .chunked("0\r\nContent-Length: 9\r\n\r\n"),
            gives: "POST / 1.1 keep "),
        .init(
            "9110 §6.5.1", "close in a trailer means nothing", .chunked("0\r\nConnection: close\r\n\r\n"),
            gives: "POST / 1.1 keep "),
        .init(
            "9110 §6.5.1", "a Host in a trailer means nothing", .chunked("0\r\nHost: b c\r\n\r\n"),
            gives: "POST / 1.1 keep "),
        .init(
            "9112 §7.1.2", "a request behind trailers", .chunked("0\r\nX: 1\r\n\r\n") + .get(""),
            .accepted(["POST / 1.1 keep ", "GET / 1.1 keep "])),
        .init(
            "9112 §7.1.2", "no colon: the next request is no trailer", .chunked("0\r\nGET / HTTP/1.1\r\n\r\n"),
            .refused(.invalidHeader)),
        .init(
            "9112 §5.1", "a blank before the colon of a trailer", .chunked("0\r\nX : 1\r\n\r\n"),
            .refused(.spaceBeforeColon)),
        .init("9112 §5.2", "a folded trailer", .chunked("0\r\nX: 1\r\n 2\r\n\r\n"), .refused(.foldedHeader)),
        .init("9112 §2.2", "a bare LF", .chunked("0\r\nX: 1\n\r\n"), .refused(.bareLineBreak)),
        .init("9112 §2.2", "a bare LF at the end", .chunked("0\r\n\n"), .refused(.bareLineBreak)),
        .init("9112 §2.2", "a bare CR at the end", .chunked("0\r\n\rX"), .refused(.bareLineBreak)),
        .init("9110 §5.5", "NUL in a trailer", .chunked("0\r\nX: \0\r\n\r\n"), .refused(.controlCharacter)),
        .init("9112 §7.1.2", "no end", .chunked("0\r\nX: 1\r\n"), .incomplete(.body)),
    ]
}
