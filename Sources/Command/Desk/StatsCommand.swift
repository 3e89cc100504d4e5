import CRM
import Service
import Store

extension CommandRow {
    static let stats = CommandRow(
        name: "stats", section: .sales, summary: "Shows funnel, bookings and revenue.",
        ownOptions: [
            Option("--days", Value("N", .number(1...400)), "Shows the last N days instead of 30."), .json(),
        ],
        paragraphs: [
            "Shows how many contacts are in each lead status, events, new contacts, bookings and revenue of the last "
                + "days, open tasks, and the vehicles and places of this month."
        ],
        run: StatsCommand.run)
}

/// `crmsync stats`: the numbers of the shop.
enum StatsCommand {
    static func run(_ invocation: Invocation) -> Int32 {
        Session.run(invocation) { session in
            session.reader.statistics(
                days: invocation.number("--days", default: 30), now: session.now,
                session.need { statistics in
                    if invocation.has("--json") {
                        session.screen.json(Printout.statistics(statistics))
                    } else {
                        StatsPage(session.screen).show(statistics)
                    }
                    session.end()
                })
        }
    }
}

/// Statistics for people.
private struct StatsPage {
    let screen: Screen
    /// Columns of a bar's title, of its number, and of the bar.
    private let titleWidth: Int
    private let numberWidth = 8
    private let barWidth: Int

    init(_ screen: Screen) {
        self.screen = screen
        titleWidth = max(10, min(32, screen.width - numberWidth - 14))
        barWidth = max(1, min(30, screen.width - titleWidth - numberWidth - 4))
    }

    func show(_ statistics: Statistics) {
        screen.line(screen.paint("Funnel now", .bold))
        for (status, count) in statistics.funnel where count > 0 || status.setter != .people {
            bar(status.rawValue, count, of: statistics.contacts)
        }
        showDays(statistics)
        let late = "\(statistics.tasksOverdue) overdue"
        screen.line(screen.paint("\nTasks", .bold))
        screen.line("  \(statistics.tasksOpen) open, \(screen.paint(late, statistics.tasksOverdue > 0 ? .red : nil))")
        for (title, items) in [("Vehicles", statistics.vehicles), ("Locations", statistics.locations)]
        where !items.isEmpty {
            screen.line(screen.paint("\n\(title) this month", .bold))
            for item in items { bar(item.name, item.count, of: items[0].count) }
        }
    }

    private func showDays(_ statistics: Statistics) {
        let days = statistics.days.reversed()
        screen.line(screen.paint("\nLast \(statistics.days.count) days", .bold))
        let revenue = Money(cents: max(0, statistics.sum("revenue_cents")))?.description ?? "0.00"
        for (name, key, number) in [
            ("Events", "events", String(statistics.sum("events"))),
            ("New contacts", "contacts_created", String(statistics.sum("contacts_created"))),
            ("Bookings", "bookings", String(statistics.sum("bookings"))), ("Revenue", "revenue_cents", revenue),
        ] {
            let head = "  \(TextLayout.column(name, 12)) \(TextLayout.column(number, 12)) "
            let width = max(8, screen.width - TextLayout.width(of: head))
            screen.line(head + screen.glyphs.sparkline(days.map { $0[key] }, width: width))
        }
        screen.text(
            "Abandoned \(share(statistics.abandonmentRate)), came back \(share(statistics.recoveryRate))", indent: 2)
    }

    /// A title, a number and its bar; a long title takes lines of its own.
    private func bar(_ title: String, _ count: Int64, of all: Int64) {
        let lines = TextLayout.wrap(screen.plain(title), titleWidth, breaksWords: true)
        let bar = screen.glyphs.bar(count, of: all, width: barWidth)
        for line in lines.dropLast() { screen.line("  " + line) }
        let head = "  \(TextLayout.column(lines.last ?? "", titleWidth)) "
        screen.line(head + TextLayout.column(String(count), numberWidth) + (bar.isEmpty ? "" : " " + bar))
    }

    private func share(_ rate: Double?) -> String {
        rate.map { "\(Int(($0 * 100).rounded())) %" } ?? screen.glyphs.dash
    }
}
