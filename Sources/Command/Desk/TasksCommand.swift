import CRM
import Service
import Store

extension CommandRow {
    static let tasks = CommandRow(
        name: "tasks", section: .sales, summary: "Shows the task desk: who has to be called, and by when.",
        ownOptions: [
            Option("--open", "Shows tasks that have to be done; this is the default.", group: "state"),
            Option("--overdue", "Shows tasks that have to be done and are late.", group: "state"),
            Option("--done", "Shows tasks that are done.", group: "state"),
            Option("--cancelled", "Shows tasks that nobody has to do any more.", group: "state"),
            Option(
                "--priority", Value("PRIORITY", .choice(TaskType.priorities)),
                "Shows tasks of one priority: urgent, high or normal."),
            Option("--limit", Value("N", .number(1...Reader.maxPage)), "Shows at most N tasks instead of 50."),
            .json(),
        ],
        paragraphs: ["Tasks that are due first come first; of closed ones, the newest."],
        run: TasksCommand.run)
}

/// `crmsync tasks`: the task desk.
enum TasksCommand {
    static func run(_ invocation: Invocation) -> Int32 {
        let state = TaskList.State.allCases.first { invocation.has("--" + $0.rawValue) } ?? .open
        let list = TaskList(state, priority: invocation.value("--priority"), dueFirst: true)
        return Session.run(invocation) { session in
            session.reader.tasks(
                list, limit: invocation.number("--limit", default: 50), after: nil, now: session.now,
                session.need { page in
                    if invocation.has("--json") {
                        session.screen.json(Printout.tasks(page))
                    } else {
                        show(page, session.screen, session.now)
                    }
                    session.end()
                })
        }
    }

    private static func show(_ page: Page<DeskTask>, _ screen: Screen, _ now: Timestamp) {
        for item in page.items { TaskLine.show(item.task, of: item.contact, screen, now) }
        if page.items.isEmpty { screen.line("No tasks.") }
        if page.next != nil { screen.line("\(screen.glyphs.ellipsis) and more; see --limit") }
    }
}
