extension ConformanceCase {
    private static func length(_ value: String, _ body: String = "") -> String {
        .post("Content-Length: \(value)\r\n", body)
    }

    private static func coding(_ value: String, _ body: String = "0\r\n\r\n") -> String {
        .post("Transfer-Encoding: \(value)\r\n", body)
    }

    static let contentLength: [ConformanceCase] = [
        .init("9112 §6.2", "a body", length("5", "hello"), gives: "POST / 1.1 keep hello"),
        .init("9112 §6.2", "no bytes", length("0"), gives: "POST / 1.1 keep "),
        .init("9110 §8.6", "leading zeros", length("005", "hello"), gives: "POST / 1.1 keep hello"),
        .init("9110 §5.5", "blanks around the number", length(" \t5 \t", "hello"), gives: "POST / 1.1 keep hello"),
        .init("9110 §9.3.1", "a GET with a body", .get("Content-Length: 1\r\n") + "x", gives: "GET / 1.1 keep x"),
        .init(
            "9112 §6.3", "neither length nor coding: no body", .post("") + .get(""),
            .accepted(["POST / 1.1 keep ", "GET / 1.1 keep "])),
        .init("9112 §6.2", "CR, LF and NUL in a body", length("3", "\r\n\0"), gives: "POST / 1.1 keep \r\n\0"),
        .init("9112 §6.2", "a body not all there", length("5", "hell"), .incomplete(.body)),
        .init("9110 §8.6", "empty", length(""), .refused(.invalidContentLength)),
        .init("9110 §8.6", "a plus sign", length("+5", "hello"), .refused(.invalidContentLength)),
        .init("9110 §8.6", "a minus sign", length("-5", "hello"), .refused(.invalidContentLength)),
        .init("9110 §8.6", "minus zero", length("-0"), .refused(.invalidContentLength)),
        .init("9110 §8.6", "hexadecimal", length("0x5", "hello"), .refused(.invalidContentLength)),
        .init("9110 §8.6", "a letter", length("5a", "hello"), .refused(.invalidContentLength)),
        .init("9110 §8.6", "a fraction", length("5.0", "hello"), .refused(.invalidContentLength)),
        .init("9110 §8.6", "an exponent", length("1e1", "hello"), .refused(.invalidContentLength)),
        .init("9110 §8.6", "an underscore", length("1_0", "hello"), .refused(.invalidContentLength)),
        .init("9110 §8.6", "two numbers", length("5 6", "hello"), .refused(.invalidContentLength)),
        .init("9110 §8.6", "a quoted number", length("\"5\"", "hello"), .refused(.invalidContentLength)),
        .init(
            "9110 §8.6", "a full-width digit", length("\u{ef}\u{bc}\u{95}", "hello"), .refused(.invalidContentLength)),
        .init("9110 §8.6", "NUL behind the number", length("5\0", "hello"), .refused(.controlCharacter)),
        .init("9110 §8.6", "2^63 - 1", length("9223372036854775807"), .refused(.invalidContentLength)),
        .init("9110 §8.6", "2^64", length("18446744073709551616"), .refused(.invalidContentLength)),
        .init("9110 §8.6", "2^64 + 5", length("18446744073709551621", "hello"), .refused(.invalidContentLength)),
        .init(
            "9110 §8.6", "40 digits", length("5000000000000000000000000000000000000000"),
            .refused(.invalidContentLength)),
        .init("9110 §8.6", "a list of equal numbers", length("5, 5", "hello"), .refused(.invalidContentLength)),
        .init("9110 §8.6", "a list without blanks", length("5,5", "hello"), .refused(.invalidContentLength)),
        .init("9112 §6.3", "a list of different numbers", length("5, 6", "hello"), .refused(.invalidContentLength)),
        .init(
            "9112 §6.3", "twice and equal", .post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"),
            .refused(.repeatedContentLength)),
        .init(
            "9112 §6.3", "twice and different", .post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"),
            .refused(.repeatedContentLength)),
        .init(
            "9112 §6.3", "twice in other case", .post("Content-Length: 5\r\ncontent-length: 5\r\n", "hello"),
            .refused(.repeatedContentLength)),
        .init("9110 §15.5.14", "a length over the limit", length("1025"), .refused(.bodyTooLarge(limit: 1024))),
        .init(
            "9112 §6.3", "in HTTP/1.0", "POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello",
            gives: "POST / 1.0 close hello"),
    ]

