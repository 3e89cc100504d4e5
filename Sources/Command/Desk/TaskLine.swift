import CRM
import Store

/// A task for people: one line, or a few at a narrow terminal.
enum TaskLine {
    /// Columns of the priority.
    private static let priorityWidth = 7

    /// Shows a task, and whom it is about where that is not clear already.
    static func show(_ task: StoredHash, of contact: StoredHash? = nil, _ screen: Screen, _ now: Timestamp) {
        let priority = task["priority"] ?? ""
        let colour: Screen.Colour = priority == "urgent" ? .red : priority == "high" ? .yellow : .grey
        let parts = [
            Screen.Part(priority, colour, columns: priorityWidth - 1), Screen.Part(task["id"] ?? ""),
            state(task, now), Screen.Part(task["title"] ?? ""),
            Screen.Part(assignee(task)), Screen.Part(contact.map(person) ?? ""),
        ]
        screen.parts(parts, indent: priorityWidth + 1)
    }

    private static func state(_ task: StoredHash, _ now: Timestamp) -> Screen.Part {
        guard task["status"] == "open" else {
            let age = Span.age(task["closed_at"], now).map { " (\($0))" } ?? ""
            return Screen.Part("\(task["status"] ?? "") \(task["closed_at"] ?? "")\(age)", .grey)
        }
        let due = task["due_at"].flatMap { Timestamp($0) }
        guard let due, due < now else {
            let age = due.map { " (\(Span.age($0, now)))" } ?? ""
            return Screen.Part("due \(task["due_at"] ?? "")\(age)")
        }
        return Screen.Part("due \(task["due_at"] ?? "") (\(Span.text(now.milliseconds(since: due))) late)", .red)
    }

    private static func assignee(_ task: StoredHash) -> String {
        guard let name = task["assignee"], !name.isEmpty else { return "" }
        return "for \(name)"
    }

    /// Whom to call.
    static func person(_ contact: StoredHash) -> String {
        ["first_name", "last_name", "phone", "email"].compactMap { contact[$0] }.joined(separator: " ")
    }
}
