import Foundation
import TestSupport
import Testing

/// Contract section 4: tasks for sales and customer service.
@Suite struct TaskTests {
    struct Kind: Sendable {
        let event: String
        let type: String
        let title: String
        let priority: String
        let hours: Double
    }

    static let kinds = [
        Kind(
            event: "booking.abandoned", type: "abandoned_booking", title: "URGENT: Follow up - Abandoned Booking",
            priority: "urgent", hours: 1),
        Kind(
            event: "payment.failed", type: "payment_failed", title: "Follow up - Payment Failed", priority: "high",
            hours: 4),
        Kind(
            event: "booking.completed", type: "booking_confirmation", title: "Send Booking Confirmation & Welcome",
            priority: "normal", hours: 24),
    ]

    @Test(arguments: kinds)
    func `a task has all its fields and stands in its indexes`(kind: Kind) throws {
        let site = try Site()
        let sent = event(kind.event, at: clock("10:00"), id: "e1", data: ["booking_id": "b1", "vehicle_id": "v1"])
        let id = try site.track(sent)
        let due = milliseconds(clock("10:00")) + kind.hours * 3_600_000
        let created = try site.scores("crm_index_tasks_\(id)")
        let task = try #require(created.keys.first)
        #expect(task.wholeMatch(of: /task_[0-9a-z]{26}/) != nil)
        #expect(created == [task: milliseconds(clock("10:00"))])
        #expect(try site.scores("crm_index_tasks_open") == [task: due])
        var fields = try site.client.hash("crm_task_\(task)")
        #expect(fields.removeValue(forKey: "description")?.isEmpty == false)
        #expect(milliseconds(fields.removeValue(forKey: "due_at") ?? "") == due)
        // Whether anybody listened is a note of the service's own.
        fields["unheard"] = nil
        #expect(
            fields == [
                "id": task, "contact_id": id, "type": kind.type, "title": kind.title, "priority": kind.priority,
                "status": "open", "created_at": clock("10:00"), "event_id": "e1", "booking": "b1",
            ])
        #expect(try site.stats()["tasks_created"] == "1")
    }

    @Test(arguments: ["booking.abandoned", "payment.failed"])
    func `there is at most one open task for one booking`(type: String) throws {
        let site = try Site()
        let id = try site.track(event(type, at: clock("10:00"), data: ["booking_id": "b1"]))
        try site.track(event(type, at: clock("10:01"), data: ["booking_id": "b1"]))
        #expect(try site.tasks(id).count == 1)
        try site.track(event(type, at: clock("10:02"), data: ["booking_id": "b2"]))
        #expect(try site.openTasks(id).map { $0["booking"] } == ["b1", "b2"])
        #expect(try site.stats()["tasks_created"] == "2")
    }

    @Test func `the same booking is its id, else its vehicle, else its session`() throws {
        let site = try Site()
        let session: JSON = ["session_id": "s1"]
        let both: JSON = ["booking_id": "b1", "vehicle_id": "v1"]
        let id = try site.track(event("booking.abandoned", at: clock("10:00"), data: both, session: session))
        try site.track(event("booking.abandoned", at: clock("10:01"), data: ["vehicle_id": "v1"], session: session))
        try site.track(event("booking.abandoned", at: clock("10:02"), session: session))
        try site.track(event("booking.abandoned", at: clock("10:03"), data: ["vehicle_id": "v1"]))
        #expect(try site.openTasks(id).map { $0["booking"] } == ["b1", "v1", "s1"])
    }

    @Test(arguments: ["booking.started", "booking.step_completed"])
    func `a customer who comes back to the booking cancels its task, and no other`(type: String) throws {
        let site = try Site()
        let id = try site.track(event("booking.abandoned", at: clock("10:00"), data: ["booking_id": "b1"]))
        try site.track(event("booking.abandoned", at: clock("10:01"), data: ["booking_id": "b2"]))
        try site.track(event(type, at: clock("10:30"), data: ["booking_id": "b1"]))
        let tasks = try site.tasks(id)
        #expect(tasks.map { $0["status"] } == ["cancelled", "open"])
        #expect(tasks[0]["closed_at"] == clock("10:30"))
        #expect(tasks[0]["closed_reason"]?.isEmpty == false)
        #expect(tasks[1]["closed_at"] == nil)
        #expect(try site.scores("crm_index_tasks_open").keys.map { $0 } == [tasks[1]["id"]])
    }

    @Test func `a booking that is abandoned again after coming back makes a new task`() throws {
        let site = try Site()
        let id = try site.track(event("booking.abandoned", at: clock("10:00"), data: ["booking_id": "b1"]))
        try site.track(event("booking.started", at: clock("10:10"), data: ["booking_id": "b1"]))
        try site.track(event("booking.abandoned", at: clock("10:20"), data: ["booking_id": "b1"]))
        #expect(try site.tasks(id).map { $0["status"] } == ["cancelled", "open"])
    }

    @Test func `a completed booking cancels all the contact's abandoned ones, and nobody else's`() throws {
        let site = try Site()
        let ann: JSON = ["email": "ann@x.org"]
        let other = try site.track(event("booking.abandoned", at: clock("10:00"), customer: ann))
        let id = try site.track(event("booking.abandoned", at: clock("10:00"), data: ["booking_id": "b1"]))
        try site.track(event("booking.abandoned", at: clock("10:01"), data: ["booking_id": "b2"]))
        try site.track(event("payment.failed", at: clock("10:02"), data: ["booking_id": "b2"]))
        try site.track(event("booking.completed", at: clock("10:30"), data: ["booking_id": "b3"]))
        #expect(try site.tasks(id).map { $0["status"] } == ["cancelled", "cancelled", "open", "open"])
        #expect(try site.openTasks(id).map { $0["type"] } == ["payment_failed", "booking_confirmation"])
        #expect(try site.openTasks(other).count == 1)
    }

    @Test func `a successful payment cancels the failed ones and nothing else`() throws {
        let site = try Site()
        let id = try site.track(event("payment.failed", at: clock("10:00"), data: ["booking_id": "b1"]))
        try site.track(event("payment.failed", at: clock("10:01"), data: ["booking_id": "b2"]))
        try site.track(event("booking.abandoned", at: clock("10:02"), data: ["booking_id": "b1"]))
        try site.track(event("payment.successful", at: clock("10:03"), data: ["booking_id": "b1"]))
        #expect(try site.openTasks(id).map { $0["type"] } == ["abandoned_booking"])
        #expect(try site.tasks(id).count == 3)
    }

    @Test func `open tasks stand in the order in which they are due`() throws {
        let site = try Site()
        try site.track(event("booking.completed", at: clock("10:00"), data: ["booking_id": "b1"]))
        try site.track(event("payment.failed", at: clock("10:01"), data: ["booking_id": "b2"]))
        try site.track(event("booking.abandoned", at: clock("10:02"), data: ["booking_id": "b3"]))
        let types = try site.client.sortedSet("crm_index_tasks_open").map {
            try site.client.hash("crm_task_\($0.member)")["type"]
        }
        #expect(types == ["abandoned_booking", "payment_failed", "booking_confirmation"])
    }
}
