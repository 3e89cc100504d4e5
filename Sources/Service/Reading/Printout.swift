import CRM
import Store

/// What was read as the JSON of the read API, for programs behind a pipe.
public enum Printout {
    /// As `GET /contacts/<id>`.
    public static func card(_ card: ContactCard) -> [UInt8] { ReadAnswer.card(card).body }
    /// As `GET /contacts`.
    public static func contacts(_ page: Page<StoredHash>) -> [UInt8] { ReadAnswer.contacts(page).body }
    /// As `GET /tasks`.
    public static func tasks(_ page: Page<DeskTask>) -> [UInt8] { ReadAnswer.deskTasks(page).body }
    /// As `GET /stats`.
    public static func statistics(_ statistics: Statistics) -> [UInt8] { ReadAnswer.statistics(statistics).body }
    /// As `DELETE /contacts/<id>`.
    public static func erasure(_ erasure: Erasure, id: String) -> [UInt8] {
        ReadAnswer.erasure(erasure, id: id).body
    }
    /// As the answer to a decision about a task.
    public static func outcome(_ outcome: TaskOutcome) -> [UInt8] { ReadAnswer.outcome(outcome).body }
    /// As the answer to `POST /contacts/<id>/status`.
    public static func outcome(_ outcome: LeadStatusOutcome) -> [UInt8] { ReadAnswer.outcome(outcome).body }
    /// As the data of an alert, `{"task":…,"contact":…}`.
    public static func alert(_ task: DeskTask) -> [UInt8] {
        var body = JSONBody()
        body.add("task", task.task)
        body.add("contact", task.contact)
        return body.finished
    }
}
