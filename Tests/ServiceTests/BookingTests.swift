import Foundation
import TestSupport
import Testing

/// Contract sections 1 and 3: a booking counts once, and money is exact.
@Suite struct BookingTests {
    @Test func `a booking that is completed twice counts once`() throws {
        let site = try Site()
        let data: JSON = ["booking_id": "b1", "total_amount": 450]
        let id = try site.track(event("booking.completed", at: clock("10:00"), id: "e1", data: data))
        try site.track(event("booking.completed", at: clock("10:05"), id: "e2", data: data))
        let contact = try site.contact(id)
        #expect(contact["total_bookings"] == "1")
        #expect(contact["total_revenue"] == "450.00")
        #expect(try site.tasks(id).count == 1)
        #expect(try site.timeline(id).count == 2)
        #expect(try site.stats()["bookings"] == "1")
        #expect(try site.stats()["revenue_cents"] == "45000")
        #expect(try site.stats()["events"] == "2")
        #expect(try site.scores("crm_index_contacts_revenue") == [id: 45000])
    }

    @Test func `a completion that is already counted moves no status and cancels no task`() throws {
        let site = try Site()
        let id = try site.track(event("booking.completed", at: clock("10:00"), data: ["booking_id": "b1"]))
        try site.track(event("booking.abandoned", at: clock("11:00"), data: ["booking_id": "b2"]))
        try site.track(event("booking.completed", at: clock("12:00"), data: ["booking_id": "b1"]))
        #expect(try site.contact(id)["lead_status"] == "Hot Lead - Abandoned")
        #expect(try site.openTasks(id).map { $0["type"] } == ["booking_confirmation", "abandoned_booking"])
    }

    @Test(arguments: ["booking.started", "booking.step_completed", "booking.abandoned"])
    func `what comes for a booking that is already counted only goes on the timeline`(type: String) throws {
        let site = try Site()
        let id = try site.track(event("booking.completed", at: clock("10:00"), data: ["booking_id": "b1"]))
        try site.track(event(type, at: clock("11:00"), data: ["booking_id": "b1"]))
        #expect(try site.contact(id)["lead_status"] == "Customer - Active")
        #expect(try site.scores("crm_index_bookings_open").isEmpty)
        #expect(try site.tasks(id).count == 1)
        #expect(try site.timeline(id).count == 2)
    }

    @Test func `two bookings count twice, and one without an id counts each time`() throws {
        let site = try Site()
        let id = try site.track(event("booking.completed", data: ["booking_id": "b1", "total_amount": 100]))
        try site.track(event("booking.completed", data: ["booking_id": "b2", "total_amount": 200]))
        try site.track(event("booking.completed", data: ["vehicle_id": "car", "total_amount": 1]))
        try site.track(event("booking.completed", data: ["vehicle_id": "car", "total_amount": 1]))
        #expect(try site.contact(id)["total_bookings"] == "4")
        #expect(try site.contact(id)["total_revenue"] == "302.00")
        #expect(try site.client.value(of: "crm_index_bookings_\(id)") == .set(["b1", "b2"]))
    }

    @Test func `the same booking id of two customers counts for both`() throws {
        let site = try Site()
        let data: JSON = ["booking_id": "b1", "total_amount": 5]
        let john = try site.track(event("booking.completed", data: data))
        let ann = try site.track(event("booking.completed", customer: ["email": "ann@x.org"], data: data))
        #expect(try site.contact(john)["total_revenue"] == "5.00")
        #expect(try site.contact(ann)["total_revenue"] == "5.00")
    }

    @Test func `a new booking of an old customer makes a hot lead again`() throws {
        let site = try Site()
        let id = try site.track(event("booking.completed", at: clock("10:00"), data: ["booking_id": "b1"]))
        try site.track(event("booking.started", at: clock("11:00"), data: ["booking_id": "b2"]))
        #expect(try site.contact(id)["lead_status"] == "Hot Lead - Booking In Progress")
        #expect(try site.statusIndexes(of: id) == ["hot_lead_booking_in_progress": milliseconds(clock("11:00"))])
    }

    @Test(arguments: [
        ("450", "450.00", 45000.0), ("450.00", "450.00", 45000), ("0.1", "0.10", 10), ("19.99", "19.99", 1999),
        ("1e2", "100.00", 10000), ("\"450.00\"", "450.00", 45000), ("\"12.5\"", "12.50", 1250), ("4.35", "4.35", 435),
    ])
    func `an amount is kept to the cent, as a number or as text`(sent: String, kept: String, cents: Double) throws {
        let site = try Site()
        let text = """
            {"event_type":"booking.completed","customer":{"email":"john@example.com"},\
            "event_data":{"total_amount":\(sent)}}
            """
        #expect(try site.post(text).status == 200)
        let id = try #require(try site.contactID(email: "john@example.com"))
        #expect(try site.contact(id)["total_revenue"] == kept)
        #expect(try site.scores("crm_index_contacts_revenue") == [id: cents])
    }

    @Test func `a thousand random amounts add up exactly`() throws {
        let site = try Site()
        var random = SeededRandom()
        var cents = 0
        var events: [JSON] = []
        for _ in 0..<1000 {
            let amount = Int.random(in: 0...99999, using: &random)
            cents += amount
            let text = "\(amount / 100)." + String(format: "%02d", amount % 100)
            let data: JSON = ["total_amount": try JSON(parsing: text)]
            events.append(event("booking.completed", at: clock("10:00"), data: data))
        }
        let results = try site.trackBatch(Array(events[..<500])) + site.trackBatch(Array(events[500...]))
        #expect(results.allSatisfy { $0["success"] == true })
        let id = try #require(try site.contactID(email: "john@example.com"))
        let expected = "\(cents / 100)." + String(format: "%02d", cents % 100)
        #expect(try site.contact(id)["total_revenue"] == expected)
        #expect(try site.contact(id)["total_bookings"] == "1000")
        #expect(try site.stats()["revenue_cents"] == String(cents))
        #expect(try site.scores("crm_index_contacts_revenue") == [id: Double(cents)])
    }

    @Test func `a completed booking without an amount counts and earns nothing`() throws {
        let site = try Site()
        let id = try site.track(event("booking.completed", data: ["booking_id": "b1"]))
        #expect(try site.contact(id)["total_bookings"] == "1")
        #expect(try site.contact(id)["total_revenue"] == "0.00")
    }
}
