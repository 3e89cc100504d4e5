import CRM
import Glibc
import Service
import Store

/// `crmsync explain`: what an event would do, and why. Nothing is written.
enum ExplainCommand {
    /// Exit status of an event that would be refused.
    static let refused: Int32 = 2
    /// Most bytes of an event, far more than any service takes.
    static let maxBytes = 1 << 20

    /// Runs the command; `nil` when its words are not understood.
    static func run(_ words: [String], _ environment: [String: String]) -> Int32? {
        guard let options = Options(words, flags: ["--json", "--server"]), options.rest.count == 1 else { return nil }
        let text: [UInt8]
        do throws(InputError) { text = try InputFile.contents(of: options.rest[0], upTo: maxBytes) } catch {
            return CommandLineTool.fail("\(error)")
        }
        let isJSON = options.has("--json")
        func present(_ explanation: Explanation, on screen: Screen) -> Int32 {
            if isJSON { screen.raw(Printout.explanation(explanation)) } else { show(explanation, on: screen) }
            return status(of: explanation)
        }
        func explain(_ session: Session, _ store: Store?) {
            Explanation.explain(
                text, fromBackend: options.has("--server"), settings: session.settings, store: store, at: session.now
            ) { session.end(present($0, on: session.screen)) }
        }
        return Session.run(
            environment,
            unreachable: { session in
                CommandLineTool.complain(session.unreachableMessage)
                explain(session, nil)
            }, { explain($0, $0.store) })
    }

    private static func status(of explanation: Explanation) -> Int32 {
        switch explanation.prediction {
        case .known: 0
        case .rejected, .refused: refused
        case .unknown: 1
        }
    }

    // MARK: For people

    private static func show(_ explanation: Explanation, on screen: Screen) {
        func row(_ title: String, _ text: String) {
            screen.line(screen.paint(Screen.column(title, 9), .grey) + " " + Screen.plain(text))
        }
        if let event = explanation.event {
            row("Event", "\(event.type.rawValue)  \(event.time.iso8601)  \(event.id.text)")
        }
        let isFine = ["applied", "superseded", "held"].contains(explanation.word)
        let verdict = screen.paint(explanation.word, isFine ? .green : .yellow)
        screen.line(screen.paint(Screen.column("Verdict", 9), .grey) + " \(verdict): \(Screen.plain(explanation.why))")
        if let run = explanation.run { show(explanation, run, row) }
        if !explanation.reasons.isEmpty {
            screen.line(screen.paint("\nRules", .bold))
            for reason in explanation.reasons {
                screen.line("  " + Screen.wrap(Screen.plain(reason)).joined(separator: "\n    "))
            }
        }
        switch explanation.prediction {
        case .known(let run): show(run, on: screen)
        case .unknown:
            screen.line("\nUnknown without Redis: which contact, what of the rules takes effect, tasks, writes.")
        case .rejected, .refused: screen.line("\nNothing would be written.")
        }
    }

    private static func show(_ explanation: Explanation, _ run: DryRun, _ row: (String, String) -> Void) {
        if let id = explanation.contactID {
            row(
                "Contact",
                "\(id)  \(explanation.email ?? "no email")\(run.applied.outcome?.isNewContact == true ? "  (new)" : "")"
            )
            let (before, after) = explanation.status
            row("Status", before == after ? "\(before ?? "none"), stays" : "\(before ?? "none") -> \(after ?? "none")")
        }
        for change in explanation.changes where change.name != "id" && change.name != "lead_status" {
            row("Change", "\(change.name): " + (change.before.map { "\($0) -> " } ?? "") + change.after)
        }
        let (opened, closed) = explanation.tasks
        for task in opened {
            row("Task", "opens \(task["priority"] ?? "") \(task["title"] ?? ""), due \(task["due_at"] ?? "")")
        }
        for task in closed { row("Task", "\(task["status"] ?? "closed") \(task["id"] ?? "") \(task["title"] ?? "")") }
        for message in run.messages {
            row(
                "Alert",
                message.channel + (run.applied.outcome?.isUnheard == true ? ", to nobody: no listener now" : ""))
        }
        if let entry = run.timelineEntry {
            let (time, text) = Activity.summary(entry)
            row("Timeline", "\(time)  \(text)")
        }
    }

    private static func show(_ run: DryRun, on screen: Screen) {
        guard !run.writes.isEmpty else { return screen.line("\nNothing would be written.") }
        screen.line(screen.paint("\nWrites", .bold) + "  \(run.writes.count), in one atomic step")
        for words in run.writes {
            let head = "  \(screen.paint(Screen.column(words[0], 8), .yellow)) \(Screen.plain(words[1]))"
            guard words[0] == "HSET" else {
                screen.line(([head] + words.dropFirst(2).map { short($0, 32) }).joined(separator: "  "))
                continue
            }
            screen.line(head)
            for index in stride(from: 2, to: words.count - 1, by: 2) {
                screen.line("             \(Screen.column(Screen.plain(words[index]), 20)) \(short(words[index + 1]))")
            }
        }
    }

    /// What fits beside other words on one line; `--json` has all of it.
    private static func short(_ text: String, _ most: Int = 64) -> String {
        Screen.plain(text.count > most ? text.prefix(most - 1) + "…" : text)
    }
}
