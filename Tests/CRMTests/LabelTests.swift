import Testing

@testable import CRM

/// Values as people read them, in one line.
@Suite struct LabelTests {
    @Test(arguments: [
        ("Toyota Camry", "Toyota Camry"), ("  Toyota  Camry ", "Toyota  Camry"), ("a", "a"),
        ("Zürich", "Zürich"), ("\u{A0}Zürich\u{3000}", "Zürich"), ("a\tb\nc", "a b c"), ("\r\na\u{7F}b\u{85}", "a b"),
        ("a\u{9B}b", "a b"), ("~!\"\\", "~!\"\\"),
    ])
    func `a label is one line without blanks at its ends`(_ text: String, _ label: String) {
        #expect(BusinessData.label(text) == label)
    }

    @Test(arguments: ["", " ", "   ", "\n", "\u{A0}\u{3000}", " \u{7F} "])
    func `nothing is left of blanks`(_ text: String) {
        #expect(BusinessData.label(text) == nil)
    }

    @Test(arguments: ["x", "é", "👩‍🚀"])
    func `a label has at most 200 characters`(_ character: String) {
        let longest = String(repeating: character, count: BusinessData.maxLabel)
        #expect(BusinessData.label(longest) == longest)
        #expect(BusinessData.label(longest + character) == longest)
        #expect(BusinessData.label("  " + longest + character + "  ") == longest)
    }

    @Test(arguments: LeadStatus.allCases)
    func `the slug of a status is what the scripts derive from its name`(status: LeadStatus) {
        let words = status.rawValue.lowercased().split { !$0.isLetter && !$0.isNumber }
        #expect(status.slug == words.joined(separator: "_"))
        #expect(LeadStatus(named: status.slug) == status && LeadStatus(named: status.rawValue.uppercased()) == status)
    }
}
