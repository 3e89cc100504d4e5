import Inspection
import Loop
import Service
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
        var line = JSONBody()
        for (name, value) in fields { line.add(name, value) }
        screen.json(line.finished)
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
        screen.json(Array("{\"summary\":{\(fields)},\"clean\":\(summary.isClean)}".utf8))
    }
}
