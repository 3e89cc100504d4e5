import TestSupport
import Testing

@testable import CRM

/// What an erasure remembers of a person's names, and who may lift it.
@Suite struct ErasedNamesTests {
    private static let secret = "a secret of the shop 0123456789"
    private static let victim = "victim@example.com"

    private func signed(
        _ type: String, _ name: String, _ customer: [String: JSON], at time: String? = nil
    ) -> JSON {
        let signature = HMACSHA256(key: Self.secret.utf8).signature(of: name.utf8).lowercaseHex
        return event(type, at: time, customer: .object(customer.merging(["signature": .string(signature)]) { $1 }))
    }

    private func isDropped(_ desk: ReadingDesk, _ event: JSON) throws -> Bool {
        try desk.site.post(event).json()["message"] == "Event dropped: this person was erased"
    }

    @Test func `an event under any email that a person ever had is dropped`() throws {
        let desk = try ReadingDesk()
        let emails = ["first@x.org", "second@x.org", "third@x.org"]
        for (minute, email) in emails.enumerated() {
            try desk.site.track(
                event(
                    "customer.updated", at: clock("10:0\(minute)"), customer: ["id": "ann", "email": .string(email)]))
        }
        let id = try #require(try desk.site.text("crm_index_customer_ann"))
        #expect(try desk.site.contact(id)["email"] == "third@x.org")
        let former = try desk.site.client.run("SMEMBERS", "crm_index_emails_\(id)").texts
        #expect(Set(former) == ["first@x.org", "second@x.org"])
        #expect(try desk.response("/contacts/\(id)", "DELETE").status == 200)
        for email in emails {
            #expect(try isDropped(desk, event("page.viewed", customer: ["email": .string(email)])), "\(email)")
        }
        #expect(try desk.site.client.contents().keys("crm_contact_").isEmpty)
    }

    @Test func `a former email that leads to somebody else by now stays theirs`() throws {
        let desk = try ReadingDesk()
        for (minute, email): (Int, JSON) in ["shared@x.org", "own@x.org"].enumerated() {
            try desk.site.track(
                event("customer.updated", at: clock("10:0\(minute)"), customer: ["id": "ann", "email": email]))
        }
        let other: JSON = ["id": "bob", "email": "shared@x.org"]
        let bob = try desk.site.track(event("customer.login", at: clock("10:05"), customer: other))
        let ann = try #require(try desk.site.text("crm_index_customer_ann"))
        #expect(try desk.response("/contacts/\(ann)", "DELETE").status == 200)
        #expect(try desk.site.track(event("page.viewed", customer: ["email": "shared@x.org"])) == bob)
        #expect(try isDropped(desk, event("page.viewed", customer: ["email": "own@x.org"])))
    }

    @Test func `a contact keeps 100 former emails, and one more makes room`() throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", at: clock("10:00"), customer: ["id": "ann", "email": "a@x.org"]))
        let key = "crm_index_emails_\(id)"
        func change(_ count: Int, to email: JSON, at time: String) throws -> RedisReply {
            try site.client.run("DEL", key)
            _ = try site.client.send(["SADD", key] + (0..<count).map { "old\($0)@x.org" })
            try site.track(event("customer.updated", at: clock(time), customer: ["id": "ann", "email": email]))
            return try site.client.run("SCARD", key)
        }
        #expect(try change(99, to: "b@x.org", at: "10:01") == .integer(100))
        #expect(try change(100, to: "c@x.org", at: "10:02") == .integer(100))
        #expect(try site.client.run("SISMEMBER", key, "b@x.org") == .integer(1))
    }

    @Test func `a signed id lifts no tombstone of an email that nobody proved`() throws {
        let desk = try ReadingDesk(["IDENTITY_SECRET": Self.secret])
        let mail: JSON = .string(Self.victim)
        let id = try desk.site.track(signed("customer.login", Self.victim, ["email": mail]))
        #expect(try desk.response("/contacts/\(id)", "DELETE").status == 200)
        let attack = signed("customer.created", "mallory", ["id": "mallory", "email": mail], at: now(plus: 1))
        let mallory = try desk.site.track(attack)
        #expect(try desk.site.contact(mallory)["email"] == nil)
        #expect(try isDropped(desk, signed("page.viewed", Self.victim, ["email": mail])))
        // Nor does the email drop what a known contact does.
        let login = signed("customer.login", "mallory", ["id": "mallory", "email": mail], at: now(plus: 2))
        #expect(try desk.site.track(login) == mallory)
        #expect(try !desk.site.client.contents().text.contains(Self.victim.prefix(6)))
        // An id that nobody knows may be the erased person's.
        #expect(try isDropped(desk, signed("page.viewed", "new", ["id": "new", "email": mail])))
        let fresh = signed("customer.created", Self.victim, ["email": mail], at: now(plus: 3))
        let again = try desk.site.track(fresh)
        #expect(try desk.site.contact(again)["email"] == Self.victim)
    }
}
