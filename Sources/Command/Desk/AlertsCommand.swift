import Service
import Store

extension CommandRow {
    static let alerts = CommandRow(
        name: "alerts", section: .sales, summary: "Shows urgent tasks live.",
        ownOptions: [
            Option(
                "--exec", Value("COMMAND"),
                "Runs COMMAND in a shell for each task that opens, with the task as a line of JSON on its standard "
                    + "input."),
            .json("Prints a line of JSON for each task, as published on crm_task_urgent and crm_task_closed."),
        ],
        paragraphs: [
            "Shows the urgent tasks that are open, then those that open and close, until it is stopped. It waits for "
                + "Redis, resumes after a loss of Redis, and then shows what opened and closed meanwhile."
        ],
        run: AlertsCommand.run)
}

/// `crmsync alerts`: urgent tasks as they open and close, until it is stopped.
enum AlertsCommand {
    static func run(_ invocation: Invocation) -> Int32 {
        var listener: AlertListener?
        return Session.run(invocation, without: .waits) { session in
            let isJSON = invocation.has("--json")
            listener = AlertListener(session, isJSON: isJSON, program: invocation.value("--exec"))
            listener?.listen()
        }
    }
}
