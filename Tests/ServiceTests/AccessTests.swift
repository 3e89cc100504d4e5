import Foundation
import TestSupport
import Testing

@testable import CRM

/// Contract section 6: who may post.
@Suite struct AccessTests {
    private static let login = event("customer.login", customer: ["email": "a@example.com"])

    private func code(_ response: HTTPResponse) throws -> String? { try response.json()["error"]?.string }

    @Test func `without settings anybody may post`() throws {
        #expect(try Site().post(Self.login).status == 200)
    }

    @Test func `a write key is taken from the header or the query and nothing else passes`() throws {
        let site = try Site(["WRITE_KEYS": "pk_write_number_one,pk_write_number_two"])
        for headers in [[], [("X-Write-Key", "pk_write_number_on")], [("X-Write-Key", "pk_write_number_one ,")]] {
            let response = try site.post(Self.login, headers: headers)
            #expect(response.status == 401)
            #expect(try code(response) == "write_key_required")
        }
        #expect(try site.client.contents().values.isEmpty)
        #expect(try site.post(Self.login, headers: [("X-Write-Key", "pk_write_number_two")]).status == 200)
        #expect(try site.post(Self.login.text, to: "track-event?k=pk_write_number_one").status == 200)
        #expect(try site.post(Self.login.text, to: "track-event?k=pk_write_number_on%65").status == 200)
    }

    @Test func `a server key opens the door and a wrong one does not`() throws {
        let site = try Site(["WRITE_KEYS": "pk_write_number_one", "SERVER_KEYS": "sk_server_secret_one"])
        #expect(try site.post(Self.login, headers: [("Authorization", "Bearer sk_server_secret_one")]).status == 200)
        let response = try site.post(Self.login, headers: [("Authorization", "Bearer sk_server_secret_two")])
        #expect(response.status == 401)
        #expect(!response.text.contains("sk_server_secret"))
        #expect(!site.receiver.output.contains("sk_server_secret"))
    }

    @Test func `only pages of allowed origins may post`() throws {
        let site = try Site(["ALLOWED_ORIGINS": "https://shop.example, https://www.shop.example:8443"])
        let good = try site.post(Self.login, headers: [("Origin", "https://shop.example")])
        #expect(good.status == 200)
        #expect(good["access-control-allow-origin"] == "https://shop.example")
        #expect(good["vary"]?.lowercased().contains("origin") == true)
        for origin in ["https://evil.example", "https://shop.example.evil.example", "http://shop.example", "null"] {
            let bad = try site.post(Self.login, headers: [("Origin", origin)])
            #expect(bad.status == 403)
            #expect(bad["access-control-allow-origin"] == nil)
        }
        #expect(try site.post(Self.login).status == 200, "a back end sends no Origin")
    }

    @Test func `money that a browser tells of moves nothing with MONEY_EVENTS=server`() throws {
        let site = try Site(["MONEY_EVENTS": "server", "SERVER_KEYS": "sk_server_secret_one"])
        let data: JSON = ["booking_id": "b1", "total_amount": 100]
        let booking = event("booking.completed", customer: ["id": "u1"], data: data)
        let id = try site.track(booking)
        #expect(try site.contact(id)["total_bookings"] == "0")
        #expect(try site.contact(id)["lead_status"] == "New Lead")
        #expect(try site.client.contents().keys("crm_task_").isEmpty)
        let again = event("booking.completed", customer: ["id": "u1"], data: data)
        #expect(try site.post(again, headers: [("Authorization", "Bearer sk_server_secret_one")]).status == 200)
        #expect(try site.contact(id)["total_revenue"] == "100.00", "its booking_id was not used up")
    }

    private static let secret = "a secret of the shop"

    private func signed(_ text: String, _ customer: [String: JSON]) -> JSON {
        let signature = HMACSHA256(key: Self.secret.utf8).signature(of: text.utf8).lowercaseHex
        return event(
            "customer.login", customer: .object(customer.merging(["signature": .string(signature)]) { $1 }))
    }

