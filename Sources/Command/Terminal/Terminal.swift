import Glibc

/// What standard output can show: columns, colours and characters.
struct Terminal: Sendable {
    /// Columns where nobody says how many there are.
    static let defaultWidth = 80
    /// The narrowest and the widest text.
    static let widths = 20...200

    /// Whether a person looks at standard output.
    let isTerminal: Bool
    /// Whether text may have colours: at a terminal, unless `NO_COLOR` is set (https://no-color.org).
    let hasColours: Bool
    /// Columns of a line: those of the terminal, elsewhere those of `COLUMNS`, else 80.
    let width: Int
    /// The characters beyond ASCII that may be used.
    let glyphs: Glyphs

    init(_ environment: [String: String]) {
        isTerminal = isatty(STDOUT_FILENO) == 1
        hasColours = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty
        var size = winsize()
        let said =
            ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
            ? Int(size.ws_col) : environment["COLUMNS"].flatMap { Int($0) }
        width = min(max(said ?? Self.defaultWidth, Self.widths.lowerBound), Self.widths.upperBound)
        glyphs = Glyphs(environment)
    }
}
