import TestSupport
import Testing

@testable import Text

@Suite struct JSONGrammarTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "1", "-1", "10", "1.5", "-0.0", "1e5", "1E+5", "1e-5", "0e0", "0.5E1",
        "1e999999",
        #""""#, #""a""#, #""\"\\\/\b\f\n\r\t""#, #""\u0000\u00e9\uFFFF""#, #""\ud83d\ude00""#,
        #""\uD800\uDC00\udbff\udfff""#,
        "\"\u{7F}é€😀\u{2028}\"", "[]", "[ ]", "{}", "{ }", "[1]", "[1,2]", "[[],{}]", #"{"":0}"#, #"{"a":1,"a":2}"#,
        " \t\r\n1 \t\r\n", #" { "a" : [ 1 , true ] , "b" : { } } "#, #"["a b","12345678","1234567","123456789"]"#,
        "\"\u{10FFFF}\u{FFFE}\u{0080}\u{07FF}\u{0800}\u{D7FF}\u{E000}\u{10000}\"",
    ])
    func `what RFC 8259 allows is read`(_ text: String) {
        #expect(jsonError(text) == nil)
    }

    @Test(arguments: [
        ("", JSONError.unexpectedEnd(offset: 0)), (" ", .unexpectedEnd(offset: 1)), ("[", .unexpectedEnd(offset: 1)),
        ("[1", .unexpectedEnd(offset: 2)), ("[1,", .unexpectedEnd(offset: 3)), ("{", .unexpectedEnd(offset: 1)),
        (#"{"a""#, .unexpectedEnd(offset: 4)), (#"{"a":"#, .unexpectedEnd(offset: 5)),
        (#"""#, .unexpectedEnd(offset: 1)),
        (#""\"#, .unexpectedEnd(offset: 2)), (#""\u12"#, .unexpectedEnd(offset: 5)), ("tru", .unexpectedEnd(offset: 3)),
        (#""\ud800"#, .unexpectedEnd(offset: 7)), (#""\ud800\"#, .unexpectedEnd(offset: 8)),
        ("-", .unexpectedEnd(offset: 1)), ("1.", .unexpectedEnd(offset: 2)), ("1e", .unexpectedEnd(offset: 2)),
        ("[1,]", .unexpectedByte(UInt8(ascii: "]"), offset: 3)),
        ("[,1]", .unexpectedByte(UInt8(ascii: ","), offset: 1)),
        ("[1 2]", .unexpectedByte(UInt8(ascii: "2"), offset: 3)),
        ("[1}", .unexpectedByte(UInt8(ascii: "}"), offset: 2)),
        (#"{"a":1,}"#, .unexpectedByte(UInt8(ascii: "}"), offset: 7)),
        ("{a:1}", .unexpectedByte(UInt8(ascii: "a"), offset: 1)),
        (#"{"a" 1}"#, .unexpectedByte(UInt8(ascii: "1"), offset: 5)),
        ("{1:1}", .unexpectedByte(UInt8(ascii: "1"), offset: 1)),
        (#"{"a":1 "b":2}"#, .unexpectedByte(UInt8(ascii: "\""), offset: 7)),
        ("'a'", .unexpectedByte(UInt8(ascii: "'"), offset: 0)),
        ("True", .unexpectedByte(UInt8(ascii: "T"), offset: 0)),
        ("nul!", .unexpectedByte(UInt8(ascii: "!"), offset: 3)),
        ("NaN", .unexpectedByte(UInt8(ascii: "N"), offset: 0)), ("+1", .unexpectedByte(UInt8(ascii: "+"), offset: 0)),
        (".5", .unexpectedByte(UInt8(ascii: "."), offset: 0)), ("/**/1", .unexpectedByte(UInt8(ascii: "/"), offset: 0)),
        ("\u{C}1", .unexpectedByte(12, offset: 0)), ("\u{A0}1", .unexpectedByte(0xC2, offset: 0)),
        ("]", .unexpectedByte(UInt8(ascii: "]"), offset: 0)), ("\u{0}", .unexpectedByte(0, offset: 0)),
        ("\u{FEFF}{}", .byteOrderMark),
        ("1 2", .trailingBytes(offset: 2)), ("{}}", .trailingBytes(offset: 2)),
        ("truefalse", .trailingBytes(offset: 4)),
        ("1\u{0}", .trailingBytes(offset: 1)), ("{}\u{FEFF}", .trailingBytes(offset: 2)),
        ("1x", .trailingBytes(offset: 1)),
        ("01", .badNumber(offset: 0)), ("-01", .badNumber(offset: 0)), ("[00]", .badNumber(offset: 1)),
        ("1.e5", .badNumber(offset: 0)), ("1.2.3", .badNumber(offset: 0)), ("-a", .badNumber(offset: 0)),
        ("1e+", .unexpectedEnd(offset: 3)), ("[1e]", .badNumber(offset: 1)), ("0x1", .trailingBytes(offset: 1)),
        ("-Infinity", .badNumber(offset: 0)), ("١", .unexpectedByte(0xD9, offset: 0)),
        (#""\x""#, .badEscape(offset: 1)), (#""\u12g4""#, .badEscape(offset: 1)), (#""\'""#, .badEscape(offset: 1)),
        (#""\U0041""#, .badEscape(offset: 1)), (#""\u 123""#, .badEscape(offset: 1)),
        (#""\u+123""#, .badEscape(offset: 1)),
        (#""\ud800""#, .loneSurrogate(offset: 1)), (#""\udc00""#, .loneSurrogate(offset: 1)),
        (#""\udc00\udc00""#, .loneSurrogate(offset: 1)),
        (#""\ud800\u0041""#, .loneSurrogate(offset: 1)), (#""\ud800\ud800""#, .loneSurrogate(offset: 1)),
        (#""\ud800\n""#, .loneSurrogate(offset: 1)), (#""\ud800x""#, .loneSurrogate(offset: 1)),
        ("\"\n\"", .controlCharacter(offset: 1)), ("\"\u{0}\"", .controlCharacter(offset: 1)),
        ("\"abcdefghij\u{1F}\"", .controlCharacter(offset: 11)), ("{\"a\tb\":1}", .controlCharacter(offset: 3)),
    ])
    func `what RFC 8259 does not allow is refused where it stands`(_ text: String, _ error: JSONError) {
        #expect(jsonError(text) == error)
    }

    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x20], [0xC2, 0xC0], [0xE0, 0x80, 0x80],
            [0xE0, 0x9F, 0xBF], [0xE2, 0x82], [0xE2, 0x82, 0x20], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
            [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        ] as [[UInt8]])
    func `bytes that are not UTF-8 are refused`(_ bytes: [UInt8]) {
        #expect(jsonError([0x22, 0x61] + bytes + [0x22]) == .badUTF8(offset: 2))
        #expect(jsonError([0x22] + bytes) != nil)
        #expect(jsonError(bytes) != nil)
    }

    @Test(arguments: 0..<24)
    func `a special byte is found at every place of a string`(_ place: Int) {
        let plain = [UInt8](repeating: UInt8(ascii: "a"), count: 24)
        for (byte, error) in [
            (0xC0 as UInt8, JSONError.badUTF8(offset: place + 1)), (0x1F, .controlCharacter(offset: place + 1)),
            (0xFF, .badUTF8(offset: place + 1)), (0x22, .trailingBytes(offset: place + 2)),
        ] {
            var text = plain
            text[place] = byte
            #expect(jsonError([0x22] + text + [0x22]) == error)
        }
        var escaped = plain + [UInt8(ascii: "a")]
        escaped[place] = UInt8(ascii: "\\")
        #expect(jsonError([0x22] + escaped + [0x22]) == .badEscape(offset: place + 1))
        for harmless: UInt8 in [0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7F] {
            var text = plain
            text[place] = harmless
            #expect(jsonError([0x22] + text + [0x22]) == nil)
        }
    }

    @Test func `every beginning of a document is refused`() {
        let bytes = Array(sampleEvent.utf8)
        #expect(jsonError(bytes) == nil)
        for length in 0..<bytes.count {
            #expect(jsonError(Array(bytes[..<length])) == .unexpectedEnd(offset: length))
        }
    }

    @Test func `an error says where and what without repeating the document`() {
        #expect(jsonError("{\"a\":x}")?.message == "unexpected 'x' at byte 5")
        #expect(jsonError("[\u{1}]")?.message == "unexpected byte 1 at byte 1")
        #expect(jsonError("\u{FEFF}{}")?.message.contains("byte order mark") == true)
    }
}

@Suite struct JSONLimitTests {
    private func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    @Test func `the deepest nesting passes and one level more is refused`() {
        let limit = JSONDocument.maxDepth
        #expect(jsonError(nested(limit)) == nil)
        #expect(jsonError(nested(limit + 1)) == .tooDeep(offset: limit))
        let objects = String(repeating: #"{"a":"#, count: limit) + "1" + String(repeating: "}", count: limit)
        #expect(jsonError(objects) == nil)
        #expect(jsonError(#"{"a":"# + objects + "}") == .tooDeep(offset: 5 * limit))
    }

    @Test func `100,000 levels are refused like one too many`() {
        #expect(jsonError(nested(100_000)) == .tooDeep(offset: JSONDocument.maxDepth))
        #expect(
            jsonError(String(repeating: #"{"a":"#, count: 100_000)) == .tooDeep(offset: 5 * JSONDocument.maxDepth))
    }

    @Test func `the largest number of values passes and one more is refused`() {
        func list(_ count: Int) -> String { "[" + String(repeating: "0,", count: count - 1) + "0]" }
        let limit = JSONDocument.maxNodes
        #expect(jsonError(list(limit - 1)) == nil)
        #expect(jsonError(list(limit)) == .tooManyValues(offset: 2 * limit - 1))
    }

    @Test func `ten megabytes of digits, spaces or escapes take no more time than their length`() {
        let growth = growth(to: 10_000_000) { length in
            #expect(jsonError([UInt8](repeating: UInt8(ascii: "7"), count: length)) == nil)
            #expect(jsonError([UInt8](repeating: UInt8(ascii: " "), count: length)) == .unexpectedEnd(offset: length))
            #expect(jsonError([0x22] + [UInt8](repeating: UInt8(ascii: "\\"), count: length) + [0x22]) == nil)
        }
        #expect(growth < 40)
    }
}