    @Test func `a signature is needed and must be of this customer`() throws {
        let site = try Site(["IDENTITY_SECRET": Self.secret, "IDENTITY_MODE": "enforce"])
        let unsigned = try site.post(event("customer.login", customer: ["id": "u1"]))
        #expect(unsigned.status == 401)
        #expect(try code(unsigned) == "identity_unverified")
        #expect(try site.post(signed("u2", ["id": "u1"])).status == 401)
        #expect(try site.client.contents().values.isEmpty)
        #expect(try site.post(signed("u1", ["id": "u1"])).status == 200)
        #expect(try site.post(signed("ann@example.com", ["email": " Ann@Example.com "])).status == 200)
        #expect(try !site.client.contents().text.contains("signature"))
    }

    @Test func `a signed id cannot reach the record of somebody else's email`() throws {
        let site = try Site(["IDENTITY_SECRET": Self.secret])
        try site.track(signed("victim@example.com", ["email": "victim@example.com", "name": "Vera Victim"]))
        let victim = try #require(try site.contactID(email: "victim@example.com"))
        let before = try site.contact(victim)
        let attack = signed("mallory", ["id": "mallory", "email": "victim@example.com", "name": "Mallory"])
        let mallory = try site.track(attack)
        #expect(mallory != victim)
        #expect(try site.contact(victim) == before)
        #expect(try site.contactID(email: "victim@example.com") == victim)
        #expect(try site.contact(mallory)["email"] == nil)
    }

    @Test func `in the mode log a wrong signature is logged and the event kept`() throws {
        let site = try Site(["IDENTITY_SECRET": Self.secret, "IDENTITY_MODE": "log"])
        try site.track(event("customer.login", customer: ["id": "u1"]))
        try eventually("it is logged") { site.receiver.output.contains("signature is missing or wrong") }
    }

    @Test func `who sends too fast is told when to come back`() throws {
        let site = try Site(["RATE_LIMIT": "1/h,burst=3", "SERVER_KEYS": "sk_server_secret_one"])
        for _ in 0..<3 { #expect(try site.post(Self.login).status == 200) }
        let refused = try site.post(Self.login)
        #expect(refused.status == 429)
        #expect(Int(refused["retry-after"] ?? "").map { (3500...3600).contains($0) } == true)
        #expect(try site.post(Self.login, headers: [("Authorization", "Bearer sk_server_secret_one")]).status == 200)
    }

    @Test(arguments: [3, 4, 500])
    func `a batch passes as far as the client's rate allows, and the rest is refused event by event`(count: Int) throws
    {
        let site = try Site(["RATE_LIMIT": "1/h,burst=3"])
        let results = try site.trackBatch((0..<count).map { Self.login(of: "u\($0)") })
        #expect(results.count == count)
        #expect(results.prefix(3).allSatisfy { $0["success"] == true })
        let refused = results.dropFirst(3)
        #expect(refused.allSatisfy { $0["success"] == false && $0["error"] == "too_many_requests" })
        let waits = refused.compactMap { $0["retry_after"]?.number }
        #expect(waits.count == refused.count && waits == waits.sorted() && waits.allSatisfy { $0 <= 3 * 3600 })
        #expect(try site.client.contents().keys("crm_index_customer_").count == 3)
    }

    @Test func `a batch is 429 when not one event passes, and only then`() throws {
        let site = try Site(["RATE_LIMIT": "1/h,burst=3"])
        _ = try site.trackBatch([Self.login(of: "a"), Self.login(of: "b")])
        let mixed = try site.trackBatch([Self.login(of: "c"), Self.login(of: "d")])
        #expect(mixed.map { $0["success"] == true } == [true, false])
        let body = JSON.object(["events": .array([Self.login(of: "e"), Self.login(of: "f")])]).text
        let refused = try site.post(body, to: "track-events")
        #expect(refused.status == 429)
        #expect(Int(refused["retry-after"] ?? "").map { (3500...3600).contains($0) } == true)
        let answer = try refused.json()
        #expect(try code(refused) == "too_many_requests")
        #expect(answer["retry_after"]?.number == Double(refused["retry-after"] ?? ""))
        #expect(try site.client.contents().keys("crm_index_customer_").count == 3)
    }

    @Test func `an event that is none of ours counts as one that was sent`() throws {
        let site = try Site(["RATE_LIMIT": "1/h,burst=2"])
        let results = try site.trackBatch([event("nothing.known"), Self.login(of: "a"), Self.login(of: "b")])
        #expect(
            results.map { $0["error"]?.string } == ["unknown_event_type", nil, "too_many_requests"])
    }

