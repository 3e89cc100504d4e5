import Foundation
import TestSupport
import Testing

/// Contract section 2: events that arrive late, out of order, or with a wrong clock.
@Suite struct LateEventTests {
    @Test func `a late event counts but overwrites nothing newer`() throws {
        let site = try Site()
        let new: JSON = ["email": "john@example.com", "name": "New Name"]
        let old: JSON = ["email": "john@example.com", "name": "Old Name", "phone": "+1"]
        let id = try site.track(event("vehicle.viewed", at: clock("12:00"), customer: new, data: ["vehicle_id": "b"]))
        try site.track(event("vehicle.viewed", at: clock("11:00"), customer: old, data: ["vehicle_id": "a"]))
        try site.track(event("customer.login", at: clock("10:00")))
        let contact = try site.contact(id)
        #expect(contact["last_activity"] == clock("12:00"))
        #expect(contact["last_action"] == "Viewed b")
        #expect(contact["last_vehicle_viewed"] == "b")
        #expect(contact["first_name"] == "New")
        // What was absent may be filled by an older event.
        #expect(contact["phone"] == "+1")
        #expect(contact["website_visits"] == "1")
        #expect(contact["created_at"] == clock("12:00"))
        #expect(try site.scores("crm_index_vehicles_\(id)") == ["a": 1, "b": 1])
        #expect(try site.scores("crm_index_contacts_recent") == [id: milliseconds(clock("12:00"))])
        let times = try site.timeline(id).compactMap { $0["timestamp"]?.string }
        #expect(times == [clock("10:00"), clock("11:00"), clock("12:00")])
    }

