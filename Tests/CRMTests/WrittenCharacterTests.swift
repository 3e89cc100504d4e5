import Testing

@testable import CRM

/// Digits of all scripts, and what stands between them in any writing.
@Suite struct WrittenCharacterTests {
    private static let scalars = (0...0x10FFFF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init)

    @Test func `the digits of all scripts are those of Unicode`() {
        for scalar in Self.scalars where scalar.properties.numericType == .decimal {
            let value = scalar.properties.numericValue.map { UInt8($0) }
            #expect(DecimalDigit.value(of: scalar.value) == value, "U+\(String(scalar.value, radix: 16))")
            let lead = scalar.utf8[scalar.utf8.startIndex]
            #expect(lead < 0x80 || DecimalDigit.mayStart(with: lead), "U+\(String(scalar.value, radix: 16))")
        }
    }

    @Test func `nothing else is a digit`() {
        // Those that Unicode has added since the library's version are not assigned there.
        let others = Self.scalars.filter { scalar in
            let category = scalar.properties.generalCategory
            return scalar.properties.numericType != .decimal && category != .unassigned
                && DecimalDigit.value(of: scalar.value) != nil
        }
        #expect(others.isEmpty)
    }

    @Test func `a card number is found in the digits of each script`() {
        let zeros = Self.scalars.filter { DecimalDigit.value(of: $0.value) == 0 }
        #expect(zeros.count > 60)
        for zero in zeros {
            let card = "4111111111111111".unicodeScalars.compactMap { Unicode.Scalar(zero.value + $0.value - 0x30) }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: card)
            #expect(Masking.text("x \(String(text)) y") == "x [card] y", "U+\(String(zero.value, radix: 16))")
            #expect(Masking.text("x \(String(text.dropLast())) y") == "x \(String(text.dropLast())) y")
        }
    }

    /// What may separate groups, plainly.
    private static let separators = [
        " ", "\t", "\n", "\r", "-", ".", "_", ",", "|", "\u{A0}", "\u{AD}", "\u{B7}", "\u{2009}", "\u{200B}",
        "\u{2011}",
        "\u{2014}", "\u{2022}", "\u{202F}", "\u{205F}", "\u{2060}", "\u{2212}", "\u{3000}", "\u{FEFF}", "\u{FF0C}",
        "\u{FF0D}",
    ]

    @Test(arguments: separators)
    func `a separator is one however it is written`(separator: String) {
        let scalar = separator.unicodeScalars.first?.value ?? 0
        func hex(_ width: Int) -> String {
            let text = String(scalar, radix: 16)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let percent = separator.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let written = [
            separator, percent, percent.uppercased(), percent.replacing("%", with: "%25"), "&#\(scalar);",
            "&#x\(hex(1));", "&#X\(hex(4).uppercased());", "&amp;#\(scalar);", "\\u\(hex(4))", "\\\\u\(hex(4))",
            "\\\\\\u\(hex(4).uppercased())",
        ]
        for one in written {
            for between in [one, one + one + one, one + "-" + one] {
                let card = ["4111", "1111", "1111", "1111"].joined(separator: between)
                #expect(Masking.text("x \(card) y") == "x [card] y", "\(card)")
                #expect(Masking.text("x\(one)\(card)\(one)y") == "x\(one)[card]\(one)y", "\(card)")
            }
            let far = ["4111", "1111", "1111", "1111"].joined(separator: one + one + one + one)
            #expect(Masking.text(far) == far)
        }
    }

    @Test(arguments: [
        "&nbsp;", "&nbsp", "&NBSP;", "&ensp;", "&thinsp;", "&shy;", "&ndash;", "&mdash;", "&minus;", "&comma;",
        "&period;", "&vert;", "&lowbar;", "&Tab;", "&NewLine;", "&amp;nbsp;", "&amp;amp;nbsp;", "%A0", "\\n", "\\r\\n",
        "\\t", "\\xa0", "+", "/", "%2B", "%2f", "\\/", "&plus;", "&sol;", "%09", "%C2%A0", "%2E", "%2D", "%2C", "%7C",
        ", ", " | ", "\u{060C}",
    ])
    func `groups may be apart by what forms, pages and programs write`(separator: String) {
        let card = ["3782", "822463", "10005"].joined(separator: separator)
        #expect(Masking.text("x \(card) y") == "x [card] y")
    }

    @Test(arguments: [
        "%21", "%4", "%", "%%20", "&", "&lt;", "&nbspx;", "&#;", "&#x;", "&#160", "&#0000000160;", "\\", "\\u00a",
        "\\q", "x", ":", "++", "%2B%2B", "%2F%2F", "%252525252D", "&amp;amp;amp;nbsp;",
    ])
    func `other signs between the groups leave them apart`(separator: String) {
        let card = ["3782", "822463", "10005"].joined(separator: separator)
        #expect(Masking.text("x \(card) y") == "x \(card) y")
    }

    @Test(arguments: [
        ("card%20378282246310005", "card%20[card]"), ("card%2D378282246310005%20", "card%2D[card]%20"),
        ("card%21378282246310005", "card%21[card]"), ("100%378282246310005", "100%[card]"),
        ("100%4111111111111111", "100%[card]"), ("a&nbsp;378282246310005", "a&nbsp;[card]"),
        ("a&#160;378282246310005&#160;b", "a&#160;[card]&#160;b"), ("a\\u00a0378282246310005", "a\\u00a0[card]"),
        ("%C2%A0378282246310005", "%C2%A0[card]"), ("4111|1111|1111|1111|12|27", "[card]|12|27"),
        ("4111111111111111|12|2027|123", "[card]|12|2027|123"), ("1,2,4111111111111111,3", "1,2,[card],3"),
    ])
    func `the signs around a card number stay`(text: String, masked: String) {
        #expect(Masking.text(text) == masked)
    }

    @Test(arguments: [
        ("card+378282246310005", "card+[card]"), ("my+card+378282246310005+please", "my+card+[card]+please"),
        ("card%3A+378282246310005", "card%3A+[card]"), ("12+378282246310005", "12+[card]"),
        ("card++378282246310005", "card++[card]"), ("card%2B378282246310005", "card%2B[card]"),
        ("+378282246310005", "+378282246310005"), ("call +378282246310005", "call +378282246310005"),
        ("tel:+378282246310005", "tel:+378282246310005"), ("(+378282246310005)", "(+378282246310005)"),
        ("tel%3A%2B378282246310005", "tel%3A%2B378282246310005"),
        ("call+%2B378282246310005", "call+%2B378282246310005"),
        ("电话+378282246310005", "电话+378282246310005"),
    ])
    func `a plus begins a phone number only where a word may begin`(text: String, masked: String) {
        #expect(Masking.text(text) == masked)
    }

    @Test func `in a field of a phone number any plus begins one`() throws {
        #expect(Masking.phone("card+378282246310005") == "card+378282246310005")
        #expect(try kept(#"{"phone":"tel+378282246310005"}"#) == #"{"phone":"tel+378282246310005"}"#)
    }
}
