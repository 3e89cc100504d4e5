import CRM
import HTTP
import Service
import Store

/// `crmsync retention`: what is due for removal by age, and a person's word that it may go.
enum RetentionCommand {
    static let help = """
        Usage: crmsync retention [--yes] [--json]

        Shows how many contacts and tasks are due for removal by RETENTION_DAYS and TASK_DAYS, and whether the service
        removes them. It stops when more than 10 % of all (and more than 10) become due at once: a clock may be wrong, or
        fewer days may be set than before. Nothing is removed by this command; the service removes at most 1 % of all in an
        hour (at least 100, at most 10,000, or RETENTION_PER_HOUR).
          --yes   allows what is due now
          --json  one line of JSON for each kind

        Exit status 1: it is stopped.
        """

    /// Runs the command; `nil` when its words are not understood.
    static func run(_ words: [String], _ environment: [String: String]) -> Int32? {
        guard let options = Options(words, flags: ["--yes", "--json"]), options.rest.isEmpty else { return nil }
        return Session.run(environment) { session in
            show(RetentionKind.allCases[...], options, session, isStopped: false)
        }
    }

    private static func show(
        _ kinds: ArraySlice<RetentionKind>, _ options: Options, _ session: Session, isStopped: Bool
    ) {
        guard let kind = kinds.first else { return session.end(isStopped ? 1 : 0) }
        let settings = session.settings
        let time = kind == .contacts ? settings.eraseInactiveAfter : settings.trimTasksAfter
        guard time > 0 else {
            if !options.has("--json") {
                let setting = kind == .contacts ? "RETENTION_DAYS" : "TASK_DAYS"
                session.screen.line("\(Screen.column(kind.rawValue, 10)) never removed: \(setting) is 0")
            }
            return show(kinds.dropFirst(), options, session, isStopped: isStopped)
        }
        session.store.retentionPlan(
            kind, keeping: time, hourly: settings.retentionPerHour, options.has("--yes") ? .allow : .look,
            session.need { plan in
                if options.has("--json") {
                    session.screen.raw(json(kind, plan))
                } else {
                    describe(kind, plan, session.screen)
                }
                show(kinds.dropFirst(), options, session, isStopped: isStopped || plan.isStopped)
            })
    }

    private static func describe(_ kind: RetentionKind, _ plan: RetentionPlan, _ screen: Screen) {
        screen.line(
            "\(Screen.column(kind.rawValue, 10)) \(plan.due) of \(plan.all) due (\(plan.percent) %), older than "
                + plan.limit.iso8601)
        if plan.isStopped {
            screen.line(
                screen.paint("           stopped: ", .red)
                    + "\(plan.new) became due at once. If the clock and the setting are right: crmsync retention --yes")
        } else if plan.due > 0 {
            screen.line("           at most \(plan.maxHourly) are removed in an hour, \(plan.left) more in this one")
        }
    }

    private static func json(_ kind: RetentionKind, _ plan: RetentionPlan) -> [UInt8] {
        let fields: [(String, Int)] = [
            ("due", plan.due), ("new", plan.new), ("all", plan.all), ("max_hourly", plan.maxHourly),
            ("left_in_this_hour", plan.left),
        ]
        let numbers = fields.map { "\"\($0)\":\($1)" }.joined(separator: ",")
        return Array(
            "{\"kind\":\"\(kind.rawValue)\",\"older_than\":\"\(plan.limit.iso8601)\",\"stopped\":\(plan.isStopped),\(numbers)}"
                .utf8)
    }
}
