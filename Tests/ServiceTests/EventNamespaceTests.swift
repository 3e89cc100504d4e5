import Foundation
import TestSupport
import Testing

@testable import CRM

/// Contract section 3: an event's id counts for those who may have written it.
@Suite struct EventNamespaceTests {
    private static let secret = "an identity secret of some length"
    private static let serverKey = "sk_live_0123456789"
    private static let backend = [("Authorization", "Bearer \(serverKey)")]

    private func signed(_ type: String, id: String, customer: String, at time: String? = nil) -> JSON {
        let signature = HMACSHA256(key: Self.secret.utf8).signature(of: customer.utf8).lowercaseHex
        return event(
            type, at: time, id: id, customer: ["id": .string(customer), "signature": .string(signature)])
    }

    private func message(_ response: HTTPResponse) throws -> String? { try response.json()["message"]?.string }

    @Test func `an unsigned browser keeps the documented key`() throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", id: "e1"))
        #expect(try site.text("crm_event_e1") == id)
    }

    @Test(arguments: ["server:e1", "service:e1", "customer:e1", "browser:e1"])
    func `an id that reads like another namespace stays among those of browsers`(name: String) throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", id: name))
        #expect(try site.text("crm_event_browser:\(name)") == id)
        #expect(try site.text("crm_event_\(name)") == nil)
        #expect(try message(site.post(event("page.viewed", id: name))) == "Event already tracked")
        #expect(try site.timeline(id).map { $0["event_id"]?.string } == [name])
    }

    @Test func `no browser can use up an id of the back end`() throws {
        let site = try Site([
            "SERVER_KEYS": Self.serverKey, "IDENTITY_SECRET": Self.secret, "MONEY_EVENTS": "server",
        ])
        for name in ["booking-b1-completed", "server:booking-b1-completed"] {
            #expect(try site.post(signed("page.viewed", id: name, customer: "mallory")).status == 200)
        }
        let booking = event(
            "booking.completed", id: "booking-b1-completed", customer: ["id": "u1"],
            data: ["booking_id": "b1", "total_amount": 450])
        let response = try site.post(booking, headers: Self.backend)
        #expect(try message(response) == "Event tracked successfully")
        let id = try #require(try response.json()["contact_id"]?.string)
        #expect(try site.contact(id)["total_revenue"] == "450.00")
        #expect(try message(site.post(booking, headers: Self.backend)) == "Event already tracked")
        #expect(try site.contact(id)["total_revenue"] == "450.00")
    }

    @Test func `where customers prove who they are, an id counts for its own customer`() throws {
        let site = try Site(["IDENTITY_SECRET": Self.secret])
        for customer in ["u1", "u2"] {
            let sent = signed("customer.login", id: "e1", customer: customer)
            #expect(try message(site.post(sent)) == "Event tracked successfully", "\(customer)")
            #expect(try message(site.post(sent)) == "Event already tracked", "\(customer)")
            let id = try #require(try site.text("crm_index_customer_\(customer)"))
            #expect(try site.contact(id)["website_visits"] == "1")
        }
        #expect(try site.client.contents().keys("crm_event_customer:").count == 2)
        #expect(try !site.client.contents().keys("crm_event_").contains { $0.contains("u1") })
    }

    @Test func `an id that another event had is counted, logged and shown`() throws {
        let desk = try ReadingDesk()
        let site = desk.site
        let id = try site.track(event("page.viewed", at: clock("10:00"), id: "e1"))
        // Repeated, with the same time and another, it is just that.
        for time in ["10:00", "10:05"] {
            #expect(try message(site.post(event("page.viewed", at: clock(time), id: "e1"))) == "Event already tracked")
        }
        #expect(try site.receiver.connect().get("/metrics").text.contains("crmsync_event_id_conflicts_total 0\n"))
        let others = [
            event("page.viewed", at: clock("10:00"), id: "e1", customer: ["id": "somebody else"]),
            event("booking.completed", at: clock("10:00"), id: "e1"),
            event("booking.completed", at: clock("11:00"), id: "e1"),
        ]
        for sent in others {
            let response = try site.post(sent)
            #expect(response.status == 200)
            #expect(try message(response) == "Event already tracked")
        }
        #expect(try site.receiver.connect().get("/metrics").text.contains("crmsync_event_id_conflicts_total 3\n"))
        try eventually("it is logged") {
            site.receiver.output.components(separatedBy: "event_id was used before").count == 4
        }
        #expect(try site.timeline(id).count == 1)
    }

    @Test func `an erasure finds the marks of every namespace`() throws {
        let desk = try ReadingDesk(["SERVER_KEYS": Self.serverKey, "IDENTITY_SECRET": Self.secret])
        let site = desk.site
        #expect(try site.post(signed("page.viewed", id: "e1", customer: "u1")).status == 200)
        let sent = event("page.viewed", id: "e2", customer: ["id": "u1"])
        #expect(try site.post(sent, headers: Self.backend).status == 200)
        #expect(try site.client.contents().keys("crm_event_").count == 2)
        let id = try #require(try site.text("crm_index_customer_u1"))
        _ = try desk.read("/contacts/\(id)", "DELETE")
        #expect(try site.client.contents().keys("crm_event_").isEmpty)
    }
}
