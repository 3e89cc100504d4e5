import Foundation
import TestSupport
import Testing

/// Contract section 2: who is it, and what is known about them.
@Suite struct IdentityTests {
    @Test func `an email alone makes a contact with exactly the fields that are known`() throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", at: clock("10:00")))
        #expect(id.wholeMatch(of: /contact_[0-9a-z]{26}/) != nil)
        var contact = try site.contact(id)
        #expect(contact.removeValue(forKey: "last_action")?.isEmpty == false)
        #expect(
            contact == [
                "id": id, "email": "john@example.com", "lead_source": "Website", "lead_status": "New Lead",
                "last_activity": clock("10:00"), "created_at": clock("10:00"), "total_bookings": "0",
                "total_revenue": "0.00", "website_visits": "0",
            ])
        #expect(try site.contactID(email: "john@example.com") == id)
        #expect(try site.scores("crm_index_contacts_recent") == [id: milliseconds(clock("10:00"))])
        #expect(try site.statusIndexes(of: id) == ["new_lead": milliseconds(clock("10:00"))])
    }

    @Test func `a customer id alone makes a contact without an email`() throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", customer: ["id": "user123"]))
        #expect(try site.text("crm_index_customer_user123") == id)
        #expect(try site.contact(id)["customer_id"] == "user123")
        #expect(try site.contact(id)["email"] == nil)
        #expect(try site.client.contents().keys("crm_contact_email_").isEmpty)
    }

    @Test(arguments: ["  John@Example.COM ", "JOHN@EXAMPLE.COM", "\tjohn@example.com\n"])
    func `an email is the same with other letters' case and spaces around it`(spelling: String) throws {
        let site = try Site()
        let id = try site.track(event("page.viewed"))
        #expect(try site.track(event("page.viewed", customer: ["email": .string(spelling)])) == id)
        #expect(try site.client.contents().keys("crm_contact_email_") == ["crm_contact_email_john@example.com"])
        #expect(try site.contact(id)["email"] == "john@example.com")
    }

    @Test func `a new customer id is attached to the contact of a known email`() throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", at: clock("10:00")))
        let both: JSON = ["id": "user123", "email": "john@example.com"]
        #expect(try site.track(event("customer.login", at: clock("10:01"), customer: both)) == id)
        #expect(try site.track(event("page.viewed", at: clock("10:02"), customer: ["id": "user123"])) == id)
        #expect(try site.text("crm_index_customer_user123") == id)
        #expect(try site.contact(id)["customer_id"] == "user123")
    }

    @Test func `a second customer id leads to the same contact as the first`() throws {
        let site = try Site()
        let first: JSON = ["id": "user1", "email": "john@example.com"]
        let second: JSON = ["id": "user2", "email": "john@example.com"]
        let id = try site.track(event("page.viewed", customer: first))
        #expect(try site.track(event("page.viewed", customer: second)) == id)
        #expect(try site.track(event("page.viewed", customer: ["id": "user1"])) == id)
        #expect(try site.track(event("page.viewed", customer: ["id": "user2"])) == id)
    }

    @Test func `an email that becomes known later belongs to the customer id's contact`() throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", at: clock("10:00"), customer: ["id": "user123"]))
        let both: JSON = ["id": "user123", "email": "john@example.com"]
        #expect(try site.track(event("customer.login", at: clock("10:01"), customer: both)) == id)
        #expect(try site.contactID(email: "john@example.com") == id)
        #expect(try site.contact(id)["email"] == "john@example.com")
    }

    @Test func `where id and email name two contacts the id wins and the email stays where it is`() throws {
        let site = try Site()
        let ann = try site.track(event("page.viewed", at: clock("10:00"), customer: ["id": "a", "email": "ann@x.org"]))
        let bob = try site.track(event("page.viewed", at: clock("10:01"), customer: ["id": "b", "email": "bob@x.org"]))
        let mixed: JSON = ["id": "a", "email": "bob@x.org"]
        #expect(try site.track(event("customer.login", at: clock("10:02"), customer: mixed)) == ann)
        #expect(try site.contactID(email: "ann@x.org") == ann)
        #expect(try site.contactID(email: "bob@x.org") == bob)
        #expect(try site.contact(ann)["email"] == "ann@x.org")
        #expect(try site.contact(ann)["website_visits"] == "1")
        #expect(try site.contact(bob)["email"] == "bob@x.org")
        #expect(try site.contact(bob)["last_activity"] == clock("10:01"))
        try eventually("a warning is logged") { site.receiver.log.lowercased().contains("warn") }
        #expect(!site.receiver.log.contains("bob@x.org"))
    }

    @Test func `a changed email moves the index`() throws {
        let site = try Site()
        let old: JSON = ["id": "user123", "email": "old@x.org"]
        let new: JSON = ["id": "user123", "email": "new@x.org"]
        let id = try site.track(event("page.viewed", at: clock("10:00"), customer: old))
        #expect(try site.track(event("customer.updated", at: clock("10:01"), customer: new)) == id)
        #expect(try site.client.contents().keys("crm_contact_email_") == ["crm_contact_email_new@x.org"])
        #expect(try site.contactID(email: "new@x.org") == id)
        #expect(try site.contact(id)["email"] == "new@x.org")
    }

    @Test func `a moved email leaves the old index alone when it names another contact`() throws {
        let site = try Site()
        let old: JSON = ["id": "user123", "email": "old@x.org"]
        let new: JSON = ["id": "user123", "email": "new@x.org"]
        let id = try site.track(event("page.viewed", at: clock("10:00"), customer: old))
        try site.client.run("SET", "crm_contact_email_old@x.org", "contact_of_another")
        try site.track(event("customer.updated", at: clock("10:01"), customer: new))
        #expect(try site.contactID(email: "old@x.org") == "contact_of_another")
        #expect(try site.contactID(email: "new@x.org") == id)
    }

    @Test(arguments: [
        ("John Doe", "John", "Doe"), ("Anna Maria van Dyke", "Anna", "Maria van Dyke"), ("Madonna", "Madonna", nil),
        ("  José   Peña ", "José", "Peña"),
    ])
    func `a name splits at its first space`(name: String, first: String, last: String?) throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", customer: ["email": "j@x.org", "name": .string(name)]))
        #expect(try site.contact(id)["first_name"] == first)
        #expect(try site.contact(id)["last_name"] == last)
    }

    @Test func `first and last name are accepted as they are`() throws {
        let site = try Site()
        let customer: JSON = ["email": "j@x.org", "first_name": "Mary Ann", "last_name": "Smith"]
        let id = try site.track(event("page.viewed", customer: customer))
        #expect(try site.contact(id)["first_name"] == "Mary Ann")
        #expect(try site.contact(id)["last_name"] == "Smith")
    }

    @Test func `every event fills in the profile that it carries, and a newer value replaces an older one`() throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", at: clock("10:00"), customer: ["email": "j@x.org"]))
        try site.track(event("chat.message", at: clock("10:01"), customer: ["email": "j@x.org", "phone": "+1 23"]))
        try site.track(event("form.submitted", at: clock("10:02"), customer: ["email": "j@x.org", "name": "J D"]))
        #expect(try site.contact(id)["phone"] == "+1 23")
        #expect(try site.contact(id)["first_name"] == "J")
        try site.track(event("page.viewed", at: clock("10:03"), customer: ["email": "j@x.org", "phone": "+1 45"]))
        #expect(try site.contact(id)["phone"] == "+1 45")
    }

    @Test(arguments: ["", "null", "   "])
    func `an empty or null value never erases one`(nothing: String) throws {
        let site = try Site()
        let full: JSON = ["id": "user123", "email": "j@x.org", "name": "John Doe", "phone": "+123"]
        let id = try site.track(event("page.viewed", at: clock("10:00"), customer: full))
        let value: JSON = nothing == "null" ? nil : .string(nothing)
        let empty: JSON = ["id": "user123", "email": value, "name": value, "phone": value, "first_name": value]
        #expect(try site.track(event("page.viewed", at: clock("10:01"), customer: empty)) == id)
        let contact = try site.contact(id)
        #expect(contact["email"] == "j@x.org")
        #expect(contact["first_name"] == "John")
        #expect(contact["last_name"] == "Doe")
        #expect(contact["phone"] == "+123")
        #expect(try site.contactID(email: "j@x.org") == id)
    }
}
