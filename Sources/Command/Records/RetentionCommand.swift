import CRM
import Service
import Store

extension CommandRow {
    static let retention = CommandRow(
        name: "retention", section: .data, summary: "Shows what is due for removal by age, and allows it.",
        ownOptions: [
            Option("--yes", "Allows the removal of what is due now."),
            .json("Prints a line of JSON for contacts and one for tasks."),
        ],
        paragraphs: [
            "Shows how many contacts and tasks are due for removal by RETENTION_DAYS and TASK_DAYS, and whether the "
                + "service removes them. The service stops when more than 10 % of all, and more than 10, become due at "
                + "once: a clock may be wrong, or fewer days may be set than before.",
            "This command removes nothing. The service removes at most 1 % of all in an hour (at least 100, at most "
                + "10,000), or RETENTION_PER_HOUR.",
        ],
        statuses: [ExitStatus.failed: "Removal by age is stopped, or Redis cannot be reached."],
        run: RetentionCommand.run)
}

/// `crmsync retention`: what is due for removal by age, and a person's permission to remove it.
enum RetentionCommand {
    private static let titleWidth = 10

    static func run(_ invocation: Invocation) -> Int32 {
        Session.run(invocation) { session in
            show(RetentionKind.allCases[...], invocation, session, isStopped: false)
        }
    }

    private static func show(
        _ kinds: ArraySlice<RetentionKind>, _ invocation: Invocation, _ session: Session, isStopped: Bool
    ) {
        guard let kind = kinds.first else {
            return session.end(isStopped ? ExitStatus.failed : ExitStatus.done)
        }
        let settings = session.settings
        let isJSON = invocation.has("--json")
        let time = kind == .contacts ? settings.eraseInactiveAfter : settings.trimTasksAfter
        guard time > 0 else {
            let setting = kind == .contacts ? "RETENTION_DAYS" : "TASK_DAYS"
            if !isJSON {
                session.screen.row(kind.rawValue, "never removed: \(setting) is 0", titleWidth: titleWidth)
            }
            return show(kinds.dropFirst(), invocation, session, isStopped: isStopped)
        }
        session.store.retentionPlan(
            kind, keeping: time, hourly: settings.retentionPerHour, invocation.has("--yes") ? .allow : .look,
            session.need { plan in
                if isJSON { session.screen.json(json(kind, plan)) } else { describe(kind, plan, session.screen) }
                show(kinds.dropFirst(), invocation, session, isStopped: isStopped || plan.isStopped)
            })
    }

    private static func describe(_ kind: RetentionKind, _ plan: RetentionPlan, _ screen: Screen) {
        screen.row(
            kind.rawValue,
            "\(plan.due) of \(plan.all) due (\(plan.percent) %), older than \(plan.limit.iso8601)",
            titleWidth: titleWidth)
        if plan.isStopped {
            screen.row(
                "",
                "stopped: \(plan.new) became due at once. If the clock and the setting are right, run crmsync "
                    + "retention "
                    + "--yes", titleWidth: titleWidth, .red)
        } else if plan.due > 0 {
            screen.row(
                "", "at most \(plan.maxHourly) are removed in an hour, \(plan.left) more in this one",
                titleWidth: titleWidth)
        }
    }

    private static func json(_ kind: RetentionKind, _ plan: RetentionPlan) -> [UInt8] {
        var body = JSONBody()
        body.add("kind", kind.rawValue)
        body.add("older_than", plan.limit.iso8601)
        body.add("stopped", plan.isStopped)
        for (name, number) in [
            ("due", plan.due), ("new", plan.new), ("all", plan.all), ("max_hourly", plan.maxHourly),
            ("left_in_this_hour", plan.left),
        ] {
            body.add(name, Int64(number))
        }
        return body.finished
    }
}
