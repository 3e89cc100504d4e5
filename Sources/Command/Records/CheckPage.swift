import Glibc
import Inspection
import Loop
import Store

/// Progress while the check runs, and findings in groups at the end: for people.
final class CheckPage: CheckReport {
    /// How many findings of one kind are shown.
    static let maxShown = 10

    private struct Group {
        var count = 0
        var left = 0
        var shown: [(finding: Finding, outcome: Inspection.FindingState)] = []
    }

    private let screen: Screen
    private let repairs: Bool
    private let start = Moment.now()
    private var groups: [Finding.Kind: Group] = [:]
    private var lastStep = 0
    private var lastTime = Moment.now()

    init(_ screen: Screen, repairs: Bool) {
        self.screen = screen
        self.repairs = repairs
    }

    func report(_ problem: Problem) {
        let isError = problem.severity == .error
        screen.text("Redis, \(isError ? "error" : "warning"): \(problem.message)", isError ? .red : .yellow)
        screen.line()
    }

    func report(_ finding: Finding, _ outcome: Inspection.FindingState) {
        var group = groups[finding.kind] ?? Group()
        group.count += 1
        if outcome == .left { group.left += 1 }
        if group.shown.count < Self.maxShown { group.shown.append((finding, outcome)) }
        groups[finding.kind] = group
    }

    /// A bar that is drawn over on a terminal, a line for each tenth elsewhere; not more often than one can see.
    func progress(_ share: Double, _ summary: Inspection.Summary) {
        let now = Moment.now()
        let isTerminal = screen.terminal.isTerminal
        let step = Int(share * (isTerminal ? 100 : 10))
        let pause: Int64 = isTerminal ? 50_000_000 : 1_000_000_000
        guard step > lastStep, now.since(lastTime) > pause || share >= 1 else { return }
        let isFirst = lastStep == 0
        (lastStep, lastTime) = (step, now)
        if isTerminal {
            let width = max(8, min(40, screen.width - 32))
            let bar = TextLayout.column(screen.glyphs.bar(Int64(step), of: 100, width: width), width)
            // Back to the beginning of the line, and what was there goes (ECMA-48, EL).
            screen.raw("\r\(bar) \(step) %  \(summary.keys) keys\u{1B}[K" + (share >= 1 ? "\r\u{1B}[K" : ""))
        } else if share < 1 || !isFirst {
            screen.line("checked \(Int(share * 100)) %, \(summary.keys) keys")
        }
        screen.flush()
    }

    func end(_ summary: Inspection.Summary) {
        for kind in Finding.Kind.allCases {
            guard let group = groups[kind] else { continue }
            show(kind, group)
        }
        let seconds = Double(Moment.now().since(start) / 10_000_000) / 100
        screen.text(
            "Checked \(summary.keys) keys: \(summary.contacts) contacts, \(summary.tasks) tasks, "
                + "\(summary.activities) activities in \(seconds) s.")
        if summary.found + summary.left + summary.repaired == 0 { return screen.text("All is well.", .green) }
        guard !repairs else {
            let text = "\(summary.repaired) findings repaired, \(summary.left) left for a person."
            return screen.text(text, summary.left == 0 ? .green : .red)
        }
        screen.text("\(summary.found) findings. --fix repairs what can be derived.", .red)
    }

    private func show(_ kind: Finding.Kind, _ group: Group) {
        screen.text("\(kind.title): \(group.count)", .bold)
        for (finding, outcome) in group.shown {
            screen.text(finding.key, indent: 2)
            screen.text(finding.problem, indent: 4)
            let (word, colour): (String, Screen.Colour) =
                switch (finding.isRepairable, outcome) {
                case (_, .repaired): ("repaired:", .green)
                case (true, .found): ("--fix", .yellow)
                case (true, .left): ("not repaired:", .red)
                case (false, .found), (false, .left): ("by hand:", .red)
                }
            screen.text("\(word) \(finding.advice)", indent: 4, colour)
        }
        if group.count > group.shown.count {
            screen.line("  \(screen.glyphs.ellipsis) and \(group.count - group.shown.count) more; see --json")
        }
        screen.line()
    }
}
