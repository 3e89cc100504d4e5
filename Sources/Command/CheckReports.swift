import Inspection
import CRM
import Glibc
import Loop
import Store

/// One line of JSON for each finding, and one for the summary.
final class CheckLines: CheckReport {
    private let screen: Screen
    private let start = Moment.now()

    init(_ screen: Screen) { self.screen = screen }

    func report(_ problem: Problem) {
        write([
            ("requirement", problem.code), ("severity", problem.severity.rawValue), ("message", problem.message),
        ])
    }

    func report(_ finding: Finding, _ outcome: Inspection.FindingState) {
        write([
            ("kind", finding.kind.rawValue), ("key", finding.key), ("problem", finding.problem),
            ("outcome", outcome.rawValue), (finding.isRepairable ? "repair" : "person", finding.advice),
        ])
    }

    private func write(_ fields: [(name: String, value: String)]) {
        var line: [UInt8] = []
        for (name, value) in fields {
            line.append(UInt8(ascii: line.isEmpty ? "{" : ","))
            line.appendJSON(name)
            line.append(UInt8(ascii: ":"))
            line.appendJSON(value)
        }
        screen.raw(line + [UInt8(ascii: "}")])
    }

    func progress(_ share: Double, _ summary: Inspection.Summary) {}

    func end(_ summary: Inspection.Summary) {
        let seconds = Moment.now().since(start) / 1_000_000
        let numbers: [(String, Int64)] = [
            ("keys", summary.keys), ("contacts", summary.contacts), ("tasks", summary.tasks),
            ("activities", summary.activities), ("found", summary.found), ("repaired", summary.repaired),
            ("left", summary.left), ("milliseconds", seconds),
        ]
        let fields = numbers.map { "\"\($0)\":\($1)" }.joined(separator: ",")
        screen.raw(Array("{\"summary\":{\(fields)},\"clean\":\(summary.isClean)}".utf8))
    }
}

/// Progress while it goes on, and findings in groups at the end: for people.
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
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private var groups: [Finding.Kind: Group] = [:]
    private var lastStep = 0
    private var lastTime = Moment.now()

    init(_ screen: Screen, repairs: Bool) {
        self.screen = screen
        self.repairs = repairs
    }

    func report(_ problem: Problem) {
        let isError = problem.severity == .error
        let label = screen.paint(isError ? "Redis, error: " : "Redis, warning: ", isError ? .red : .yellow)
        screen.line(label + Screen.plain(problem.message) + "\n")
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
        let steps = isTerminal ? 100 : 10
        let step = Int(share * Double(steps))
        guard step > lastStep, now.since(lastTime) > (isTerminal ? 50_000_000 : 1_000_000_000) || share >= 1 else {
            return
        }
        let isFirst = lastStep == 0
        (lastStep, lastTime) = (step, now)
        if isTerminal {
            let bar = Screen.column(Screen.bar(Int64(step), of: 100, width: 40), 40)
            print("\r\(bar) \(step) %  \(summary.keys) keys\u{1B}[K", terminator: share >= 1 ? "\r\u{1B}[K" : "")
        } else if share < 1 || !isFirst {
            print("checked \(Int(share * 100)) %, \(summary.keys) keys")
        }
        screen.flush()
    }

    func end(_ summary: Inspection.Summary) {
        for kind in Finding.Kind.allCases {
            guard let group = groups[kind] else { continue }
            show(kind, group)
        }
        let seconds = Double(Moment.now().since(start) / 10_000_000) / 100
        screen.line(
            "Checked \(summary.keys) keys: \(summary.contacts) contacts, \(summary.tasks) tasks, "
                + "\(summary.activities) activities in \(seconds) s.")
        screen.line(verdict(summary))
    }

    private func show(_ kind: Finding.Kind, _ group: Group) {
        screen.line(screen.paint("\(kind.title): \(group.count)", .bold))
        for (finding, outcome) in group.shown {
            screen.line("  \(Screen.plain(finding.key))\n    \(Screen.plain(finding.problem))")
            let advice = Screen.plain(finding.advice)
            switch (finding.isRepairable, outcome) {
            case (_, .repaired): screen.line("    " + screen.paint("repaired: ", .green) + advice)
            case (true, .found): screen.line("    " + screen.paint("--fix ", .yellow) + advice)
            case (true, .left): screen.line("    " + screen.paint("not repaired: ", .red) + advice)
            case (false, .found), (false, .left): screen.line("    " + screen.paint("by hand: ", .red) + advice)
            }
        }
        if group.count > group.shown.count {
            screen.line("  … and \(group.count - group.shown.count) more; see --json")
        }
        screen.line()
    }

    private func verdict(_ summary: Inspection.Summary) -> String {
        if summary.found + summary.left + summary.repaired == 0 { return screen.paint("All is well.", .green) }
        if repairs {
            let text = "\(summary.repaired) findings repaired, \(summary.left) left for a person."
            return screen.paint(text, summary.left == 0 ? .green : .red)
        }
        return screen.paint("\(summary.found) findings.", .red) + " --fix repairs what can be derived."
    }
}
