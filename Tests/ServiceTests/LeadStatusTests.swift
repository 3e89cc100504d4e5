import Foundation
import TestSupport
import Testing

/// A lead status that a person sets: what is written, and what moves it on.
@Suite struct LeadStatusTests {
    private let desk: ReadingDesk
    private var site: Site { desk.site }

    init() throws { desk = try ReadingDesk() }

    private func set(_ id: String, _ status: JSON, _ more: [String: JSON] = [:]) throws -> HTTPResponse {
        let body = JSON.object(["status": status].merging(more) { $1 })
        return try desk.response("/contacts/\(id)/status", "POST", body: body.text)
    }

    private func status(_ id: String) throws -> String? { try site.client.hash("crm_contact_\(id)")["lead_status"] }

    /// Ann left a booking, an hour ago.
    private func abandoned() throws -> String {
        let data: JSON = ["booking_id": "b1", "vehicle_name": "Camry"]
        try site.track(event("booking.started", at: now(plus: -4000), data: data))
        return try site.track(event("booking.abandoned", at: now(plus: -3600), data: data))
    }

    private func problems() throws -> String {
        try Program.run(["check"], environment: ["REDIS_URL": site.redis.url]).output
    }

    @Test func `it is written with who, when and why, in one list alone`() throws {
        let id = try abandoned()
        let answer = try set(id, "Lost - Not Interested", ["by": " Ana ", "reason": "bought elsewhere"]).json()
        #expect(answer["changed"] == true && answer["contact"]?["lead_status"] == "Lost - Not Interested")
        let contents = try site.client.contents()
        #expect(contents.keys("crm_index_status_") == ["crm_index_status_lost_not_interested"])
        let entered = try site.client.sortedSet("crm_index_status_lost_not_interested")
        #expect(entered.map(\.member) == [id])
        #expect(abs((entered.first?.score ?? 0) - Double(milliseconds(now()))) < 10_000)
        let entry = try #require(try desk.read("/contacts/\(id)/timeline")["activities"]?.array?.first)
        #expect(entry["type"] == "contact.status_set" && entry["source"] == "admin")
        #expect(entry["description"] == "Status set to Lost - Not Interested by Ana: bought elsewhere")
        #expect(entry["data"] == ["status": "Lost - Not Interested", "by": "Ana", "reason": "bought elsewhere"])
        #expect(try problems().contains("All is well"))
        let before = try site.client.contents()
        #expect(try set(id, "lost_not_interested").json()["changed"] == false)
        #expect(try site.client.contents() == before)
    }

    @Test func `lost cancels the tasks for winning the contact back, and announces it; contacted does not`() throws {
        let id = try abandoned()
        try site.track(event("payment.failed", at: now(plus: -3500), data: ["booking_id": "b1"]))
        try site.track(event("booking.completed", at: now(plus: -3400), data: ["booking_id": "b0"]))
        try site.track(event("booking.abandoned", at: now(plus: -3300), data: ["booking_id": "b2"]))
        let open = try site.openTasks(id).count
        #expect(try set(id, "contacted").status == 200)
        #expect(try site.openTasks(id).count == open)
        let listener = try AlertListener(site.redis)
        #expect(try set(id, "lost_not_interested", ["by": "Ana", "reason": "no"]).status == 200)
        #expect(try site.openTasks(id).map { $0["type"] } == ["booking_confirmation"])
        let heard = try listener.next()
        #expect(heard.channel == "crm_task_closed")
        let task = try JSON(parsing: heard.text)["task"]
        #expect(task?["closed_by"] == "Ana" && task?["closed_reason"] == "Lost - Not Interested: no")
        #expect(try !site.client.hash("crm_index_funnel_\(id)").keys.contains { $0.hasPrefix("task:abandoned") })
        #expect(try problems().contains("All is well"))
    }

    @Test func `it ends a booking in progress, and the next step begins one`() throws {
        let id = try site.track(event("booking.started", at: now(plus: -60), data: ["booking_id": "b1"]))
        #expect(try set(id, "contacted").status == 200)
        #expect(try site.client.contents().keys("crm_index_bookings_open") == [])
        #expect(try problems().contains("All is well"))
        let step = event("booking.step_completed", at: now(plus: 1), data: ["booking_id": "b1", "step": "payment"])
        try site.track(step)
        #expect(try status(id) == "Hot Lead - Booking In Progress")
        #expect(try site.client.sortedSet("crm_index_bookings_open").map(\.member) == [id])
    }

    @Test(
        arguments: [
            ("page.viewed", 1, "Lost - Not Interested"), ("search.performed", 1, "Lost - Not Interested"),
            ("customer.login", 1, "Lost - Not Interested"), ("form.submitted", 1, "Lost - Not Interested"),
            ("booking.started", 1, "Hot Lead - Booking In Progress"),
            ("booking.started", -600, "Lost - Not Interested"),
            ("booking.abandoned", 1, "Hot Lead - Abandoned"), ("booking.abandoned", -600, "Lost - Not Interested"),
            ("booking.completed", 1, "Customer - Active"), ("booking.completed", -600, "Customer - Active"),
        ] as [(String, Double, String)])
    func `what the customer does later moves it on, and so does a booking that was made`(
        type: String, seconds: Double, after: String
    ) throws {
        let id = try abandoned()
        #expect(try set(id, "lost_not_interested").status == 200)
        try site.track(event(type, at: now(plus: seconds), data: ["booking_id": "b1"]))
        #expect(try status(id) == after)
        #expect(try problems().contains("All is well"))
    }

