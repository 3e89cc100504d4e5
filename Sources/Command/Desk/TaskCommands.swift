import Service
import Store

extension CommandRow {
    static let task = CommandRow(
        name: "task", section: .sales, summary: "Closes, assigns or reopens a task.",
        members: [
            change(
                "done", "Marks a task as done.", reason: "What was done, for the record.",
                { .complete(note: $0.value("--reason") ?? "done") }),
            change(
                "cancel", "Closes a task that nobody has to do.", reason: "Why nobody has to do it, for the record.",
                { .cancel(reason: $0.value("--reason") ?? "cancelled") }),
            change("reopen", "Opens a closed task again.", { _ in .reopen }),
            change(
                "assign", "Assigns a task to a person.",
                operands: [Operand(Value("NAME"), "the person who does it; '' for nobody")],
                { .assign(to: $0.operands[1]) }),
        ], readsRedis: false, readsSettings: false)

    private static func change(
        _ verb: String, _ summary: String, operands: [Operand] = [], reason: String? = nil,
        _ command: @escaping @Sendable (Invocation) -> TaskCommand
    ) -> CommandRow {
        return CommandRow(
            name: "task \(verb)", section: .sales, summary: summary,
            operands: [Operand(Value("TASK"), "the id of a task, as crmsync tasks shows it")] + operands,
            ownOptions: [.actor] + (reason.map { [Option("--reason", Value("TEXT"), $0)] } ?? []) + [.json()],
            statuses: [ExitStatus.notFound: "There is no such task."],
            run: { TaskCommands.run(command($0), $0) })
    }
}

/// `crmsync task done|cancel|reopen|assign`: what a person decides about a task.
enum TaskCommands {
    static func run(_ command: TaskCommand, _ invocation: Invocation) -> Int32 {
        let isJSON = invocation.has("--json")
        return Session.run(invocation) { session in
            session.store.perform(
                command, on: invocation.operands[0], by: invocation.actor, at: session.now,
                session.need { outcome in
                    if isJSON { session.screen.json(Printout.outcome(outcome)) }
                    switch outcome {
                    case .changed(let task), .unchanged(let task):
                        if !isJSON { TaskLine.show(task, session.screen, session.now) }
                        session.end()
                    case .closed(let task):
                        session.fail("the task is \(task["status"] ?? "closed") already; reopen it first")
                    case .taken: session.fail("another task about the same booking is open; use that one")
                    case .missing:
                        session.fail(
                            "there is no task '\(invocation.operands[0])'; crmsync tasks lists them",
                            status: ExitStatus.notFound)
                    }
                })
        }
    }
}
