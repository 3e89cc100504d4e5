import TestSupport
import Testing

@testable import Text

@Suite struct JSONValueTests {
    @Test func `the sample event is read field by field`() throws {
        try withJSON(sampleEvent) { root in
            #expect(root.kind == .object)
            #expect(root.member("event_type")?.string == "booking.completed")
            #expect(root.member("customer")?.member("email")?.string == "john@example.com")
            #expect(root.member("event_data")?.member("total_amount")?.numberText == "450.00")
            #expect(root.member("session")?.member("browser")?.string == "Chrome")
            #expect(root.member("browser") == nil, "a member of a member is not a member")
            #expect(root.members.map(\.name).last == "session")
            #expect(root.member("event")?.string == nil)
        }
    }

    @Test func `the last of repeated names wins, however it is written`() throws {
        try withJSON(#"{"a":1,"\u0061":{"a":5},"b":3}"#) { root in
            #expect(root.member("a")?.member("a")?.numberText == "5")
            #expect(root.members.map(\.name) == ["a", "a", "b"])
        }
    }

    @Test func `values are lent as they were written`() throws {
        try withJSON(#"[ "a\/b" , -1.50e+3 , { "x" : [ ] } , true , null ]"#) { root in
            let texts = root.elements.map { String(decoding: $0.raw, as: UTF8.self) }
            #expect(texts == [#""a\/b""#, "-1.50e+3", #"{ "x" : [ ] }"#, "true", "null"])
            #expect(root.elements.map(\.kind) == [.string, .number, .object, .true, .null])
            #expect(root.elements.map(\.bool) == [nil, nil, nil, true, nil])
        }
    }

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"),
        (#""\ud83d\ude00!""#, "😀!"),
        (#""a\u0000b""#, "a\u{0}b"), (#""""#, ""), (#""\udbff\udfff\uffff""#, "\u{10FFFF}\u{FFFF}"), (#""é\n""#, "é\n"),
    ])
    func `escapes stand for their characters`(_ text: String, _ plain: String) throws {
        try withJSON(text) { #expect($0.string == plain) }
    }

    @Test func `a value of another kind answers nil`() throws {
        for text in ["1", "true", "null", "[]", "{}"] {
            try withJSON(text) { #expect($0.string == nil) }
        }
        for text in [#""1""#, "true", "null", "[1]", "{}"] {
            try withJSON(text) { value in
                #expect(value.numberText == nil)
                #expect(value.member("a") == nil)
            }
        }
        try withJSON("[1]") { #expect(Array($0.members).isEmpty) }
        try withJSON(#"{"a":1}"#) { #expect(Array($0.elements).isEmpty) }
    }

    @Test(arguments: [
        ("null", true), (#""""#, true), (#"" ""#, true), (#""\n\t""#, true), (#""\u00a0""#, true),
        ("\"\u{3000}\"", true),
        (#""a""#, false), (#""é""#, false), ("0", false), ("false", false), ("{}", false), (#"" a""#, false),
    ])
    func `blank is null, and a string of white space`(_ text: String, _ isBlank: Bool) throws {
        try withJSON(text) { #expect($0.isBlank == isBlank) }
    }
}

@Suite struct JSONTextTests {
    private func written(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.appendJSON(text)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("", #""""#), ("plain é 😀", #""plain é 😀""#), ("\"", #""\"""#), ("\\", #""\\""#), ("a\nb", #""a\nb""#),
        ("\u{8}\t\u{C}\r", #""\b\t\f\r""#), ("\u{0}\u{1F}\u{7F}", "\"\\u0000\\u001f\u{7F}\""), ("/", #""/""#),
        ("\u{2028}", "\"\u{2028}\""), ("\"a\"", #""\"a\"""#),
    ])
    func `a string is written with the escapes that it needs and no others`(_ text: String, _ json: String) {
        #expect(written(text) == json)
    }

    @Test func `every character comes back from writing and reading`() throws {
        for value in Array(0...0x2100) + [0xD7FF, 0xE000, 0xFEFF, 0xFFFF, 0x10000, 0x10FFFF] {
            guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
            let text = "a\(Character(scalar))"
            try withJSON(written(text)) {
                #expect($0.string?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
            }
        }
    }
}