    @Test func `a batch with a server key is not counted`() throws {
        let site = try Site(["RATE_LIMIT": "1/h,burst=3", "SERVER_KEYS": "sk_server_secret_one"])
        let body = JSON.object(["events": .array((0..<50).map { Self.login(of: "u\($0 % 2)") })]).text
        let bearer = [("Authorization", "Bearer sk_server_secret_one")]
        let answer = try site.post(body, to: "track-events", headers: bearer)
        #expect(try answer.json()["results"]?.array?.allSatisfy { $0["success"] == true } == true)
    }

    @Test func `a batch of one customer's events is cut where the customer's share ends`() throws {
        let site = try Site(["RATE_LIMIT": "1/h,burst=3", "TRUSTED_PROXIES": "127.0.0.0/8"])
        for number in 1...2 {
            let headers = [("X-Forwarded-For", "10.0.0.\(number)")]
            #expect(try site.post(Self.login(of: "u1"), headers: headers).status == 200)
        }
        let events = [Self.login(of: "u1"), Self.login(of: "u1"), Self.login(of: "u2"), Self.login(of: "u3")]
        let answer = try site.post(
            JSON.object(["events": .array(events)]).text, to: "track-events", headers: [("X-Forwarded-For", "10.0.0.9")]
        )
        let results = try #require(try answer.json()["results"]?.array)
        // The second is one too many of its customer, the last one too many of its client.
        #expect(results.map { $0["success"] == true } == [true, false, true, false])
        let id = try #require(try site.text("crm_index_customer_u1"))
        #expect(try site.contact(id)["website_visits"] == "3")
    }

    private static func login(of id: String) -> JSON { event("customer.login", customer: ["id": .string(id)]) }

    @Test func `one customer is counted from however many addresses`() throws {
        let site = try Site(["RATE_LIMIT": "1/h,burst=3", "TRUSTED_PROXIES": "127.0.0.0/8"])
        for number in 1...3 {
            let headers = [("X-Forwarded-For", "9.9.9.9, 10.0.0.\(number)")]
            #expect(try site.post(Self.login, headers: headers).status == 200)
        }
        #expect(try site.post(Self.login, headers: [("X-Forwarded-For", "10.0.0.9")]).status == 429)
        let other = event("customer.login", customer: ["email": "b@example.com"])
        #expect(try site.post(other, headers: [("X-Forwarded-For", "10.0.0.9")]).status == 200)
    }

    @Test func `X-Forwarded-For is believed from trusted proxies only`() throws {
        let site = try Site(["RATE_LIMIT": "1/h,burst=2"])
        for number in 1...3 {
            let customer: JSON = ["email": .string("c\(number)@example.com")]
            let response = try site.post(
                event("customer.login", customer: customer), headers: [("X-Forwarded-For", "10.0.0.\(number)")])
            #expect(response.status == (number <= 2 ? 200 : 429))
        }
    }

    @Test func `a browser that opts out leaves no trace of browsing, when that is heeded`() throws {
        let site = try Site(["RESPECT_GPC": "1"])
        for type in ["page.viewed", "vehicle.viewed", "search.performed"] {
            for header in ["Sec-GPC", "DNT"] {
                let response = try site.post(event(type, customer: ["id": "u1"]), headers: [(header, "1")])
                #expect(response.status == 200)
                #expect(try response.json()["contact_id"] == .null)
            }
        }
        #expect(try site.client.contents().values.isEmpty)
        #expect(try site.post(event("booking.started", customer: ["id": "u1"]), headers: [("DNT", "1")]).status == 200)
        let before = try site.client.contents()
        #expect(!before.values.isEmpty)
        // It would apply although the page came back, whose view is not kept.
        var left = event("booking.abandoned", customer: ["id": "u1"])
        left["if_idle_for"] = 1
        #expect(try site.post(left, headers: [("Sec-GPC", "1")]).json()["contact_id"] == .null)
        #expect(try site.client.contents() == before)
    }

    @Test func `a robot makes no work for people`() throws {
        let site = try Site()
        let left = event("booking.abandoned", customer: ["id": "u1"])
        let agent = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
        #expect(try site.post(left, headers: [("User-Agent", agent)]).status == 200)
        #expect(try site.client.contents().keys("crm_task_").isEmpty)
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
        #expect(try site.post(left, headers: [("User-Agent", chrome)]).status == 200)
        #expect(try site.client.contents().keys("crm_task_").count == 1)
    }
}
