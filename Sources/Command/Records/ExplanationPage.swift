import CRM
import Service
import Store

/// An explanation for people.
struct ExplanationPage {
    /// Columns of the titles.
    private static let titleWidth = 9
    /// Columns of a command of Redis, and of the name of a field.
    private static let commandWidth = 8
    private static let fieldWidth = 20

    let screen: Screen

    init(_ screen: Screen) { self.screen = screen }

    func show(_ explanation: Explanation) {
        if let event = explanation.event {
            row("Event", "\(event.type.rawValue)  \(event.time.iso8601)  \(event.id.text)")
        }
        let isFine = ["applied", "superseded", "held"].contains(explanation.word)
        row("Verdict", "\(explanation.word): \(explanation.why)", isFine ? .green : .yellow)
        if let run = explanation.run { show(explanation, run) }
        if !explanation.reasons.isEmpty {
            screen.line(screen.paint("\nRules", .bold))
            for reason in explanation.reasons {
                let lines = TextLayout.wrap(screen.plain(reason), screen.width - 4, breaksWords: true)
                for (index, line) in lines.enumerated() { screen.line((index == 0 ? "  " : "    ") + line) }
            }
        }
        switch explanation.prediction {
        case .known(let run): show(run)
        case .unknown:
            screen.line()
            screen.text("Unknown without Redis: which contact, what of the rules takes effect, tasks, writes.")
        case .rejected, .refused: screen.line("\nNothing would be written.")
        }
    }

    private func row(_ title: String, _ text: String, _ colour: Screen.Colour? = nil) {
        screen.row(title, text, titleWidth: Self.titleWidth, colour)
    }

    private func show(_ explanation: Explanation, _ run: DryRun) {
        if let id = explanation.contactID {
            let new = run.applied.outcome?.isNewContact == true ? "  (new)" : ""
            row("Contact", "\(id)  \(explanation.email ?? "no email")\(new)")
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
            let isUnheard = run.applied.outcome?.isUnheard == true
            row("Alert", message.channel + (isUnheard ? ", to nobody: no listener now" : ""))
        }
        if let entry = run.timelineEntry.map({ Activity($0) }) { row("Timeline", "\(entry.time)  \(entry.text)") }
    }

    private func show(_ run: DryRun) {
        guard !run.writes.isEmpty else { return screen.line("\nNothing would be written.") }
        screen.line(screen.paint("\nWrites", .bold) + "  \(run.writes.count), in one atomic step")
        for words in run.writes {
            let isHash = words[0] == "HSET"
            let values = isHash ? [] : words.dropFirst(2).map { Screen.Part(short($0, 32)) }
            let command = TextLayout.column(words[0], Self.commandWidth)
            let head = Screen.Part("  \(command) \(words.count > 1 ? words[1] : "")")
            screen.parts([head] + values, indent: Self.commandWidth + 3)
            guard isHash else { continue }
            for index in stride(from: 2, to: words.count - 1, by: 2) {
                let indent = min(13, screen.width / 6)
                let name = String(repeating: " ", count: indent) + words[index]
                let room = min(64, screen.width - indent - Self.fieldWidth - 2)
                screen.parts(
                    [Screen.Part(name, columns: indent + Self.fieldWidth), Screen.Part(short(words[index + 1], room))],
                    indent: indent + 2)
            }
        }
    }

    /// What fits beside other words on one line; `--json` has all of it.
    private func short(_ text: String, _ columns: Int) -> String {
        let text = screen.plain(text)
        guard TextLayout.width(of: text) > columns else { return text }
        let end = screen.glyphs.ellipsis
        return TextLayout.prefix(of: text, max(1, columns - end.count)) + end
    }
}
