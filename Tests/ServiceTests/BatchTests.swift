import Foundation
import TestSupport
import Testing

/// Contract section 3: many events in one request.
@Suite struct BatchTests {
    @Test func `a batch gives one result for each event, in order`() throws {
        let site = try Site()
        let ann: JSON = ["email": "ann@x.org"]
        let results = try site.trackBatch([
            event("page.viewed", id: "e1"), event("car.washed"), event("page.viewed", customer: nil),
            event("page.viewed", id: "e1"), event("customer.login", customer: ann), "text",
            event("booking.completed", data: ["total_amount": -1]),
        ])
        let john = try #require(try site.contactID(email: "john@example.com"))
        #expect(results.map { $0["success"] } == [true, false, false, true, true, false, false])
        #expect(results[0]["contact_id"]?.string == john)
        #expect(results[0]["message"] == "Event tracked successfully")
        #expect(results[1]["error"] == "unknown_event_type")
        #expect(results[2]["error"] == "customer_required")
        #expect(results[3]["message"] == "Event already tracked")
        #expect(results[3]["contact_id"]?.string == john)
        #expect(results[4]["contact_id"]?.string == (try site.contactID(email: "ann@x.org")))
        #expect(results[5]["error"] == "invalid_shape")
        #expect(results[6]["error"] == "invalid_amount")
        #expect(try site.client.contents().keys("crm_contact_contact_").count == 2)
    }

    @Test func `events of a batch apply in the order of the array`() throws {
        let site = try Site()
        let time = clock("10:00")
        _ = try site.trackBatch([
            event("booking.started", at: time, data: ["booking_id": "b1", "total_amount": 10]),
            event("booking.abandoned", at: time, data: ["booking_id": "b1"]),
            event("booking.started", at: time, data: ["booking_id": "b1", "total_amount": 20]),
            event("booking.completed", at: time, data: ["booking_id": "b1", "total_amount": 20]),
            event("vehicle.viewed", at: time, data: ["vehicle_name": "Camry"]),
        ])
        let id = try #require(try site.contactID(email: "john@example.com"))
        let contact = try site.contact(id)
        #expect(contact["lead_status"] == "Customer - Active")
        #expect(contact["last_action"] == "Viewed Camry")
        #expect(contact["estimated_deal_value"] == "20.00")
        #expect(Set(try site.tasks(id).compactMap { $0["status"] }) == ["open", "cancelled"])
        #expect(try site.openTasks(id).map { $0["type"] } == ["booking_confirmation"])
    }

    @Test func `500 events are taken and 501 are refused whole`() throws {
        let site = try Site()
        let events = (0...500).map { event("page.viewed", id: "e\($0)") }
        let results = try site.trackBatch(Array(events.dropLast()))
        #expect(results.count == 500)
        #expect(results.allSatisfy { $0["success"] == true })
        let before = try site.client.contents()
        let response = try site.post(JSON.object(["events": .array(events)]).text, to: "track-events")
        #expect(response.status == 413)
        #expect(try response.json()["error"] == "too_large")
        #expect(try site.client.contents() == before)
    }

    @Test func `an empty batch is answered with no results`() throws {
        let site = try Site()
        #expect(try site.trackBatch([]).isEmpty)
        #expect(try site.client.contents().values.isEmpty)
    }

    @Test(arguments: ["{}", "[]", #"{"events":{}}"#, #"{"events":"x"}"#, "7"])
    func `a batch of another shape is refused`(body: String) throws {
        let site = try Site()
        let response = try site.post(body, to: "track-events")
        #expect(response.status == 400)
        #expect(try response.json()["error"] == "invalid_shape")
    }

    @Test func `a batch may be larger than an event, up to a MiB`() throws {
        let site = try Site()
        let text = JSON.object(["events": [event("page.viewed")]]).text
        let limit = 1_048_576
        let full = text + String(repeating: " ", count: limit - text.utf8.count)
        #expect(try site.post(full, to: "track-events").status == 200)
        #expect(try site.post(full + " ", to: "track-events").status == 413)
    }

    @Test func `an event of a batch that is larger than MAX_BODY_BYTES is refused by itself`() throws {
        let site = try Site(["MAX_BODY_BYTES": "1024"])
        let text = { (bytes: Int) in
            let start = #"{"event_type":"page.viewed","customer":{"email":"john@example.com"},"pad":""#
            return start + String(repeating: "x", count: bytes - start.utf8.count - 2) + #""}"#
        }
        let body = #"{"events":[\#(text(1024)), \#(text(1025)),\#(text(100))]}"#
        let response = try site.post(body, to: "track-events")
        #expect(response.status == 200)
        let results = try #require(try response.json()["results"]?.array)
        #expect(results.map { $0["success"] } == [true, false, true])
        #expect(results[1]["error"] == "too_large")
        #expect(results[1]["message"]?.string?.contains("1024 bytes (MAX_BODY_BYTES)") == true)
        #expect(try site.rawTimeline(#require(try site.contactID(email: "john@example.com"))).count == 2)
    }

    @Test func `a batch that is larger than the worker's share of MAX_BUFFERED_BYTES is taken`() throws {
        let site = try Site(["MAX_BUFFERED_BYTES": "1048576", "THREADS": "4"])
        let data: JSON = ["title": .string(String(repeating: "x", count: 1_000))]
        let results = try site.trackBatch((0..<500).map { event("page.viewed", id: "e\($0)", data: data) })
        #expect(results.count == 500)
        #expect(results.allSatisfy { $0["success"] == true })
    }
}
