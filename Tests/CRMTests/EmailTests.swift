import TestSupport
import Testing

@testable import CRM

@Suite struct EmailTests {
    @Test(arguments: [
        ("john@example.com", "john@example.com"), (" John@Example.COM\n", "john@example.com"), ("a@b.c", "a@b.c"),
        ("first.last+tag@sub.example.co.uk", "first.last+tag@sub.example.co.uk"),
        ("o'brien@example.ie", "o'brien@example.ie"),
        ("!#$%&*+/=?^_`{|}~-@example.com", "!#$%&*+/=?^_`{|}~-@example.com"),
        ("a..b.@example.com", "a..b.@example.com"),
        ("MÜLLER@BÜCHER.DE", "müller@bücher.de"), ("用户@例子.中国", "用户@例子.中国"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ("a@1.example", "a@1.example"), ("\u{A0}a@b.de\u{3000}", "a@b.de"), ("123@456.de", "123@456.de"),
    ])
    func `an address is trimmed and lower-cased`(_ text: String, _ email: String) {
        #expect(Email(text)?.text == email)
    }

    @Test(arguments: [
        "", " ", "john", "@", "john@", "@example.com", "john@example", "john@@example.com", "a@b@c.de", "john@.com",
        "john@example.",
        "john@example..com", "john@-example.com", "john@example-.com", "john@exa_mple.com", "john@[127.0.0.1]",
        "john@127.0.0.1",
        "jo hn@example.com", "john@exam ple.com", "john\t@example.com", "john\n@example.com", "jo\u{0}hn@example.com",
        "jo\u{7F}hn@example.com",
        "\"john\"@example.com", "<john@example.com>", "John <john@example.com>", "john@example.com,", "a@b.de,c@d.de",
        "a;b@c.de", "a:b@c.de",
        "a(b)@c.de", "a\\b@c.de", "a[b@c.de", "john@example.com/", "john@example.com?x", "john@exam!ple.com",
        "jo\u{200B}hn@example.com",
        "jo\u{202E}hn@example.com", "jo\u{A0}hn@example.com", "😀@example.com", "john@😀.com", "john＠example.com",
        "john@example。com",
        "undefined", "null", "john@\u{212A}.com", "\u{212A}ate@example.com",
    ])
    func `what is no address is refused`(_ text: String) {
        #expect(Email(text) == nil)
    }

    @Test func `the longest address, local part and label pass and one more is refused`() {
        func domain(_ length: Int) -> String {
            let label = String(repeating: "a", count: 63)
            let long = [label, label, label, label].joined(separator: ".")
            return long.prefix(length - 3) + ".de"
        }
        let local = String(repeating: "b", count: Email.maxLocalLength)
        #expect(Email(local + "@example.com") != nil)
        #expect(Email(local + "b@example.com") == nil)
        #expect(Email("a@" + String(repeating: "c", count: 63) + ".de") != nil)
        #expect(Email("a@" + String(repeating: "c", count: 64) + ".de") == nil)
        #expect(Email(local + "@" + domain(Email.maxLength - 65)) != nil)
        #expect(Email(local + "@" + domain(Email.maxLength - 64)) == nil)
    }

    @Test func `text that grows in lower case stays within the limit`() {
        // U+0130 has two bytes, its lower case three.
        let local = String(repeating: "\u{130}", count: 32)
        #expect(Email(local + "@example.com") == nil)
        #expect(Email(String(repeating: "\u{130}", count: 21) + "@example.com")?.text.utf8.count == 63 + 12)
        let label = String(repeating: "\u{130}", count: 21)
        func address(_ length: Int) -> String {
            String(repeating: "a", count: length - 195) + "@\(label).\(label).\(label).de"
        }
        #expect(Email(address(254))?.text.utf8.count == 254)
        #expect(Email(address(255)) == nil)
    }
}

@Suite struct IDTests {
    @Test(arguments: [
        (#""user123""#, "user123"), (#"" user123 ""#, "user123"), ("42", "42"),
        ("9007199254740993", "9007199254740993"), (#""42""#, "42"),
        (#""ü 😀""#, "ü 😀"), ("0", "0"), (#""""#, nil), (#"" ""#, nil), ("null", nil), ("true", nil), ("[]", nil),
        ("{}", nil), ("-1", nil),
        ("1.0", nil), ("1e3", nil), (#""a\u0000b""#, nil), (#""a\nb""#, nil), (#""a\u007fb""#, nil),
        (#""a\u0085b""#, nil), (#""a\u2028b""#, nil),
    ])
    func `a customer id is a trimmed text or a whole number`(_ json: String, _ id: String?) throws {
        try withJSON(json) { #expect(CustomerID(json: $0)?.text == id) }
    }

    @Test(arguments: [
        (#""evt-1""#, "evt-1"), (#"" evt ""#, " evt "), ("17", "17"), (#""""#, nil), (#""  ""#, nil), ("null", nil),
        ("1.5", nil), (#""a\tb""#, nil),
    ])
    func `an event id is kept as it was sent`(_ json: String, _ id: String?) throws {
        try withJSON(json) { #expect(EventID(json: $0)?.text == id) }
    }

    @Test(arguments: ["x", "ü", "😀", "\u{301}"])
    func `the longest id passes and one character more is refused`(_ character: String) {
        let longest = String(repeating: character, count: 128)
        #expect(CustomerID(longest) != nil)
        #expect(CustomerID(longest + character) == nil)
        #expect(EventID(longest) != nil)
        #expect(EventID(longest + character) == nil)
    }

    @Test func `the longest number passes as an id and one digit more is refused`() throws {
        let longest = String(repeating: "7", count: 128)
        try withJSON(longest) { #expect(CustomerID(json: $0)?.text == longest) }
        try withJSON(longest + "7") { #expect(CustomerID(json: $0) == nil) }
    }
}
