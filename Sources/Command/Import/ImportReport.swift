import Loop

/// What an import tells of itself while it runs, and at its end.
final class ImportReport {
    /// Lines that are named one by one; more are only counted.
    static let maxNamed = 100

    private let bar: ProgressLine
    private let total: Int?
    private let first: ImportProgress
    private let began = Moment.now()
    private var named = 0

    init(from progress: ImportProgress, total: Int?, _ screen: Screen) {
        bar = ProgressLine(screen.glyphs)
        first = progress
        self.total = total
    }

    /// Whether it is told from the beginning on, and not only of what takes long.
    var isImpatient: Bool { bar.isTerminal }

    /// How often it wants to be told, in milliseconds.
    var pause: Int64 { bar.pause }

    private var seconds: Double { Double(Moment.now().since(began)) / 1e9 }

    private func rate(_ progress: ImportProgress) -> Double {
        seconds > 0 ? Double(progress.lines - first.lines) / seconds : 0
    }

    /// Shows how far it is.
    func show(_ progress: ImportProgress) {
        let share = total.map { $0 > 0 ? Double(progress.offset) / Double($0) : 1 }
        let bytesPerSecond = Double(progress.offset - first.offset) / max(seconds, 0.001)
        let left = total.map { Double($0 - progress.offset) / bytesPerSecond }
        bar.show("\(progress.lines) lines, \(Int(rate(progress))) a second", share: share, secondsLeft: left)
    }

    /// Names a line that was refused, and why.
    func refuse(_ line: Int, _ reason: String) {
        named += 1
        guard named <= Self.maxNamed + 1 else { return }
        bar.clear()
        CommandLineTool.complain(
            named <= Self.maxNamed ? "line \(line): \(reason)" : "more lines are refused; only counted")
    }

    /// Tells what came of all.
    func sum(_ progress: ImportProgress, on screen: Screen) {
        bar.clear()
        func row(_ name: String, _ count: Int, _ meaning: String) {
            let digits = String(count)
            let padding = String(repeating: " ", count: max(0, 10 - digits.count))
            let head = TextLayout.column(name, 9) + padding + digits
            let notes = TextLayout.wrap(meaning, screen.width - head.count - 2)
            screen.line(head + (notes.first.map { "  " + screen.paint($0, .grey) } ?? ""))
            for note in notes.dropFirst() {
                screen.line(TextLayout.column("", head.count + 2) + screen.paint(note, .grey))
            }
        }
        row("Lines", progress.lines, first.lines > 0 ? "\(first.lines) of them in an earlier run" : "")
        row("Applied", progress.applied, "tasks opened: \(progress.tasks)")
        row("Known", progress.known, "the same event_id was applied before")
        row("Dropped", progress.dropped, "of persons who were erased, or of bookings that went on")
        row("Refused", progress.refused, "")
        let now = progress.lines - first.lines
        screen.line("\(now) lines in \(Int(seconds.rounded(.up))) s, \(Int(rate(progress))) a second")
    }
}
