import Foundation
import TestSupport
import Testing

/// Contract section 3: what each of the 15 events does.
@Suite struct EventTests {
    static let types = [
        "customer.created", "customer.login", "customer.updated", "search.performed", "vehicle.viewed", "page.viewed",
        "booking.started", "booking.step_completed", "booking.abandoned", "booking.completed", "payment.attempted",
        "payment.successful", "payment.failed", "form.submitted", "chat.message",
    ]

    @Test(arguments: types)
    func `every event makes the contact, its last action, a timeline entry and the day's numbers`(type: String) throws {
        let site = try Site()
        let data: JSON = ["vehicle_name": "Toyota Camry", "seats": 5, "electric": false, "note": nil]
        let sent = event(type, at: clock("10:00"), id: "e1", data: data, session: ["device": "mobile"])
        let id = try site.track(sent)

        let contact = try site.contact(id)
        #expect(contact["last_activity"] == clock("10:00"))
        #expect(contact["last_action"]?.isEmpty == false)
        #expect(contact["created_at"] == clock("10:00"))

        #expect(try site.scores("crm_activity_\(id)").values.map { $0 } == [milliseconds(clock("10:00"))])
        let entry = try #require(try site.timeline(id).first)
        #expect(entry["id"]?.string?.wholeMatch(of: /activity_[0-9a-z]{26}/) != nil)
        #expect(entry["contact_id"]?.string == id)
        #expect(entry["type"]?.string == type)
        #expect(entry["description"]?.string == contact["last_action"])
        #expect(entry["timestamp"]?.string == clock("10:00"))
        #expect(entry["event_id"]?.string == "e1")
        #expect(entry["data"]?["vehicle_name"] == "Toyota Camry")
        #expect(entry["data"]?["seats"] == 5)
        #expect(entry["data"]?["electric"] == false)
        #expect(entry["session"] == ["device": "mobile"])

        let stats = try site.stats()
        #expect(stats["events"] == "1")
        #expect(stats["events:\(type)"] == "1")
        #expect(stats["contacts_created"] == "1")
        #expect(try site.text("crm_event_e1") == id)
    }

    @Test func `the keys of a timeline entry stand in the promised order, on one line`() throws {
        let site = try Site()
        let data: JSON = ["vehicle_name": "Toyota \"Camry\"\n2.5", "id": "x", "type": "y"]
        let id = try site.track(event("vehicle.viewed", data: data, session: ["session_id": "s"]))
        let member = try #require(try site.rawTimeline(id).first)
        #expect(!member.contains("\n"))
        let order = ["id", "contact_id", "type", "description", "timestamp", "event_id", "data", "session"]
        #expect(try topLevelKeys(of: member) == order)
    }

    @Test(arguments: types.filter { !$0.hasPrefix("booking.") })
    func `a contact first seen through any event outside of bookings is a new lead`(type: String) throws {
        let site = try Site()
        let id = try site.track(event(type, at: clock("10:00")))
        #expect(try site.contact(id)["lead_status"] == "New Lead")
        #expect(try site.statusIndexes(of: id) == ["new_lead": milliseconds(clock("10:00"))])
    }

    @Test func `a created customer keeps the status it has`() throws {
        let site = try Site()
        let id = try site.track(event("booking.completed", at: clock("10:00")))
        try site.track(event("customer.created", at: clock("10:01")))
        #expect(try site.contact(id)["lead_status"] == "Customer - Active")
    }

    @Test func `a login counts a visit, and nothing else does`() throws {
        let site = try Site()
        var id = ""
        for type in Self.types { id = try site.track(event(type)) }
        #expect(try site.contact(id)["website_visits"] == "1")
        try site.track(event("customer.login"))
        #expect(try site.contact(id)["website_visits"] == "2")
    }

    @Test func `a search sets the place and counts it for the month`() throws {
        let site = try Site()
        let both: JSON = ["location": "Airport", "pickup_location": "Station"]
        let id = try site.track(event("search.performed", at: clock("10:00"), data: both))
        #expect(try site.contact(id)["last_search_location"] == "Airport")
        try site.track(event("search.performed", at: clock("10:01"), data: ["pickup_location": "Station"]))
        #expect(try site.contact(id)["last_search_location"] == "Station")
        try site.track(event("search.performed", at: clock("10:02"), data: ["location": "Airport"]))
        #expect(try site.scores("crm_stats_locations_\(year)-05") == ["Airport": 2, "Station": 1])
        try site.track(event("search.performed", at: clock("10:03")))
        #expect(try site.contact(id)["last_search_location"] == "Airport")
        #expect(try site.scores("crm_stats_locations_\(year)-05") == ["Airport": 2, "Station": 1])
    }

    @Test func `a viewed vehicle is remembered and counted for the contact and the month`() throws {
        let site = try Site()
        let camry: JSON = ["vehicle_id": "car_1", "vehicle_name": "Toyota Camry"]
        let id = try site.track(event("vehicle.viewed", at: clock("10:00"), data: camry))
        #expect(try site.contact(id)["last_vehicle_viewed"] == "Toyota Camry")
        #expect(try site.contact(id)["last_action"] == "Viewed Toyota Camry")
        try site.track(event("vehicle.viewed", at: clock("10:01"), data: camry))
        try site.track(event("vehicle.viewed", at: clock("10:02"), data: ["vehicle_id": "car_2"]))
        #expect(try site.contact(id)["last_vehicle_viewed"] == "car_2")
        try site.track(event("vehicle.viewed", at: clock("10:03"), customer: ["email": "ann@x.org"], data: camry))
        #expect(try site.scores("crm_index_vehicles_\(id)") == ["Toyota Camry": 2, "car_2": 1])
        #expect(try site.scores("crm_stats_vehicles_\(year)-05") == ["Toyota Camry": 3, "car_2": 1])
    }

