/// Text in the macros of groff_man(7).
struct Roff {
    private(set) var text = ""

    mutating func title(_ name: String, section: Int, source: String, manual: String) {
        line(".TH \(name) \(section) \"\" \"\(Self.escaped(source))\" \"\(manual)\"")
        // Neither hyphens nor stretched lines: commands must stay as they are typed.
        line(".nr HY 0\n.ad l")
    }

    mutating func section(_ title: String) { line(".SH \"\(title)\"") }
    mutating func subsection(_ title: String) { line(".SS \"\(Self.escaped(title))\"") }

    mutating func paragraph(_ text: String) { line(".PP\n" + Self.escaped(text)) }

    mutating func synopsis(_ command: String, _ parts: [String]) {
        line(".SY \"\(Self.escaped(command))\"")
        // A space that is not broken: an option stays with its value.
        if !parts.isEmpty { line(parts.map { Self.escaped($0).replacing(" ", with: "\\ ") }.joined(separator: "\n")) }
        line(".YS")
    }

    /// A term and its explanation.
    mutating func term(_ term: String, _ text: String) {
        line(".TP\n.B \"\(Self.quoted(term))\"\n" + Self.escaped(text))
    }

    /// One more paragraph of the explanation before.
    mutating func more(_ text: String) { line(".IP\n" + Self.escaped(text)) }

    /// What `body` adds, further to the right.
    mutating func indented(_ body: (inout Roff) -> Void) {
        line(".RS")
        body(&self)
        line(".RE")
    }

    mutating func example(_ lines: [String]) {
        line(".EX\n" + lines.map(Self.escaped).joined(separator: "\n") + "\n.EE")
    }

    /// A line that is roff already.
    mutating func line(_ line: String) { text += line + "\n" }

    /// Text in which nothing is a request or an escape.
    static func escaped(_ text: String) -> String {
        let plain = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" + plain : plain
    }

    private static func quoted(_ text: String) -> String { escaped(text).replacing("\"", with: "\\(dq") }
}
