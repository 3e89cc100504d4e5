import Inspection
import Service
import Store

extension CommandRow {
    static let check = CommandRow(
        name: "check", section: .data, summary: "Checks Redis and the database, and repairs the database.",
        ownOptions: [
            Option("--fix", "Repairs what follows from the other keys; reports the rest with what a person has to do."),
            .json("Prints a line of JSON for each finding and one for the summary."),
        ],
        paragraphs: [
            "Checks that Redis can do what crmsync needs: version, rights of the user, memory policy, persistence. "
                + "Then reads every key of the CRM: fields, times and amounts of contacts and tasks, timelines, and "
                + "whether each index and list names what it should and nothing else.",
            "The service may run meanwhile: the command reads again in one atomic step what looks wrong before it "
                + "reports it. Give it the service's settings that say how events are kept, such as TIMELINE_LIMIT.",
        ],
        statuses: [
            ExitStatus.done: "All is well, with --fix: again. Warnings about Redis do not count.",
            ExitStatus.failed: "Something is wrong, or Redis cannot be reached.",
        ],
        run: CheckCommand.run)
}

/// `crmsync check`: whether every record and index in the database is as it should be.
enum CheckCommand {
    static func run(_ invocation: Invocation) -> Int32 {
        let repairs = invocation.has("--fix")
        return Session.run(invocation, of: .notNewer) { session in
            let report: any CheckReport =
                invocation.has("--json") ? CheckLines(session.screen) : CheckPage(session.screen, repairs: repairs)
            let check = Inspection(session.store, retention: session.settings.retention, repairs: repairs)
            check.told = report.report
            check.progressed = report.progress
            session.store.examine(at: session.now) { facts in
                let problems = facts.map(Requirement.problems) ?? []
                for problem in problems { report.report(problem) }
                let isSound = problems.allSatisfy { $0.severity == .warning }
                check.run(
                    session.need { summary in
                        report.end(summary)
                        session.end(summary.isClean && isSound ? ExitStatus.done : ExitStatus.failed)
                    })
            }
        }
    }
}

/// Where findings go.
protocol CheckReport {
    func report(_ problem: Problem)
    func report(_ finding: Finding, _ outcome: Inspection.FindingState)
    func progress(_ share: Double, _ summary: Inspection.Summary)
    func end(_ summary: Inspection.Summary)
}
