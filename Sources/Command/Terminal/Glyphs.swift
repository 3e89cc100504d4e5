/// Characters for figures, in UTF-8 or in ASCII.
struct Glyphs: Sendable {
    /// A filled and an empty part of a bar.
    let full: String
    let empty: String
    /// Text that was cut off.
    let ellipsis: String
    /// A value that is not known.
    let dash: String
    /// A character that a terminal would obey.
    let replacement: String
    /// Heights of a figure's columns, the lowest first, and a column of height zero.
    let steps: [Character]
    let zero: Character

    private static let unicode = Glyphs(
        full: "█", empty: "░", ellipsis: "…", dash: "–", replacement: "\u{FFFD}", steps: Array("▁▂▃▄▅▆▇█"), zero: "·")
    private static let ascii = Glyphs(
        full: "#", empty: ".", ellipsis: "...", dash: "-", replacement: "?", steps: Array("12345678"), zero: ".")

    /// Those of the locale: `LC_ALL`, `LC_CTYPE` and `LANG` in this order, of which the first that is not empty counts.
    /// Without any, the locale is `POSIX`, which has ASCII alone.
    init(_ environment: [String: String]) {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        let isUTF8 = locale.map { $0.lowercased().replacing("-", with: "").hasSuffix("utf8") } ?? false
        self = isUTF8 ? Self.unicode : Self.ascii
    }

    private init(
        full: String, empty: String, ellipsis: String, dash: String, replacement: String, steps: [Character],
        zero: Character
    ) {
        (self.full, self.empty, self.ellipsis, self.dash) = (full, empty, ellipsis, dash)
        (self.replacement, self.steps, self.zero) = (replacement, steps, zero)
    }

    /// A bar for a number, as long as its share of `all`.
    func bar(_ value: Int64, of all: Int64, width: Int) -> String {
        guard all > 0, value > 0 else { return "" }
        return String(repeating: full, count: max(1, min(width, Int(Double(value) / Double(all) * Double(width)))))
    }

    /// One character a number, by its share of the largest. More numbers than `width` are added up in groups.
    func sparkline(_ values: [Int64], width: Int) -> String {
        let size = max(1, (values.count + width - 1) / max(1, width))
        let columns = stride(from: 0, to: values.count, by: size).map { start in
            values[start..<min(start + size, values.count)].reduce(0, +)
        }
        let largest = max(1, columns.max() ?? 1)
        return String(columns.map { $0 <= 0 ? zero : steps[min(7, Int($0 * 8 / largest))] })
    }
}
