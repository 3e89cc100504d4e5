import Inspection
import Service
import Store

/// `crmsync check`: whether every record and index in the database is as it should be.
enum CheckCommand {
    static let help = """
        Usage: crmsync check [--fix] [--json]

        Checks that Redis can do what crmsync needs: version, rights of the user, memory policy, persistence. Then looks
        at every key of the CRM: fields, times and amounts of contacts and tasks, timelines, and whether each index and
        list names what it should and nothing else. The service may go on meanwhile: what looks wrong is looked at again
        in one atomic step before it is told. Settings that say how events are kept, such as TIMELINE_LIMIT, should be
        those of the service.
          --fix   repairs what can be derived from what is there; the rest is told, with what a person has to do
          --json  one line of JSON for each finding and one for the summary

        Exit status: 0 all is well (with --fix: again; warnings about Redis do not count), 1 something is wrong, or
        Redis is away, 64 not understood, 78 settings cannot be used. REDIS_URL says where Redis is. NO_COLOR=1 turns
        colours off.
        """

    /// Runs the command; `nil` when its words are not understood.
    static func run(_ words: [String], _ environment: [String: String]) -> Int32? {
        guard let options = Options(words, flags: ["--fix", "--json"]), options.rest.isEmpty else { return nil }
        return Session.run(environment) { session in
            let report: any CheckReport =
                options.has("--json")
                ? CheckLines(session.screen) : CheckPage(session.screen, repairs: options.has("--fix"))
            let check = Inspection(
                session.store, retention: session.settings.retention, repairs: options.has("--fix"))
            check.told = report.report
            check.progressed = report.progress
            session.store.examine(at: session.now) { facts in
                let problems = facts.map(Requirement.problems) ?? []
                for problem in problems { report.report(problem) }
                let isSound = problems.allSatisfy { $0.severity == .warning }
                check.run(
                    session.need { summary in
                        report.end(summary)
                        session.end(summary.isClean && isSound ? 0 : 1)
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
