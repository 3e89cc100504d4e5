import Glibc

/// Standard output, for a person at a terminal or a program behind a pipe.
///
/// Colours are for terminals only, and not with NO_COLOR (https://no-color.org). Text from events may hold escape
/// sequences that would move the cursor or worse, or turn the text around it, so no such character passes.
final class Screen {
    enum Colour: String { case bold = "1", red = "31", green = "32", yellow = "33", grey = "90" }

    private let hasColours: Bool

    init() {
        let forbidden = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        hasColours = isatty(STDOUT_FILENO) == 1 && !forbidden
    }

    /// Writes a line.
    func line(_ text: String = "") { print(text) }

    /// Characters of a line: as many as the terminal shows, elsewhere as many as `COLUMNS` says, else 100.
    var width: Int {
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return max(20, Int(size.ws_col)) }
        let said = getenv("COLUMNS").flatMap { Int(String(cString: $0)) } ?? 100
        return min(max(20, said), 1000)
    }

    /// Writes JSON, which is for programs, and a line end. What a terminal would obey is escaped, which changes no
    /// value.
    func raw(_ json: [UInt8]) {
        var text = ""
        for scalar in String(decoding: json, as: UTF8.self).unicodeScalars {
            if Self.steers(scalar) {
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        print(text)
    }

    /// Writes bytes that are for programs, without a line end.
    func piece(_ bytes: [UInt8]) { print(String(decoding: bytes, as: UTF8.self), terminator: "") }

    /// Text in a colour, where there are colours.
    func paint(_ text: String, _ colour: Colour) -> String {
        hasColours ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Hands everything to the system, so that a reader behind a pipe sees it now.
    func flush() { fflush(nil) }

    /// Text without characters that a terminal would obey instead of showing them.
    static func plain(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { scalars.append(steers(scalar) ? "\u{FFFD}" : scalar) }
        return String(scalars)
    }

    /// Whether a terminal obeys this character: control characters (C0, DEL, C1), line and paragraph separators, and
    /// what turns the direction of text.
    static func steers(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case ..<0x20, 0x7F...0x9F, 0x2028, 0x2029: true
        case ..<0x80: false
        default: scalar.properties.isBidiControl
        }
    }

    /// A bar for a number, as long as its share of `most`.
    static func bar(_ value: Int64, of most: Int64, width: Int = 30) -> String {
        guard most > 0, value > 0 else { return "" }
        return String(repeating: "█", count: max(1, Int(Double(value) / Double(most) * Double(width))))
    }

    /// One character a number, by its share of the largest.
    static func sparkline(_ values: [Int64]) -> String {
        let steps = Array("▁▂▃▄▅▆▇█")
        let most = max(1, values.max() ?? 1)
        return String(values.map { $0 <= 0 ? "·" : steps[min(7, Int($0 * 8 / most))] })
    }

    /// Text in lines of at most `width` characters, broken between words; a word that is longer is broken too, where
    /// that is asked for.
    static func wrap(_ text: String, width: Int = 96, breaksWords: Bool = false) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            var word = word[...]
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = last + " " + word
                continue
            }
            while breaksWords, word.count > width {
                lines.append(String(word.prefix(width)))
                word = word.dropFirst(width)
            }
            lines.append(String(word))
        }
        return lines
    }

    /// Text filled up with blanks.
    static func column(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