    @Test func `a late search fills a place that nobody knew`() throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", at: clock("12:00")))
        try site.track(event("search.performed", at: clock("11:00"), data: ["location": "Airport"]))
        #expect(try site.contact(id)["last_search_location"] == "Airport")
        try site.track(event("search.performed", at: clock("10:00"), data: ["location": "Station"]))
        #expect(try site.contact(id)["last_search_location"] == "Airport")
    }

    @Test func `equal times apply in order of arrival`() throws {
        let site = try Site()
        let id = try site.track(event("vehicle.viewed", at: clock("10:00"), data: ["vehicle_id": "a"]))
        try site.track(event("vehicle.viewed", at: clock("10:00"), data: ["vehicle_id": "b"]))
        #expect(try site.contact(id)["last_vehicle_viewed"] == "b")
        try site.track(event("booking.abandoned", at: clock("10:00"), data: ["booking_id": "b1"]))
        try site.track(event("booking.started", at: clock("10:00"), data: ["booking_id": "b1"]))
        #expect(try site.contact(id)["lead_status"] == "Hot Lead - Booking In Progress")
    }

    @Test func `a late abandonment of a booking that was completed makes no task`() throws {
        let site = try Site()
        let id = try site.track(event("booking.started", at: clock("10:00"), data: ["booking_id": "b1"]))
        try site.track(event("booking.completed", at: clock("10:20"), data: ["booking_id": "b1", "total_amount": 1]))
        try site.track(event("booking.abandoned", at: clock("10:10"), data: ["booking_id": "b1"]))
        #expect(try site.contact(id)["lead_status"] == "Customer - Active")
        #expect(try site.openTasks(id).map { $0["type"] } == ["booking_confirmation"])
        #expect(try site.tasks(id).count == 1)
        #expect(try site.timeline(id).count == 3)
        #expect(try site.statusIndexes(of: id).keys.sorted() == ["customer_active"])
    }

    @Test func `a late start does not reopen a booking that is over`() throws {
        let site = try Site()
        let id = try site.track(event("booking.completed", at: clock("10:20"), data: ["booking_id": "b1"]))
        try site.track(event("booking.started", at: clock("10:00"), data: ["booking_id": "b1"]))
        #expect(try site.contact(id)["lead_status"] == "Customer - Active")
        #expect(try site.scores("crm_index_bookings_open").isEmpty)
        #expect(try site.timeline(id).count == 2)
    }

    @Test func `a late start does not reopen a booking that was abandoned since`() throws {
        let site = try Site()
        let id = try site.track(event("booking.abandoned", at: clock("10:20"), data: ["booking_id": "b1"]))
        try site.track(event("booking.started", at: clock("10:00"), data: ["booking_id": "b1"]))
        #expect(try site.contact(id)["lead_status"] == "Hot Lead - Abandoned")
        #expect(try site.scores("crm_index_bookings_open").isEmpty)
        #expect(try site.openTasks(id).count == 1)
    }

    @Test func `a late completion still counts and keeps the newer status`() throws {
        let site = try Site()
        let id = try site.track(event("booking.started", at: clock("12:00"), data: ["booking_id": "b2"]))
        try site.track(event("booking.completed", at: clock("10:00"), data: ["booking_id": "b1", "total_amount": 80]))
        let contact = try site.contact(id)
        #expect(contact["lead_status"] == "Hot Lead - Booking In Progress")
        #expect(contact["total_bookings"] == "1")
        #expect(contact["total_revenue"] == "80.00")
        #expect(try site.scores("crm_index_bookings_open") == [id: milliseconds(clock("12:00"))])
        #expect(try site.openTasks(id).map { $0["type"] } == ["booking_confirmation"])
    }

    @Test func `a late failed payment makes no task when it was paid since`() throws {
        let site = try Site()
        let id = try site.track(event("payment.successful", at: clock("10:10"), data: ["booking_id": "b1"]))
        try site.track(event("payment.failed", at: clock("10:00"), data: ["booking_id": "b1"]))
        #expect(try site.tasks(id).isEmpty)
        #expect(try site.timeline(id).count == 2)
        // The same booking is paid, whatever the times say; another one is not.
        try site.track(event("payment.failed", at: clock("10:20"), data: ["booking_id": "b1"]))
        #expect(try site.tasks(id).isEmpty)
        try site.track(event("payment.failed", at: clock("10:20"), data: ["booking_id": "b2"]))
        #expect(try site.openTasks(id).count == 1)
    }

    @Test func `a time in milliseconds is the same as one in ISO 8601`() throws {
        let site = try Site()
        var sent = event("page.viewed")
        sent["timestamp"] = .number(milliseconds(clock("10:00")))
        let id = try site.track(sent)
        #expect(try site.contact(id)["last_activity"] == clock("10:00"))
    }

    @Test(arguments: [
        "\(year)-05-10T10:00:00Z", "\(year)-05-10T10:00:00.000Z", "\(year)-05-10T12:00:00+02:00",
        "\(year)-05-10T04:30:00.000-05:30",
    ])
    func `every spelling of a time becomes UTC with milliseconds`(time: String) throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", at: time))
        #expect(try site.contact(id)["last_activity"] == clock("10:00"))
    }

    @Test func `an event without a time happens when it arrives`() throws {
        let site = try Site()
        let before = milliseconds(now())
        let id = try site.track(event("page.viewed"))
        let after = milliseconds(now())
        let time = milliseconds(try #require(try site.contact(id)["last_activity"]))
        #expect(time >= before - 1 && time <= after + 1)
    }

    @Test func `a time in the future becomes the time of arrival`() throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", at: now(plus: 3600)))
        let time = milliseconds(try #require(try site.contact(id)["last_activity"]))
        #expect(time <= milliseconds(now()) + 1)
    }

    @Test func `a clock that is a little fast is believed`() throws {
        let site = try Site()
        let time = now(plus: 120)
        let id = try site.track(event("page.viewed", at: time))
        #expect(try site.contact(id)["last_activity"] == time)
    }

    @Test func `the sender's clock is corrected when it is wrong`() throws {
        let site = try Site()
        // The sender believes that it is two hours later; the event was a minute before it sent.
        var sent = event("page.viewed", at: now(plus: 7200 - 60))
        sent["sent_at"] = .string(now(plus: 7200))
        let id = try site.track(sent)
        let time = milliseconds(try #require(try site.contact(id)["last_activity"]))
        #expect(abs(time - milliseconds(now(plus: -60))) < 5000)
    }

    @Test func `a clock that is ahead is corrected to the millisecond, for nothing arrives before it is sent`() throws {
        let site = try Site()
        var sent = event("page.viewed", at: now(plus: 4 - 60))
        sent["sent_at"] = .string(now(plus: 4))
        let id = try site.track(sent)
        let time = milliseconds(try #require(try site.contact(id)["last_activity"]))
        #expect(abs(time - milliseconds(now(plus: -60))) < 2000)
    }

    @Test func `a browser's clock that is ahead does not outrank what another booking did since`() throws {
        let site = try Site()
        let id = try site.track(event("booking.started", at: now(plus: 100), data: ["booking_id": "b1"]))
        try site.track(event("booking.completed", data: ["booking_id": "b2"]))
        #expect(try site.contact(id)["lead_status"] == "Customer - Active")
        #expect(try site.scores("crm_index_bookings_open").isEmpty)
    }

    @Test func `a clock that is some seconds behind is left alone`() throws {
        let site = try Site()
        let time = now(plus: -60)
        var sent = event("page.viewed", at: time)
        sent["sent_at"] = .string(now(plus: -4))
        let id = try site.track(sent)
        #expect(try site.contact(id)["last_activity"] == time)
    }
}