    @Test(arguments: ["hot_lead_abandoned", "Hot Lead - Booking In Progress", "lost", "", "\u{7}"])
    func `a status that no person may set is refused with those that may`(status: String) throws {
        let id = try abandoned()
        let response = try set(id, .string(status))
        #expect(response.status == 400)
        let message = try response.json()["message"]?.string ?? ""
        #expect(message.hasPrefix("`status` must be one of: new_lead (New Lead), "), "\(message)")
        #expect(message.contains("lost_not_interested") && !message.contains("hot_lead"))
        #expect(try self.status(id) == "Hot Lead - Abandoned")
    }

    @Test func `who is not there is not found, and long or spoiled texts are refused`() throws {
        #expect(try set("contact_0", "contacted").status == 404)
        let id = try abandoned()
        let (longest, tooLong) = (String(repeating: "x", count: 500), String(repeating: "x", count: 501))
        #expect(try set(id, "contacted", ["reason": .string(tooLong)]).status == 400)
        #expect(try set(id, "contacted", ["by": "a\nb"]).status == 400)
        #expect(try desk.response("/contacts/\(id)/status", "POST").status == 400)
        #expect(try desk.response("/contacts/\(id)/status", "POST", token: nil, body: "{}").status == 401)
        #expect(try desk.response("/contacts/\(id)/status").status == 405)
        #expect(try set(id, "contacted", ["reason": .string(longest)]).status == 200)
    }

    @Test func `secrets in a reason are masked, and an erasure takes it along`() throws {
        let id = try abandoned()
        let reason: JSON = "paid with 4111 1111 1111 1111, cvv=123"
        #expect(try set(id, "qualified", ["by": "Ana", "reason": reason]).status == 200)
        let text = try site.client.contents().text
        #expect(text.contains("paid with [card]") && !text.contains("4111") && !text.contains("123,"))
        #expect(try desk.read("/contacts/\(id)/export").text.contains("contact.status_set"))
        #expect(try desk.response("/contacts/\(id)", "DELETE").status == 200)
        #expect(try !site.client.contents().text.contains("paid with"))
    }

    @Test func `the timeline keeps its limit`() throws {
        let desk = try ReadingDesk(["TIMELINE_LIMIT": "2"])
        let id = try desk.site.track(event("page.viewed"))
        for status in ["contacted", "qualified", "contacted"] {
            let body = JSON.object(["status": .string(status)]).text
            #expect(try desk.response("/contacts/\(id)/status", "POST", body: body).status == 200)
        }
        #expect(try desk.site.client.sortedSet("crm_activity_\(id)").count == 2)
    }

    @Test func `a key of a wrong type stops it before anything is written`() throws {
        let id = try abandoned()
        try site.client.run("DEL", "crm_index_bookings_leaving")
        try site.client.run("SET", "crm_index_bookings_leaving", "x")
        let before = try site.client.contents()
        #expect(try set(id, "lost_not_interested").status == 500)
        #expect(try site.client.contents() == before)
    }

    @Test func `a person's word is no recovery, and crm_meta lists the statuses`() throws {
        let id = try abandoned()
        #expect(try set(id, "contacted").status == 200)
        let stats = try desk.read("/stats?days=1")
        #expect(stats["recovery_rate"] == 0)
        let text = try #require(try site.client.hash("crm_meta")["statuses"])
        let listed = try #require(try JSON(parsing: text).array)
        let shown = try #require(stats["funnel"]?.array)
        #expect(
            listed.map { [$0["name"], $0["slug"], $0["set_by"]] }
                == shown.map { [$0["status"], $0["slug"], $0["set_by"]] })
        #expect(listed.count == 7)
    }

    @Test func `the command sets it by any name of the contact`() throws {
        let id = try abandoned()
        func run(_ words: String...) throws -> (exit: Int32, text: String) {
            let run = try Program.run(
                ["contact", "set-status"] + words, environment: ["REDIS_URL": site.redis.url, "USER": "bob"])
            guard case .code(let exit) = run.exit else { return (-1, "") }
            return (exit, run.output + run.errors)
        }
        let done = try run("john@example.com", "qualified", "--reason", "wants an estate")
        #expect(done.exit == 0 && done.text == "\(id) is now Qualified\n", "\(done)")
        #expect(try status(id) == "Qualified")
        #expect(try run(id, "qualified").text == "\(id) was Qualified already\n")
        #expect(try run("nobody", "qualified").exit == 3)
        let near = try run(id, "qualifed")
        #expect(near.exit == 64 && near.text.contains("did you mean qualified?"), "\(near)")
        #expect(try run(id).exit == 64)
    }
}
