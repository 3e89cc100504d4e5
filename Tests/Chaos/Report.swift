import Foundation

/// Writes a line at once: the seed is on the screen, or in a file, whatever happens then.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

/// Markdown, for people.
enum Report {
    static func print(_ title: String, _ counts: Counts, _ faults: [String: Int], _ check: Check) {
        let struck = faults.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        let rows = [
            ("events", "\(counts.events) of \(check.customers) customers, \(counts.requests) requests"),
            ("answered", "\(counts.stored) × 200, \(counts.queued) × 202, \(counts.refused) × 503"),
            ("never answered", "\(counts.broken)"), ("other answers", "\(counts.others)"),
            ("faults", "\(faults.values.reduce(0, +)): " + struck.joined(separator: ", ")),
            (
                "compared",
                "\(check.bookings) bookings, \(check.cents / 100) of revenue, \(check.tasks) tasks, timelines, "
                    + "fields, order, rankings, statistics"
            ),
            ("lost", "\(check.lost)"), ("doubled", "\(check.doubled)"), ("otherwise wrong", "\(check.wrong.count)"),
        ]
        say("| \(title) | |\n|---|---|")
        for (name, text) in rows { say("| \(name) | \(text) |") }
        say("")
        for line in check.wrong.prefix(40) { say("WRONG: \(line)") }
    }
}
