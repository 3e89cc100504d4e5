import Redis
import CRM
import HTTP
import Store

/// Writes what was read as the JSON of the read API.
enum ReadAnswer {
    static func contacts(_ page: Page<StoredHash>) -> Response {
        var body = success
        body.add("contacts", records: page.items)
        return answer(body, next: page.next)
    }

    static func contact(_ record: StoredHash?) -> Response {
        var body = success
        body.add("contacts", records: record.map { [$0] } ?? [])
        return answer(body)
    }

    static func card(_ card: ContactCard) -> Response {
        var body = success
        body.add("contact", card.contact)
        body.add("tasks", records: card.tasks)
        body.add("activities", list: card.activities, append)
        body.add("vehicles", ranked: card.vehicles, counted: "views")
        return answer(body)
    }

    static func timeline(_ page: Page<String>) -> Response {
        var body = success
        body.add("activities", list: page.items, append)
        return answer(body, next: page.next)
    }

    static func tasks(_ page: Page<StoredHash>) -> Response {
        var body = success
        body.add("tasks", records: page.items)
        return answer(body, next: page.next)
    }

    static func deskTasks(_ page: Page<DeskTask>) -> Response {
        var body = success
        body.add("tasks", list: page.items) { item, bytes in
            var task = JSONBody(item.task)
            task.add("contact", item.contact)
            bytes += task.finished
        }
        return answer(body, next: page.next)
    }

    static func statistics(_ statistics: Statistics) -> Response {
        var body = success
        body.add("contacts", statistics.contacts)
        body.add("bookings_in_progress", statistics.bookingsInProgress)
        body.add("funnel", list: statistics.funnel) { stage, bytes in
            var object = JSONBody()
            object.add("status", stage.status.rawValue)
            object.add("slug", stage.status.slug)
            object.add("contacts", stage.contacts)
            object.add("set_by", stage.status.setter.rawValue)
            bytes += object.finished
        }
        body.add("tasks") { bytes in
            var object = JSONBody()
            object.add("open", statistics.tasksOpen)
            object.add("overdue", statistics.tasksOverdue)
            object.add("unheard", statistics.tasksUnheard)
            for (priority, count) in statistics.tasksByPriority { object.add(priority, count) }
            bytes += object.finished
        }
        body.add("totals") { $0 += totals(statistics).finished }
        body.add("abandonment_rate", rate: statistics.abandonmentRate)
        body.add("recovery_rate", rate: statistics.recoveryRate)
        body.add("top_vehicles", ranked: statistics.vehicles, counted: "views")
        body.add("top_locations", ranked: statistics.locations, counted: "searches")
        body.add("days", list: statistics.days) { $1 += day($0).finished }
        return answer(body)
    }

    private static func totals(_ statistics: Statistics) -> JSONBody {
        var object = JSONBody()
        for name in ["events", "contacts_created", "bookings", "tasks_created"] {
            object.add(name, statistics.sum(name))
        }
        object.add("revenue", amount(statistics.sum("revenue_cents")))
        return object
    }

    private static func day(_ day: Statistics.Day) -> JSONBody {
        var object = JSONBody()
        object.add("date", day.date)
        for name in ["events", "contacts_created", "bookings", "tasks_created"] { object.add(name, day[name]) }
        object.add("revenue", amount(day["revenue_cents"]))
        object.add("by_type") { bytes in
            var types = JSONBody()
            for type in EventType.allCases where day["events:" + type.rawValue] > 0 {
                types.add(type.rawValue, day["events:" + type.rawValue])
            }
            bytes += types.finished
        }
        return object
    }

    static func erasure(_ erasure: Erasure, id: String) -> Response {
        var body = success
        body.add("contact_id", id)
        body.add("erased_at", erasure.receipt.erasedAt.iso8601)
        body.add("complete", erasure.receipt.isComplete)
        body.add("erased") { bytes in
            var counts = JSONBody()
            for (name, count) in erasure.receipt.counts { counts.add(name, count) }
            bytes += counts.finished
        }
        if case .left(let why) = erasure.queue { body.add("note", why) }
        return answer(body)
    }

    static func outcome(_ outcome: TaskOutcome) -> Response {
        switch outcome {
        case .changed(let task), .unchanged(let task):
            var body = success
            if case .changed = outcome { body.add("changed", true) } else { body.add("changed", false) }
            body.add("task", task)
            return answer(body)
        case .closed(let task):
            return error(
                .conflict, "task_closed", "The task is \(task["status"] ?? "closed") already. Reopen it first.")
        case .taken:
            return error(.conflict, "task_exists", "Another task about the same booking is open. Use that one.")
        case .missing: return error(.notFound, "task_not_found", "There is no task of this id.")
        }
    }

    static func outcome(_ outcome: LeadStatusOutcome) -> Response {
        switch outcome {
        case .changed(let contact), .unchanged(let contact):
            var body = success
            if case .changed = outcome { body.add("changed", true) } else { body.add("changed", false) }
            body.add("contact", contact)
            return answer(body)
        case .missing: return noContact
        }
    }

    static let noContact = error(.notFound, "contact_not_found", "There is no contact of this id.")

    static func failure(_ failure: RedisError) -> Response {
        switch failure {
        case .disconnected, .uncertain, .unreplicated, .unable, .broken:
            error(
                .serviceUnavailable, "unavailable",
                "Redis cannot be read now. Try again after the seconds in Retry-After.", [("Retry-After", "2")])
        case .refused:
            error(
                .internalServerError, "damaged", "What is stored there is damaged; the log and crmsync check tell more."
            )
        }
    }

    private static var success: JSONBody {
        var body = JSONBody()
        body.add("success", true)
        return body
    }

    private static func answer(
        _ body: JSONBody, next: Cursor? = nil, headers: [(String, String)] = []
    ) -> Response {
        var body = body
        if let next { body.add("next_cursor", next.text) }
        return .json(.ok, body.finished, headers: Response.unkept + headers)
    }

    private static func error(
        _ status: Status, _ code: String, _ message: String, _ headers: [(String, String)] = []
    ) -> Response {
        .error(status, code: code, message: message, headers: headers)
    }

    private static func append(line: String, to bytes: inout [UInt8]) { bytes += line.utf8 }

    private static func amount(_ cents: Int64) -> String { Money(cents: max(0, cents))?.description ?? "0.00" }
}
