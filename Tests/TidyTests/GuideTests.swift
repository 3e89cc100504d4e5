import Store
import Testing

@testable import Command
@testable import Service

/// The reference tables of the guide say what `crmsync help` says: the same names, with the same facts.
@Suite struct GuideTests {
    /// The rows of a page's tables, whose first cell is one name in backquotes: that name, and the second cell as text.
    private func rows(_ page: String) -> [String: String] {
        var rows: [String: String] = [:]
        for line in Tree.file("Sources/Documentation.docc/\(page).md").lines where line.hasPrefix("| ") {
            let cells = line.split(separator: "|").map { trimmed($0.filter { $0 != "`" }) }
            guard cells.count >= 2, line.hasPrefix("| `") || line.dropFirst(2).first?.isNumber == true else { continue }
            rows[cells[0]] = cells[1]
        }
        return rows
    }

    private func trimmed(_ cell: String) -> String {
        String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    private func compare(_ page: String, _ facts: [(name: String, fact: String)]) {
        let rows = rows(page)
        #expect(!facts.isEmpty)
        for (name, fact) in facts {
            #expect(
                rows[name] == fact, "\(page).md says '\(rows[name] ?? "nothing")' of \(name), the program '\(fact)'")
        }
    }

    @Test func `Settings has each default`() {
        compare("Settings", Setting.all.map { ($0.name, $0.standard.text) })
    }

    @Test func `Keys has each type`() { compare("Keys", KeyRow.all.map { ($0.name, $0.type) }) }

    @Test func `Events has each error with its status`() {
        compare("Events", ErrorRow.all.map { ($0.code, String($0.status)) })
    }

    @Test func `Operating has each metric with its kind`() {
        compare("Operating", Metric.all.map { ($0.name, $0.kind.rawValue) })
    }

    @Test func `the table of commands has each command, and no other`() {
        let commands = CommandRow.table.map { "crmsync " + $0.name }
        let found = rows("CommandLine").keys.filter { $0.hasPrefix("crmsync ") }
        for command in commands { #expect(found.contains { ($0 + " ").hasPrefix(command + " ") }, "\(command)") }
        for row in found { #expect(commands.contains { (row + " ").hasPrefix($0 + " ") }, "\(row)") }
    }

    @Test func `each exit status is in the guide, and no other`() {
        let found = rows("CommandLine").keys.compactMap { Int32($0) }.sorted()
        #expect(found == ExitStatus.all.map(\.code).sorted())
    }
}
