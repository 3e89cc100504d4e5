import Foundation
import TestSupport
import Testing

/// Contract section 3: the same event is applied once.
@Suite struct IdempotencyTests {
    @Test func `a repeated event id changes nothing`() throws {
        let site = try Site()
        let sent = event(
            "booking.completed", at: clock("10:00"), id: "e1", data: ["booking_id": "b1", "total_amount": 450])
        let first = try site.post(sent).json()
        #expect(first["message"] == "Event tracked successfully")
        let before = try site.client.contents()
        let second = try site.post(sent)
        #expect(second.status == 200)
        let answer = try second.json()
        #expect(answer["success"] == true)
        #expect(answer["contact_id"] == first["contact_id"])
        #expect(answer["message"] == "Event already tracked")
        #expect(try site.client.contents() == before)
    }

    @Test func `an Idempotency-Key that is not UTF-8 is no id`() throws {
        let site = try Site()
        let body = event("page.viewed").text
        let head = "POST \(Site.base)/track-event HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n"
        let connection = try site.receiver.connect()
        try connection.send(Array("\(head)Idempotency-Key: k".utf8) + [0xE9, 13, 10, 13, 10] + Array(body.utf8))
        let response = try connection.readResponse()
        #expect(response.status == 422)
        #expect(try response.json()["error"] == "invalid_event_id")
    }

    @Test func `a repeated event id is the same event whatever else it says`() throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", id: "e1"))
        let before = try site.client.contents()
        let other = event("booking.completed", id: "e1", customer: ["email": "ann@x.org"], data: ["total_amount": 9])
        let answer = try site.post(other).json()
        #expect(answer["contact_id"]?.string == id)
        #expect(answer["message"] == "Event already tracked")
        #expect(try site.client.contents() == before)
    }

    @Test func `the same event without an id is two events`() throws {
        let site = try Site()
        let id = try site.track(event("customer.login", at: clock("10:00")))
        #expect(try site.track(event("customer.login", at: clock("10:00"))) == id)
        #expect(try site.contact(id)["website_visits"] == "2")
        #expect(try site.timeline(id).count == 2)
    }

    @Test func `an Idempotency-Key stands for an event id that is not in the body`() throws {
        let site = try Site()
        let sent = event("customer.login", at: clock("10:00"))
        let first = try site.post(sent, headers: [("Idempotency-Key", "k1")]).json()
        let id = try #require(first["contact_id"]?.string)
        let second = try site.post(sent, headers: [("idempotency-key", "k1")]).json()
        #expect(second["message"] == "Event already tracked")
        #expect(second["contact_id"]?.string == id)
        #expect(try site.contact(id)["website_visits"] == "1")
        #expect(try site.text("crm_event_k1") == id)
        let third = try site.post(sent, headers: [("Idempotency-Key", "k2")]).json()
        #expect(third["message"] == "Event tracked successfully")
    }

    @Test func `an event id in the body goes before an Idempotency-Key`() throws {
        let site = try Site()
        let headers = [("Idempotency-Key", "k1")]
        #expect(try site.post(event("customer.login", id: "e1"), headers: headers).status == 200)
        let second = try site.post(event("customer.login", id: "e2"), headers: headers).json()
        #expect(second["message"] == "Event tracked successfully")
        #expect(try site.client.contents().keys("crm_event_") == ["crm_event_e1", "crm_event_e2"])
    }

    @Test func `an event without an id gets one that is marked as well`() throws {
        let site = try Site()
        let id = try site.track(event("page.viewed"))
        let marks = try site.client.contents().keys("crm_event_")
        let mark = try #require(marks.first)
        #expect(marks.count == 1)
        #expect(mark.wholeMatch(of: /crm_event_event_[0-9a-z]{26}/) != nil)
        #expect(try site.timeline(id).first?["event_id"]?.string == String(mark.dropFirst("crm_event_".count)))
    }

    @Test func `an event id is remembered for two days, or as long as the settings say`() throws {
        let site = try Site()
        try site.track(event("page.viewed", id: "e1"))
        let seconds = try #require(try site.client.contents().expiries["crm_event_e1"])
        #expect((48 * 3600 - 60...48 * 3600).contains(seconds))

        let short = try Site(["DEDUPE_HOURS": "2"])
        try short.track(event("page.viewed", id: "e1"))
        let fewer = try #require(try short.client.contents().expiries["crm_event_e1"])
        #expect((2 * 3600 - 60...2 * 3600).contains(fewer))
    }

    @Test func `an event id of 128 characters is taken and one of 129 is refused`() throws {
        let site = try Site()
        let longest = String(repeating: "x", count: 128)
        let id = try site.track(event("page.viewed", id: longest))
        #expect(try site.text("crm_event_\(longest)") == id)
        let before = try site.client.contents()
        let answer = try site.post(event("page.viewed", id: longest + "x"))
        #expect(answer.status == 422)
        #expect(try answer.json()["error"] == "invalid_event_id")
        #expect(try site.client.contents() == before)
    }

    @Test func `fifty deliveries of one event at once are applied once`() throws {
        let site = try Site(["THREADS": "2"])
        let body = event("booking.completed", id: "e1", data: ["total_amount": 10]).text
        let connections = try (0..<50).map { _ in try site.receiver.connect() }
        for connection in connections { try connection.send("POST", "\(Site.base)/track-event", body: body) }
        let answers = try connections.map { try $0.readResponse().json() }
        #expect(answers.allSatisfy { $0["success"] == true })
        #expect(Set(answers.compactMap { $0["contact_id"]?.string }).count == 1)
        #expect(answers.filter { $0["message"] == "Event tracked successfully" }.count == 1)
        #expect(answers.filter { $0["message"] == "Event already tracked" }.count == 49)
        let id = try #require(try site.contactID(email: "john@example.com"))
        #expect(try site.contact(id)["total_revenue"] == "10.00")
    }
}