    static let transferEncoding: [ConformanceCase] = [
        .init("9112 §6.1", "chunked", coding("chunked"), gives: "POST / 1.1 keep "),
        .init("9112 §7", "chunked in capitals", coding("CHUNKED"), gives: "POST / 1.1 keep "),
        .init("9110 §5.5", "blanks around chunked", coding(" \tchunked\t "), gives: "POST / 1.1 keep "),
        .init(
            "9112 §6.3", "with a length behind",
            .post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), .refused(.ambiguousLength)),
        .init(
            "9112 §6.3", "with a length before",
            .post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), .refused(.ambiguousLength)),
        .init(
            "9112 §6.3", "an unknown coding with a length", .post("Content-Length: 1\r\nTransfer-Encoding: x\r\n", "x"),
            .refused(.ambiguousLength)),
        .init(
            "9112 §6.1", "in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            .refused(.transferEncodingInOldVersion)),
        .init("9112 §6.1", "gzip before chunked", coding("gzip, chunked"), .refused(.unsupportedTransferEncoding)),
        .init(
            "9112 §6.1", "gzip before chunked on two lines",
            .post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), .refused(.unsupportedTransferEncoding)),
        .init(
            "9112 §7.4", "identity before chunked", coding("identity, chunked"), .refused(.unsupportedTransferEncoding)),
        .init("9112 §6.3", "only gzip", coding("gzip"), .refused(.invalidTransferEncoding)),
        .init("9112 §6.3", "only identity", coding("identity"), .refused(.invalidTransferEncoding)),
        .init("9112 §6.3", "gzip behind chunked", coding("chunked, gzip"), .refused(.invalidTransferEncoding)),
        .init(
            "9112 §6.3", "gzip behind chunked on two lines",
            .post("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n"), .refused(.invalidTransferEncoding)),
        .init("9112 §6.1", "chunked twice", coding("chunked, chunked"), .refused(.invalidTransferEncoding)),
        .init(
            "9112 §6.1", "chunked twice on two lines",
            .post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), .refused(.invalidTransferEncoding)),
        .init("9112 §7", "chunked with a parameter", coding("chunked;q=1"), .refused(.invalidTransferEncoding)),
        .init("9112 §6.1", "chunked in quotes", coding("\"chunked\""), .refused(.invalidTransferEncoding)),
        .init("9112 §6.1", "a longer word", coding("xchunked"), .refused(.invalidTransferEncoding)),
        .init("9112 §6.1", "a shorter word", coding("chunke"), .refused(.invalidTransferEncoding)),
        .init("9112 §6.1", "two words", coding("chunked x"), .refused(.invalidTransferEncoding)),
        .init("9112 §6.1", "a comma behind", coding("chunked,"), .refused(.invalidTransferEncoding)),
        .init("9112 §6.1", "a comma and a blank behind", coding("chunked, "), .refused(.invalidTransferEncoding)),
        .init("9112 §6.1", "a comma before", coding(",chunked"), .refused(.invalidTransferEncoding)),
        .init("9112 §6.1", "empty", coding(""), .refused(.invalidTransferEncoding)),
        .init("9112 §6.1", "only a comma", coding(","), .refused(.invalidTransferEncoding)),
        .init("9110 §5.5", "VT before chunked", coding("\u{b}chunked"), .refused(.controlCharacter)),
        .init("9110 §5.5", "NBSP before chunked", coding("\u{a0}chunked"), .refused(.invalidTransferEncoding)),
        .init(
            "9112 §5.1", "a coding with a blank before the colon",
            .post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), .refused(.spaceBeforeColon)),
        .init(
            "9110 §5.1", "an underscore in the name is another field", .post("Transfer_Encoding: chunked\r\n"),
            gives: "POST / 1.1 keep "),
    ]
}
