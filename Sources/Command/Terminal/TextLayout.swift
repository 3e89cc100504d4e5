/// Text in columns and lines. Widths are columns of a terminal, where some characters take two.
enum TextLayout {
    /// Columns that a text takes.
    static func width(of text: String) -> Int {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.reduce(0) { $0 + width(of: $1) }
    }

    /// East Asian wide and fullwidth characters and emoji take two columns (Unicode Standard Annex 11).
    private static func width(of character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }

    /// Text filled up with spaces.
    static func column(_ text: String, _ columns: Int) -> String {
        text + String(repeating: " ", count: max(0, columns - width(of: text)))
    }

    /// Text in lines of at most `columns`, broken between words; a word that is longer is broken too, if asked for.
    static func wrap(_ text: String, _ columns: Int, breaksWords: Bool = false) -> [String] {
        var lines: [String] = []
        func end() { lines = lines.dropLast() + (lines.last.map { [trimmed($0)] } ?? []) }
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            var word = String(word)
            if let last = lines.last, width(of: last) + 1 + width(of: word) <= columns {
                lines[lines.count - 1] = last + " " + word
                continue
            }
            end()
            while breaksWords, width(of: word) > columns {
                let head = prefix(of: word, columns)
                lines.append(head)
                word = String(word.dropFirst(head.count))
            }
            if !word.isEmpty { lines.append(word) }
        }
        end()
        return lines
    }

    private static func trimmed(_ line: String) -> String {
        String(line.reversed().drop { $0 == " " }.reversed())
    }

    /// As much of a text as fits, at least one character.
    static func prefix(of text: String, _ columns: Int) -> String {
        var taken = ""
        var used = 0
        for character in text {
            used += width(of: character)
            if used > columns, !taken.isEmpty { break }
            taken.append(character)
        }
        return taken
    }
}