    @Test func `a started booking makes a hot lead with a value`() throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", at: clock("09:00")))
        let data: JSON = ["booking_id": "b1", "total_amount": 450.5]
        try site.track(event("booking.started", at: clock("10:00"), data: data))
        let contact = try site.contact(id)
        #expect(contact["lead_status"] == "Hot Lead - Booking In Progress")
        #expect(contact["estimated_deal_value"] == "450.50")
        #expect(contact["total_bookings"] == "0")
        #expect(try site.scores("crm_index_bookings_open") == [id: milliseconds(clock("10:00"))])
        #expect(try site.statusIndexes(of: id) == ["hot_lead_booking_in_progress": milliseconds(clock("10:00"))])
        #expect(try site.tasks(id).isEmpty)
    }

    @Test func `a booking step moves the booking on and keeps the value where it carries none`() throws {
        let site = try Site()
        let start: JSON = ["booking_id": "b1", "total_amount": 450]
        let id = try site.track(event("booking.started", at: clock("10:00"), data: start))
        try site.track(event("booking.step_completed", at: clock("10:05"), data: ["booking_id": "b1", "step": 2]))
        #expect(try site.contact(id)["estimated_deal_value"] == "450.00")
        #expect(try site.scores("crm_index_bookings_open") == [id: milliseconds(clock("10:05"))])
        // The status was entered at the start; a step does not enter it again.
        #expect(try site.statusIndexes(of: id) == ["hot_lead_booking_in_progress": milliseconds(clock("10:00"))])
        let more: JSON = ["booking_id": "b1", "total_amount": 500]
        try site.track(event("booking.step_completed", at: clock("10:06"), data: more))
        #expect(try site.contact(id)["estimated_deal_value"] == "500.00")
    }

    @Test func `a step alone makes a hot lead too`() throws {
        let site = try Site()
        let id = try site.track(event("booking.step_completed", at: clock("10:00"), data: ["step": 1]))
        #expect(try site.contact(id)["lead_status"] == "Hot Lead - Booking In Progress")
        #expect(try site.contact(id)["estimated_deal_value"] == nil)
        #expect(try site.scores("crm_index_bookings_open") == [id: milliseconds(clock("10:00"))])
    }

    @Test func `an abandoned booking makes a hot lead to call`() throws {
        let site = try Site()
        let id = try site.track(event("booking.started", at: clock("10:00"), data: ["booking_id": "b1"]))
        try site.track(event("booking.abandoned", at: clock("10:10"), data: ["booking_id": "b1"]))
        #expect(try site.contact(id)["lead_status"] == "Hot Lead - Abandoned")
        #expect(try site.scores("crm_index_bookings_open").isEmpty)
        #expect(try site.statusIndexes(of: id) == ["hot_lead_abandoned": milliseconds(clock("10:10"))])
        #expect(try site.openTasks(id).map { $0["type"] } == ["abandoned_booking"])
    }

    @Test func `a completed booking makes a customer and counts`() throws {
        let site = try Site()
        let id = try site.track(event("booking.started", at: clock("10:00"), data: ["booking_id": "b1"]))
        let data: JSON = ["booking_id": "b1", "total_amount": 450]
        try site.track(event("booking.completed", at: clock("10:10"), data: data))
        let contact = try site.contact(id)
        #expect(contact["lead_status"] == "Customer - Active")
        #expect(contact["total_bookings"] == "1")
        #expect(contact["total_revenue"] == "450.00")
        #expect(try site.scores("crm_index_bookings_open").isEmpty)
        #expect(try site.statusIndexes(of: id) == ["customer_active": milliseconds(clock("10:10"))])
        #expect(try site.scores("crm_index_contacts_revenue") == [id: 45000])
        #expect(try site.client.value(of: "crm_index_bookings_\(id)") == .set(["b1"]))
        #expect(try site.openTasks(id).map { $0["type"] } == ["booking_confirmation"])
        let stats = try site.stats()
        #expect(stats["bookings"] == "1")
        #expect(stats["revenue_cents"] == "45000")
    }

    @Test(arguments: ["payment.attempted", "payment.successful", "form.submitted", "chat.message", "customer.updated"])
    func `what only goes on the timeline moves no money, status or task`(type: String) throws {
        let site = try Site()
        let id = try site.track(event("booking.started", at: clock("10:00"), data: ["total_amount": 10]))
        try site.track(event(type, at: clock("10:01"), data: ["total_amount": 450, "amount": 450]))
        let contact = try site.contact(id)
        #expect(contact["lead_status"] == "Hot Lead - Booking In Progress")
        #expect(contact["total_revenue"] == "0.00")
        #expect(contact["estimated_deal_value"] == "10.00")
        #expect(try site.tasks(id).isEmpty)
        #expect(try site.timeline(id).count == 2)
    }
}

/// The keys of a JSON object in the order in which they stand.
func topLevelKeys(of text: String) throws -> [String] {
    var keys: [String] = []
    var depth = 0
    var key: String?
    var rest = Substring(text)
    while let character = rest.first {
        if let quoted = rest.prefixMatch(of: /"((?:[^"\\]|\\.)*)"/) {
            if depth == 1 { key = String(quoted.1) }
            rest = rest[quoted.range.upperBound...]
            continue
        }
        if character == ":", depth == 1, let known = key {
            keys.append(known)
            key = nil
        }
        if "{[".contains(character) { depth += 1 }
        if "}]".contains(character) { depth -= 1 }
        rest.removeFirst()
    }
    return keys
}
