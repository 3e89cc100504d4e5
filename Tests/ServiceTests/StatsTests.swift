import Foundation
import TestSupport
import Testing

/// Contract section 1: the numbers of the day and of the month, and the limits of what is kept.
@Suite struct StatsTests {
    @Test func `each event counts on the UTC day on which it happened`() throws {
        let site = try Site()
        try site.track(event("page.viewed", at: "\(year)-05-10T23:59:59.999Z"))
        try site.track(event("page.viewed", at: "\(year)-05-11T00:00:00.000Z"))
        try site.track(event("customer.login", at: "\(year)-05-11T01:00:00+02:00"))
        #expect(
            try site.stats("\(year)-05-10") == [
                "events": "2", "events:page.viewed": "1", "events:customer.login": "1", "contacts_created": "1",
            ])
        #expect(try site.stats("\(year)-05-11") == ["events": "1", "events:page.viewed": "1"])
    }

    @Test func `views count in the UTC month in which they happened`() throws {
        let site = try Site()
        try site.track(event("vehicle.viewed", at: "\(year)-05-31T23:59:59Z", data: ["vehicle_name": "Camry"]))
        try site.track(event("vehicle.viewed", at: "\(year)-06-01T00:00:00Z", data: ["vehicle_name": "Camry"]))
        #expect(try site.scores("crm_stats_vehicles_\(year)-05") == ["Camry": 1])
        #expect(try site.scores("crm_stats_vehicles_\(year)-06") == ["Camry": 1])
    }

    @Test func `numbers expire after 400 days and records never do`() throws {
        let site = try Site()
        try site.track(event("vehicle.viewed", at: clock("10:00"), id: "e1", data: ["vehicle_name": "Camry"]))
        try site.track(event("search.performed", at: clock("10:01"), id: "e2", data: ["location": "Airport"]))
        try site.track(event("booking.abandoned", at: clock("10:02"), id: "e3"))
        try site.track(event("booking.completed", at: clock("10:03"), id: "e4", data: ["booking_id": "b1"]))
        let contents = try site.client.contents()
        let days = 400 * 86400
        let stats = [
            "crm_stats_\(year)-05-10", "crm_stats_locations_\(year)-05", "crm_stats_vehicles_\(year)-05",
            "crm_index_moves_\(year)-05-10", "crm_index_named_locations_\(year)-05",
            "crm_index_named_vehicles_\(year)-05",
        ]
        for key in stats { #expect((days - 60...days).contains(try #require(contents.expiries[key], "\(key)"))) }
        let marks = ["crm_event_e1", "crm_event_e2", "crm_event_e3", "crm_event_e4"]
        #expect(Set(contents.expiries.keys) == Set(stats + marks))
    }

    @Test func `a day holds what was created, booked, earned and given to do`() throws {
        let site = try Site()
        let ann: JSON = ["email": "ann@x.org"]
        try site.track(event("booking.completed", at: clock("10:00"), data: ["total_amount": 100.5]))
        try site.track(event("booking.completed", at: clock("10:01"), customer: ann, data: ["total_amount": 0.25]))
        try site.track(event("booking.abandoned", at: clock("10:03"), customer: ann))
        try site.track(event("payment.failed", at: clock("10:03")))
        #expect(
            try site.stats() == [
                "events": "4", "events:booking.completed": "2", "events:booking.abandoned": "1",
                "events:payment.failed": "1", "contacts_created": "2", "bookings": "2", "revenue_cents": "10075",
                "tasks_created": "4",
            ])
    }

    @Test func `a timeline keeps its newest entries up to the limit`() throws {
        let site = try Site(["TIMELINE_LIMIT": "3"])
        var id = ""
        for minute in 10...12 { id = try site.track(event("page.viewed", at: clock("10:\(minute)"), id: "e\(minute)")) }
        #expect(try site.timeline(id).count == 3)
        try site.track(event("page.viewed", at: clock("10:13"), id: "e13"))
        #expect(try site.timeline(id).compactMap { $0["event_id"]?.string } == ["e11", "e12", "e13"])
        // One that is older than all of a full timeline does not push out a newer one.
        try site.track(event("customer.login", at: clock("09:00"), id: "e9"))
        #expect(try site.timeline(id).compactMap { $0["event_id"]?.string } == ["e11", "e12", "e13"])
        #expect(try site.contact(id)["website_visits"] == "1")
    }

    @Test func `a timeline keeps a thousand entries when nobody says otherwise`() throws {
        let site = try Site()
        for start in [0, 500, 1000] {
            let events = (start..<min(start + 500, 1002)).map { event("page.viewed", at: clock("10:00"), id: "e\($0)") }
            _ = try site.trackBatch(events)
        }
        let id = try #require(try site.contactID(email: "john@example.com"))
        #expect(try site.client.run("ZCARD", "crm_activity_\(id)") == .integer(1000))
    }
}
