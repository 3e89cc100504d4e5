import Glibc

/// How far a long command has come, on standard error: a bar that moves on a terminal, now and then a line elsewhere.
final class ProgressLine {
    /// Milliseconds between two lines where there is no terminal.
    static let linePause: Int64 = 10_000
    /// Milliseconds between two moves of the bar.
    static let barPause: Int64 = 200
    /// Columns of the bar: with its numbers it fits into 80.
    private static let barWidth = 30

    /// Whether it is a bar.
    let isTerminal = isatty(STDERR_FILENO) == 1
    private let glyphs: Glyphs
    private var isShown = false

    init(_ glyphs: Glyphs) { self.glyphs = glyphs }

    /// How often it wants to be told, in milliseconds.
    var pause: Int64 { isTerminal ? Self.barPause : Self.linePause }

    /// Shows what was done; `share` from 0 to 1 where the end is known, and the seconds that are left.
    func show(_ what: String, share: Double?, secondsLeft: Double?) {
        var text = what
        if let secondsLeft, secondsLeft.isFinite {
            let seconds = Int(secondsLeft.rounded())
            text += "  \(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60) left"
        }
        if let share {
            let percent = "\(Int((min(1, share) * 100).rounded(.down))) %"
            let filled = Int(min(1, share) * Double(Self.barWidth))
            let rest = Self.barWidth - filled
            let bar = String(repeating: glyphs.full, count: filled) + String(repeating: glyphs.empty, count: rest)
            text = (isTerminal ? "\(bar) " : "") + "\(percent)  \(text)"
        }
        // Back to the beginning of the line, and what stood there goes (ECMA-48, EL).
        put(isTerminal ? "\r\u{1B}[K\(text)" : text + "\n")
        isShown = isTerminal
    }

    /// Takes the bar away, so that something else can be written.
    func clear() {
        if isShown { put("\r\u{1B}[K") }
        isShown = false
    }

    private func put(_ text: String) { _ = write(STDERR_FILENO, text, text.utf8.count) }
}
