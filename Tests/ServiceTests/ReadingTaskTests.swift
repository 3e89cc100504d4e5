import Foundation
import TestSupport
import Testing

/// The task desk: lists, and what people decide.
@Suite struct ReadingTaskTests {
    /// Three open tasks: urgent since long, high, and normal in a day.
    private func threeTasks() throws -> (desk: ReadingDesk, ids: [String]) {
        let desk = try ReadingDesk()
        try desk.site.track(event("booking.abandoned", at: clock("10:00"), customer: ["id": "u1"]))
        try desk.site.track(event("payment.failed", at: now(plus: -3600), customer: ["id": "u2"]))
        try desk.site.track(event("booking.completed", at: now(), customer: ["id": "u3"]))
        let ids = try desk.site.client.sortedSet("crm_index_tasks_open").map(\.member)
        return (desk, ids)
    }

    private func openTask(_ desk: ReadingDesk) throws -> String {
        let id = try desk.site.track(event("booking.abandoned", at: clock("10:00"), data: ["booking_id": "b1"]))
        return try #require(try desk.site.openTasks(id).first?["id"])
    }

    @Test func `open tasks come with their contacts, the last due first or last`() throws {
        let (desk, ids) = try threeTasks()
        #expect(try desk.list("/tasks", "tasks", "id") == ids.reversed())
        #expect(try desk.list("/tasks?sort=due", "tasks", "id") == ids)
        #expect(try desk.pages("/tasks?sort=due&limit=1", "tasks", "id") == ids.map { [$0] })
        let first = try desk.read("/tasks?sort=due")["tasks"]?.array?.first
        #expect(first?["contact"]?["customer_id"] == "u1")
    }

    @Test func `tasks are listed by priority and by being late`() throws {
        let (desk, ids) = try threeTasks()
        for (index, priority) in ["urgent", "high", "normal"].enumerated() {
            #expect(try desk.list("/tasks?priority=\(priority)", "tasks", "id") == [ids[index]])
        }
        #expect(try desk.list("/tasks?status=overdue", "tasks", "id") == [ids[0]])
        #expect(try desk.list("/tasks?status=overdue&priority=normal", "tasks", "id") == [])
        #expect(try desk.list("/tasks?status=done", "tasks", "id") == [])
    }

    @Test func `a task is done by somebody at some time, and once`() throws {
        let desk = try ReadingDesk()
        let task = try openTask(desk)
        let listener = try AlertListener(desk.site.redis)
        let first = try desk.decide(task, "complete", ["by": " Anna ", "reason": "booked by phone"]).json()
        #expect(first["changed"] == true)
        let stored = try desk.site.client.hash("crm_task_\(task)")
        #expect(first["task"] == JSON.object(stored.mapValues { .string($0) }))
        #expect(stored["status"] == "done")
        #expect(stored["closed_by"] == "Anna")
        #expect(stored["closed_reason"] == "booked by phone")
        #expect(abs(milliseconds(stored["closed_at"] ?? "") - milliseconds(now())) < 10_000)
        let heard = try listener.next()
        #expect(heard.channel == "crm_task_closed")
        #expect(try JSON(parsing: heard.text)["task"] == first["task"])
        #expect(try desk.decide(task, "complete").json()["changed"] == false)
        #expect(try desk.site.client.hash("crm_task_\(task)") == stored)
        #expect(try desk.list("/tasks?status=done", "tasks", "id") == [task])
        let contents = try desk.site.client.contents()
        #expect(contents.keys("crm_index_tasks_open") == [])
        #expect(contents.keys("crm_index_tasks_unheard") == [])
        #expect(!contents.text.contains("task:abandoned_booking:b1"))
    }

    @Test func `a closed task changes only after it is open again`() throws {
        let desk = try ReadingDesk()
        let task = try openTask(desk)
        #expect(try desk.decide(task, "cancel").json()["task"]?["closed_by"] == "admin")
        let refused = try desk.decide(task, "complete")
        #expect(refused.status == 409)
        #expect(try refused.json()["error"] == "task_closed")
        let listener = try AlertListener(desk.site.redis)
        let reopened = try desk.decide(task, "reopen", ["by": "Bob"]).json()
        #expect(reopened["task"]?["status"] == "open")
        #expect(reopened["task"]?["reopened_by"] == "Bob")
        #expect(reopened["task"]?["closed_at"] == nil)
        #expect(try listener.next().channel == "crm_task_urgent")
        let due = milliseconds(clock("11:00"))
        #expect(try desk.site.scores("crm_index_tasks_open") == [task: due])
        #expect(try desk.site.scores("crm_index_tasks_open_urgent") == [task: due])
        #expect(try desk.list("/tasks?status=cancelled", "tasks", "id") == [])
        // The customer comes back, as if it had never been closed.
        try desk.site.track(event("booking.started", at: clock("10:30"), data: ["booking_id": "b1"]))
        #expect(try desk.list("/tasks?status=cancelled", "tasks", "id") == [task])
        #expect(try desk.site.scores("crm_index_tasks_open_urgent") == [:])
    }

