import Foundation
import TestSupport
import Testing

/// Export and erasure of one person.
@Suite struct ErasureTests {
    /// A person with everything: two ids, bookings, tasks of all kinds, views; and somebody else.
    private func person(_ desk: ReadingDesk) throws -> String {
        let site = desk.site
        let mail: JSON = "ann@secret.org"
        try site.track(
            event("customer.created", at: clock("10:00"), id: "e1", customer: ["id": "id-one", "email": mail]))
        try site.track(
            event("vehicle.viewed", at: clock("10:01"), customer: ["email": mail], data: ["vehicle_name": "C"]))
        let second: JSON = ["id": "id-two", "email": mail, "name": "Ann Hidden", "phone": "+4912345"]
        try site.track(event("booking.completed", at: clock("10:02"), customer: second, data: ["booking_id": "book-1"]))
        try site.track(event("payment.failed", at: clock("10:03"), customer: second, data: ["booking_id": "book-1"]))
        let id = try site.track(event("booking.abandoned", at: clock("10:04"), customer: second))
        let task = try #require(try site.tasks(id).first?["id"])
        #expect(try desk.decide(task, "complete").status == 200)
        try site.track(
            event("booking.started", at: clock("10:05"), customer: ["email": mail], data: ["vehicle_id": "v"]))
        return id
    }

    @Test func `an export holds all that is kept`() throws {
        let desk = try ReadingDesk()
        let id = try person(desk)
        let response = try desk.response("/contacts/\(id)/export")
        #expect(response["content-disposition"] == "attachment; filename=\"\(id).json\"")
        let export = try response.json()
        #expect(export["contact"] == JSON.object(try desk.site.contact(id).mapValues { .string($0) }))
        #expect(export["customer_ids"] == ["id-one", "id-two"])
        #expect(export["activities"]?.array?.count == 6)
        #expect(export["tasks"]?.array?.count == 3)
        #expect(export["bookings"] == ["book-1"])
        #expect(export["vehicles"] == [["name": "C", "views": 1]])
        #expect(export["funnel"]?["booking"] == "v")
        let facts = try desk.site.scores("crm_index_settled_\(id)")
        #expect(!facts.isEmpty)
        #expect(Set(export["settled"]?.array?.compactMap { $0["fact"]?.string } ?? []) == Set(facts.keys))
    }

    @Test func `an erasure leaves no trace of the person and touches nobody else`() throws {
        let desk = try ReadingDesk()
        try desk.site.track(event("booking.abandoned", at: clock("10:00"), customer: ["id": "other"]))
        var before = try desk.site.client.contents()
        let id = try person(desk)
        let receipt = try desk.read("/contacts/\(id)", "DELETE")
        #expect(receipt["contact_id"]?.string == id)
        let erased = try #require(receipt["erased"])
        #expect(erased["crm_contact_"] == 1)
        #expect(erased["crm_contact_email_"] == 1)
        #expect(erased["crm_activity_"] == 1)
        #expect(erased["crm_task_"] == 3)
        #expect(erased["crm_event_"] == 6)
        #expect(erased["crm_index_"] == 8)
        var after = try desk.site.client.contents()
        for trace in [id, "ann@secret.org", "id-one", "id-two", "Hidden", "4912345", "book-1"] {
            #expect(!after.text.contains(trace), "\(trace)")
        }
        let tombstones = after.keys("crm_index_eras")
        // The salt, a tombstone of each name, and the receipt.
        #expect(tombstones.count == 5)
        for key in tombstones {
            #expect((after.expiries[key] ?? 0) > 29 * 86_400)
            after.values[key] = nil
        }
        // Numbers of days and months are about nobody, and stay.
        let prefixes = ["crm_stats_", "crm_index_moves_"]
        let isNumber = { (key: String) in prefixes.contains { key.hasPrefix($0) } }
        before.values = before.values.filter { !isNumber($0.key) }
        after.values = after.values.filter { !isNumber($0.key) }
        #expect(after.values == before.values)
        #expect(try desk.response("/contacts/\(id)").status == 404)
        // Whoever did not get the answer asks again, and gets the same receipt.
        #expect(try desk.read("/contacts/\(id)", "DELETE") == receipt)
        #expect(try desk.response("/contacts/contact_of_nobody", "DELETE").status == 404)
    }

    @Test func `late events of an erased person are dropped, a later registration begins anew`() throws {
        let desk = try ReadingDesk()
        let id = try person(desk)
        #expect(try desk.response("/contacts/\(id)", "DELETE").status == 200)
        let gone = try desk.site.client.contents()
        let late: [JSON] = [
            event("booking.completed", id: "e1", customer: ["id": "id-one"]),
            event("page.viewed", customer: ["id": "unknown", "email": "ann@secret.org"]),
            event("page.viewed", customer: ["id": "id-two"]),
            event("customer.created", at: clock("10:00"), customer: ["id": "id-two"]),
        ]
        for event in late {
            let response = try desk.site.post(event)
            #expect(response.status == 200)
            #expect(try response.json()["contact_id"] == JSON.null)
            #expect(try response.json()["message"] == "Event dropped: this person was erased")
        }
        #expect(try desk.site.client.contents() == gone)
        let fresh = event("customer.created", at: now(plus: 1), customer: ["id": "id-two", "email": "ann@secret.org"])
        let second = try desk.site.track(fresh)
        #expect(second != id)
        #expect(try desk.site.track(event("page.viewed", customer: ["email": "ann@secret.org"])) == second)
        // The other id was not part of the registration.
        #expect(try desk.site.post(event("page.viewed", customer: ["id": "id-one"])).json()["contact_id"] == JSON.null)
    }

    @Test func `whoever is about to call an erased person is told, without a name`() throws {
        let desk = try ReadingDesk()
        let customer: JSON = ["email": "ann@secret.org", "name": "Ann Hidden"]
        let id = try desk.site.track(event("booking.abandoned", customer: customer))
        let listener = try AlertListener(desk.site.redis)
        #expect(try desk.response("/contacts/\(id)", "DELETE").status == 200)
        let heard = try listener.next()
        #expect(heard.channel == "crm_task_closed")
        #expect(try JSON(parsing: heard.text)["task"]?["closed_reason"] == "erased")
        #expect(!heard.text.contains("Hidden") && !heard.text.contains("secret.org"))
    }

    @Test(arguments: ["open", "done", "cancelled", "unheard", "open_urgent"])
    func `the name of a list is nobody who could be erased`(name: String) throws {
        let desk = try ReadingDesk()
        let id = try desk.site.track(event("booking.abandoned", customer: ["id": "a"]))
        let done = try desk.site.track(event("booking.abandoned", customer: ["id": "b"]))
        #expect(try desk.decide(try #require(try desk.site.tasks(done).first?["id"]), "complete").status == 200)
        let before = try desk.site.client.contents()
        #expect(try desk.response("/contacts/\(name)", "DELETE").status == 404)
        #expect(try desk.site.client.contents() == before)
        #expect(try desk.site.openTasks(id).count == 1)
    }

    @Test func `an email that has gone to somebody else is not erased`() throws {
        let desk = try ReadingDesk()
        let first = try desk.site.track(
            event("page.viewed", at: clock("10:00"), customer: ["id": "a", "email": "s@x.org"]))
        try desk.site.client.run("SET", "crm_contact_email_s@x.org", "contact_other")
        let receipt = try desk.read("/contacts/\(first)", "DELETE")
        #expect(receipt["erased"]?["crm_contact_email_"] == 0)
        #expect(try desk.site.contactID(email: "s@x.org") == "contact_other")
    }
}
