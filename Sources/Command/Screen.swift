import Glibc

/// Standard output, for a person at a terminal or a program behind a pipe.
///
/// Colours are for terminals only, and not with NO_COLOR (https://no-color.org). Text from events may hold escape
/// sequences that would move the cursor or worse, so no control character passes.
final class Screen {
    enum Colour: String { case bold = "1", red = "31", green = "32", yellow = "33", grey = "90" }

    private let hasColours: Bool

    init() {
        let forbidden = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        hasColours = isatty(STDOUT_FILENO) == 1 && !forbidden
    }

    /// Writes a line.
    func line(_ text: String = "") { print(text) }

    /// Writes bytes that are for programs, and a line end.
    func raw(_ bytes: [UInt8]) { print(String(decoding: bytes, as: UTF8.self)) }

    /// Writes bytes that are for programs, without a line end.
    func piece(_ bytes: [UInt8]) { print(String(decoding: bytes, as: UTF8.self), terminator: "") }

    /// Text in a colour, where there are colours.
    func paint(_ text: String, _ colour: Colour) -> String {
        hasColours ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Hands everything to the system, so that a reader behind a pipe sees it now.
    func flush() { fflush(nil) }

    /// Text without control characters.
    static func plain(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            let turnsText = (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
            scalars.append(isControl || turnsText ? "\u{FFFD}" : scalar)
        }
        return String(scalars)
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

    /// Text in lines of at most `width` characters, broken between words.
    static func wrap(_ text: String, width: Int = 96) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    /// Text filled up with blanks.
    static func column(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