    @Test func `a booking that is left again after its task was done makes a new task`() throws {
        let desk = try ReadingDesk()
        let task = try openTask(desk)
        #expect(try desk.decide(task, "complete").status == 200)
        try desk.site.track(event("booking.abandoned", at: clock("10:20"), data: ["booking_id": "b1"]))
        #expect(try desk.list("/tasks", "tasks", "id").count == 1)
        let refused = try desk.decide(task, "reopen")
        #expect(refused.status == 409)
        #expect(try refused.json()["error"] == "task_exists")
    }

    @Test func `a task is given to somebody and taken away`() throws {
        let desk = try ReadingDesk()
        let task = try openTask(desk)
        let given = try desk.decide(task, "assign", ["assignee": "Ünal", "by": "Anna"]).json()
        #expect(given["task"]?["assignee"] == "Ünal")
        #expect(given["task"]?["assigned_by"] == "Anna")
        #expect(given["task"]?["assigned_at"]?.string != nil)
        #expect(try desk.decide(task, "assign", ["assignee": "Ünal"]).json()["changed"] == false)
        #expect(try desk.decide(task, "assign", ["assignee": nil]).json()["task"]?["assignee"] == nil)
    }

    @Test func `a task that is not there is not found, and a bad body is refused`() throws {
        let desk = try ReadingDesk()
        let task = try openTask(desk)
        #expect(try desk.decide("task_0", "complete").status == 404)
        #expect(try desk.decide("Task%2F0", "complete").status == 400)
        for body in ["[]", "{", #"{"by":1}"#, #"{"by":"a\nb"}"#, #"{"by":"\#(String(repeating: "a", count: 81))"}"#] {
            #expect(try desk.response("/tasks/\(task)/complete", "POST", body: body).status == 400)
        }
        let longest = #"{"by":"\#(String(repeating: "a", count: 80))"}"#
        #expect(try desk.response("/tasks/\(task)/complete", "POST", body: longest).status == 200)
    }

    @Test func `statistics tell the funnel, the days, the rates and the tasks`() throws {
        let desk = try ReadingDesk()
        for user: JSON in ["u1", "u2"] {
            try desk.site.track(event("page.viewed", at: now(plus: -60), customer: ["id": user]))
            try desk.site.track(event("booking.started", at: now(plus: -50), customer: ["id": user]))
            try desk.site.track(event("booking.abandoned", at: now(plus: -40), customer: ["id": user]))
        }
        let booked: JSON = ["booking_id": "b1", "total_amount": 450.5]
        try desk.site.track(event("booking.completed", customer: ["id": "u2"], data: booked))
        for user: JSON in ["u1", "u2", "u3"] {
            try desk.site.track(event("vehicle.viewed", customer: ["id": user], data: ["vehicle_name": "Camry"]))
        }
        let stats = try desk.read("/stats?days=7")
        #expect(stats["contacts"] == 3)
        #expect(stats["days"]?.array?.count == 7)
        #expect(stats["totals"]?["bookings"] == 1)
        #expect(stats["totals"]?["revenue"] == "450.50")
        #expect(stats["abandonment_rate"] == 1)
        #expect(stats["recovery_rate"] == 0.5)
        #expect(stats["tasks"]?["open"] == 2)
        #expect(stats["tasks"]?["urgent"] == 1)
        #expect(stats["tasks"]?["overdue"] == 0)
        #expect(stats["top_vehicles"] == [["name": "Camry", "views": 3]])
        let funnel = stats["funnel"]?.array?.map { $0["contacts"] }
        #expect(funnel == [1, 0, 1, 1, 0, 0, 0])
        #expect(stats["days"]?.array?.first?["date"]?.string == String(now().prefix(10)))
    }
}
