/// Standard output, for a person at a terminal or a program after a pipe.
///
/// Text from events may hold escape sequences that would move the cursor or worse, or reverse the direction of the text
/// around it, so no such character passes.
final class Screen {
    enum Colour: String { case bold = "1", red = "31", green = "32", yellow = "33", grey = "90" }

    /// A part of a line, its colour, and the columns that it takes at least where another part follows.
    struct Part {
        let text: String
        let colour: Colour?
        let columns: Int

        init(_ text: String, _ colour: Colour? = nil, columns: Int = 0) {
            (self.text, self.colour, self.columns) = (text, colour, columns)
        }
    }

    let terminal: Terminal
    private let output = Output()

    init(_ environment: [String: String]) { terminal = Terminal(environment) }

    /// Columns of a line.
    var width: Int { terminal.width }
    /// The characters for figures.
    var glyphs: Glyphs { terminal.glyphs }

    /// Writes a line that is short at any width.
    func line(_ text: String = "") { output.write(Array(text.utf8) + [10]) }

    /// Writes text in lines that fit.
    func text(_ text: String, indent: Int = 0, _ colour: Colour? = nil) {
        let room = max(1, width - indent)
        for line in TextLayout.wrap(plain(text), room, breaksWords: true) {
            self.line(String(repeating: " ", count: indent) + paint(line, colour))
        }
    }

    /// Writes a title and a text after it, which may take several lines.
    func row(_ title: String, _ text: String, titleWidth: Int, _ colour: Colour? = nil) {
        let text = plain(text)
        let longest = text.split(separator: " ").map { TextLayout.width(of: $0.description) }.max() ?? 0
        // Below its title an id is still whole where it would be broken beside it.
        guard longest < width - titleWidth || longest > width - 2 || title.isEmpty else {
            self.line(paint(title, .grey))
            return self.text(text, indent: 2, colour)
        }
        let lines = TextLayout.wrap(text, max(1, width - titleWidth - 1), breaksWords: true)
        for (index, line) in (lines.isEmpty ? [""] : lines).enumerated() {
            let head = paint(TextLayout.column(index == 0 ? title : "", titleWidth), .grey)
            self.line(line.isEmpty ? head : head + " " + paint(line, colour))
        }
    }

    /// Writes parts on one line, two spaces apart, as far as they fit, and the others on lines below.
    func parts(_ parts: [Part], indent: Int = 8) {
        var line = ""
        // Columns that are used, and those that the next part has to leave free to be in its place.
        var (used, gap) = (0, 0)
        func end() {
            if used > 0 { self.line(line) }
            (line, used, gap) = (String(repeating: " ", count: indent), 0, 0)
        }
        var room = width
        for part in parts {
            let text = plain(part.text)
            guard !text.isEmpty else { continue }
            let size = TextLayout.width(of: text)
            if used > 0, used + gap + size > room { end() }
            // All lines but the first are indented, those of a part that takes several lines too.
            if line.hasPrefix(" ") || size > room { room = max(1, width - indent) }
            for piece in size > room ? TextLayout.wrap(text, room, breaksWords: true) : [text] {
                if size > room, used > 0 { end() }
                line += String(repeating: " ", count: gap) + paint(piece, part.colour)
                used += gap + TextLayout.width(of: piece)
            }
            gap = 2 + max(0, part.columns - size)
        }
        end()
    }

    /// Writes JSON, which is for programs, and a line end.
    func json(_ json: [UInt8]) {
        piece(json)
        output.write([10])
    }

    /// Writes a part of a JSON text: whole characters. What a terminal would obey is escaped, which changes no value.
    func piece(_ json: [UInt8]) {
        // What is plain ASCII needs no closer look, and most is.
        guard !json.allSatisfy({ 0x20..<0x7F ~= $0 || $0 == 10 }) else { return output.write(json) }
        var text = ""
        for scalar in String(decoding: json, as: UTF8.self).unicodeScalars {
            if Self.steers(scalar), scalar != "\n" {
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        output.write(text.utf8)
    }

    /// Writes text as it is, without a line end.
    func raw(_ text: String) { output.write(text.utf8) }

    /// Text in a colour, where there are colours.
    func paint(_ text: String, _ colour: Colour?) -> String {
        guard terminal.hasColours, let colour else { return text }
        return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
    }

    /// Writes what is collected, so that a reader sees it now.
    func flush() { output.flush() }

    /// Writes what is collected, and nothing more after it.
    func finish() { output.finish() }

    /// Text without characters that a terminal would obey instead of showing them.
    func plain(_ text: String) -> String { Self.plain(text, glyphs.replacement) }

    /// The same for messages, which are for any terminal.
    static func plain(_ text: String, _ replacement: String = "?") -> String {
        guard text.unicodeScalars.contains(where: steers) else { return text }
        return text.unicodeScalars.reduce(into: "") { $0 += steers($1) ? replacement : String($1) }
    }

    /// Whether a terminal obeys this character: control characters (C0, DEL, C1), line and paragraph separators, and
    /// what reverses the direction of text.
    static func steers(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case ..<0x20, 0x7F...0x9F, 0x2028, 0x2029: true
        case ..<0x80: false
        default: scalar.properties.isBidiControl
        }
    }
}
