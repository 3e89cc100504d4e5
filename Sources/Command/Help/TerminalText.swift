/// Help texts in lines of at most so many columns.
struct TerminalText {
    let columns: Int
    private var lines: [String] = []

    init(_ blocks: [Block], columns: Int) {
        self.columns = columns
        for (index, block) in blocks.enumerated() {
            if index > 0, !Self.isClose(blocks[index - 1]) { lines.append("") }
            add(block)
        }
    }

    /// The whole text.
    var text: String { lines.map { $0 + "\n" }.joined() }

    /// Whether the next block follows without an empty line.
    private static func isClose(_ block: Block) -> Bool { if case .heading = block { true } else { false } }

    private mutating func add(_ block: Block) {
        switch block {
        case .heading(let title): lines += TextLayout.wrap(title + ":", columns)
        case .paragraph(let text): lines += TextLayout.wrap(text, columns, breaksWords: true)
        case .usage(let forms):
            for (index, form) in forms.enumerated() {
                pack(form.parts, after: (index == 0 ? "Usage: " : "       ") + form.command)
            }
        case .terms(let terms): add(terms)
        case .lines(let texts): lines += texts.map { "  " + $0 }
        }
    }

    /// Parts after a beginning, on as few lines as they fit.
    private mutating func pack(_ parts: [String], after beginning: String) {
        let indent = String(repeating: " ", count: min(TextLayout.width(of: beginning) + 1, columns / 4))
        var line = beginning
        for part in parts {
            if TextLayout.width(of: line) + 1 + TextLayout.width(of: part) <= columns {
                line += (line.hasSuffix(" ") ? "" : " ") + part
            } else {
                lines.append(line)
                // One that would not fit even so begins further to the left.
                line = (indent.count + TextLayout.width(of: part) > columns ? "  " : indent) + part
            }
        }
        lines.append(line)
    }

    /// Terms in a column; the texts of those that do not fit begin below them.
    private mutating func add(_ terms: [(term: String, text: String)]) {
        let widest = terms.map { TextLayout.width(of: $0.term) }.max() ?? 0
        let column = min(widest, max(8, columns / 3)) + 4
        for (term, text) in terms {
            let texts = TextLayout.wrap(text, columns - column, breaksWords: true)
            let isBeside = TextLayout.width(of: term) + 4 <= column
            let names = TextLayout.wrap(term, columns - 2, breaksWords: true).map { "  " + $0 }
            if isBeside, let first = texts.first {
                lines.append(TextLayout.column(names.first ?? "", column) + first)
            } else {
                lines += names
            }
            for text in isBeside ? texts.dropFirst() : texts[...] {
                lines.append(String(repeating: " ", count: column) + text)
            }
        }
    }
}
