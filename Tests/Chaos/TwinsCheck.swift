import TestSupport

/// Compares what two receivers told of their visitors with what those did.
struct TwinsCheck {
    private(set) var lost = 0
    private(set) var doubled = 0
    private(set) var falseAlerts = 0
    private(set) var missedAlerts = 0
    private(set) var wrong: [String] = []
    private let visitors: Int
    private var completed = 0

    var isClean: Bool { lost + doubled + falseAlerts + missedAlerts == 0 && wrong.isEmpty }

    init(_ redis: RedisClient, _ visitors: [Visitor]) throws {
        self.visitors = visitors.count
        redis.setDeadline(seconds: 60)
        for visitor in visitors { try check(visitor, redis) }
    }

    private mutating func check(_ visitor: Visitor, _ redis: RedisClient) throws {
        guard let id = try redis.run("GET", "crm_index_customer_\(visitor.id)").text else {
            lost += visitor.events.count
            return
        }
        let contact = try redis.hash("crm_contact_\(id)")
        let entries = try redis.run("ZRANGE", "crm_activity_\(id)", "0", "-1").texts.map { try JSON(parsing: $0) }
        let ids = entries.compactMap { $0["event_id"]?.string }.filter { !$0.hasPrefix("event_") }
        lost += Set(visitor.events).subtracting(ids).count
        doubled += ids.count - Set(ids).count
        var tasks: [String: [String]] = [:]
        for task in try redis.run("ZRANGE", "crm_index_tasks_\(id)", "0", "-1").texts {
            let fields = try redis.hash("crm_task_\(task)")
            tasks[fields["type"] ?? "", default: []].append(fields["status"] ?? "")
        }
        let alerts = tasks["abandoned_booking"] ?? []
        let isCompleted = visitor.end == .completes
        if isCompleted {
            completed += 1
            falseAlerts += alerts.count
            if !alerts.isEmpty { wrong.append("\(visitor.id) booked and was to be called: \(alerts)") }
        } else {
            falseAlerts += max(0, alerts.count - 1)
            missedAlerts += alerts.last == "open" ? 0 : 1
            if alerts != ["open"] { wrong.append("\(visitor.id) left (\(visitor.end)), and its tasks are \(alerts)") }
        }
        if tasks["payment_failed"]?.contains("open") == true { wrong.append("\(visitor.id) paid, and a task is open") }
        let expected = [
            "lead_status": isCompleted ? "Customer - Active" : "Hot Lead - Abandoned",
            "total_bookings": isCompleted ? "1" : "0", "total_revenue": isCompleted ? "100.00" : "0.00",
            "website_visits": "1",
        ]
        for (name, value) in expected where contact[name] != value {
            wrong.append("\(visitor.id) \(name) is \(contact[name] ?? "absent") and should be \(value)")
        }
    }

    /// Prints Markdown, for people.
    func print(_ faults: [String: Int]) {
        let struck = faults.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        say("| Two receivers, clocks off by up to 10 s | |\n|---|---|")
        let rows = [
            ("visitors", "\(visitors), of whom \(completed) booked"),
            ("faults", "\(faults.values.reduce(0, +)): " + struck.joined(separator: ", ")),
            ("lost, doubled", "\(lost), \(doubled)"),
            ("false alerts, missed alerts", "\(falseAlerts), \(missedAlerts)"), ("otherwise wrong", "\(wrong.count)"),
        ]
        for (name, text) in rows { say("| \(name) | \(text) |") }
        say("")
        for line in wrong.prefix(40) { say("WRONG: \(line)") }
    }
}
