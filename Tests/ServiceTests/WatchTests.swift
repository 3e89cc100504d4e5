import Foundation
import TestSupport
import Testing

/// What the service does by itself: bookings that fell silent, alerts that nobody heard.
@Suite struct WatchTests {
    /// Settings under which a booking is silent after 0.3 seconds.
    private static let impatient = ["ABANDON_AFTER_MINUTES": "0.005", "ALERT_REPEAT_SECONDS": "0.2"]

    private let car: JSON = ["booking_id": "b1", "vehicle_name": "Toyota Camry", "pickup_location": "Airport"]

    private func tasks(_ site: Site) throws -> [[String: String]] {
        try site.client.contents().keys("crm_task_").map { try site.client.hash($0) }
    }

    private func timeline(_ site: Site, _ id: String) throws -> [JSON] {
        try site.client.run("ZRANGE", "crm_activity_\(id)", "0", "-1").texts.map { try JSON(parsing: $0) }
    }

    @Test func `a booking that fell silent is given up once, however many receivers watch`() throws {
        let site = try Site(Self.impatient)
        let second = try Receiver(redis: site.redis.url, settings: Self.impatient)
        let third = try Receiver(redis: site.redis.url, settings: Self.impatient)
        defer { for receiver in [second, third] { _ = try? receiver.stop() } }
        let id = try site.track(event("booking.started", data: car, session: ["session_id": "s1"]))
        try eventually("it is given up") { try site.contact(id)["lead_status"] == "Hot Lead - Abandoned" }
        let made = try timeline(site, id).filter { $0["type"] == "booking.abandoned" }
        #expect(made.count == 1)
        #expect(made.first?["source"] == "server")
        #expect(made.first?["data"]?["vehicle_name"] == "Toyota Camry")
        #expect(made.first?["session"]?["session_id"] == "s1")
        #expect(try tasks(site).count == 1)
        #expect(try tasks(site).first?["booking"] == "b1")
        #expect(try site.client.run("ZCARD", "crm_index_bookings_open") == .integer(0))
        let late = try site.track(event("booking.abandoned", data: car))
        #expect(late == id)
        #expect(try tasks(site).count == 1, "the browser's own word comes too late to make a second task")
    }

    @Test func `bookings that are over, go on or are young are left alone`() throws {
        let site = try Site(Self.impatient)
        let marker = try site.track(event("booking.started", customer: ["id": "silent"], data: car))
        let done = try site.track(event("booking.started", customer: ["id": "done"], data: car))
        try site.track(event("booking.completed", customer: ["id": "done"], data: car))
        let active = try site.track(event("booking.started", customer: ["id": "active"], data: car))
        try eventually("the silent one is given up") {
            try site.track(event("booking.step_completed", customer: ["id": "active"], data: car))
            return try site.contact(marker)["lead_status"] == "Hot Lead - Abandoned"
        }
        #expect(try site.contact(done)["lead_status"] == "Customer - Active")
        #expect(try site.contact(active)["lead_status"] == "Hot Lead - Booking In Progress")
        #expect(try timeline(site, active).allSatisfy { $0["type"] != "booking.abandoned" })
    }

    @Test func `with 0 minutes nothing is given up`() throws {
        let site = try Site(["ABANDON_AFTER_MINUTES": "0"])
        let watching = try Receiver(redis: site.redis.url, settings: Self.impatient)
        let id = try site.track(event("booking.started", data: car))
        #expect(try site.contact(id)["lead_status"] == "Hot Lead - Booking In Progress")
        // The other receiver shows that there was time enough to give it up.
        try eventually("the other one gives it up") { try site.contact(id)["lead_status"] == "Hot Lead - Abandoned" }
        try eventually("it says so") { watching.output.contains("from=watch") }
        #expect(!site.receiver.output.contains("from=watch"))
    }

    @Test func `an alert that nobody heard is repeated until somebody listens`() throws {
        let site = try Site(Self.impatient)
        try site.track(event("booking.abandoned", data: car))
        let task = try #require(try tasks(site).first)
        let id = try #require(task["id"])
        #expect(task["unheard"] == "1")
        #expect(try site.client.run("ZSCORE", "crm_index_tasks_unheard", id).text != nil)
        let listener = try site.redis.client()
        try listener.run("SUBSCRIBE", "crm_task_urgent")
        listener.setDeadline(seconds: 10)
        let message = try listener.nextMessage()
        #expect(message.elements.count == 3)
        let alert = try JSON(parsing: message.elements.last?.text ?? "")
        #expect(alert["task"]?["id"]?.string == id)
        #expect(alert["contact"]?["email"] == "john@example.com")
        try eventually("the mark is gone") { try site.client.hash("crm_task_\(id)")["unheard"] == nil }
        #expect(try site.client.run("ZCARD", "crm_index_tasks_unheard") == .integer(0))
    }

    @Test func `an unheard alert that is over or a day old is not repeated`() throws {
        let site = try Site(Self.impatient)
        let yesterday = Date(timeIntervalSinceNow: -25 * 3600).ISO8601Format()
        try site.track(event("booking.abandoned", at: yesterday, customer: ["id": "old"], data: car))
        try site.track(event("booking.abandoned", customer: ["id": "back"], data: car))
        try site.track(event("booking.started", customer: ["id": "back"], data: car))
        try eventually("both are taken off") {
            try site.client.run("ZCARD", "crm_index_tasks_unheard") == .integer(0)
        }
        #expect(try site.receiver.connect().get("/metrics").text.contains("crmsync_alerts_repeated_total 0\n"))
    }
}
