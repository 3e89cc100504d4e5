import Foundation
import TestSupport
import Testing

/// `crmsync contacts`, and what `contact` and `journal` show beside the stored values.
@Suite struct ContactListTests {
    private func run(_ site: Site, _ words: String...) throws -> (status: Int32, output: String) {
        let run = try Program.run(words, environment: ["REDIS_URL": site.redis.url, "USER": "anna", "COLUMNS": "200"])
        guard case .code(let status) = run.exit else { throw Failure("ended by a signal: \(run.exit)") }
        return (status, run.output)
    }

    private func shop() throws -> Site {
        let site = try Site()
        func track(_ type: String, _ user: String, _ seconds: Double, _ amount: Double? = nil) throws {
            let data: JSON = amount.map { ["booking_id": "b1", "total_amount": .number($0)] } ?? ["booking_id": "b1"]
            let customer: JSON = ["id": .string(user), "first_name": .string("Name-\(user)")]
            try site.track(event(type, at: now(plus: seconds), customer: customer, data: data))
        }
        try track("booking.completed", "rich", -7200, 900)
        try track("booking.completed", "poor", -3600, 20)
        try track("page.viewed", "new", -60)
        try track("booking.abandoned", "left", -600)
        return site
    }

    private func order(_ output: String) -> [String] { output.matches(of: /Name-([a-z]+)/).map { String($0.1) } }

    @Test func `contacts are listed by activity, by revenue and by status`() throws {
        let site = try shop()
        let recent = try run(site, "contacts")
        #expect(recent.status == 0)
        #expect(order(recent.output) == ["new", "left", "poor", "rich"])
        #expect(try run(site, "contacts", "--sort", "recent").output == recent.output)
        #expect(recent.output.contains(/1 min ago +New Lead +Name-new  contact_/))
        #expect(recent.output.contains(/2 h 0 min ago +Customer - Active +Name-rich  900.00  contact_/))
        #expect(order(try run(site, "contacts", "--sort", "revenue").output) == ["rich", "poor"])
        #expect(order(try run(site, "contacts", "--status", "hot_lead_abandoned").output) == ["left"])
        #expect(try run(site, "contacts", "--status", "hot_lead_booking_in_progress").output == "No contacts.\n")
    }

    @Test func `a long list says that there is more`() throws {
        let site = try shop()
        let two = try run(site, "contacts", "--limit", "2")
        #expect(order(two.output) == ["new", "left"])
        #expect(two.output.hasSuffix("... and more; see --limit\n"))
        #expect(try !run(site, "contacts", "--limit", "4").output.contains("more"))
    }

    @Test func `the JSON of a list is that of the read API`() throws {
        let site = try shop()
        let json = try JSON(parsing: run(site, "contacts", "--limit", "3", "--json").output)
        #expect(json["contacts"]?.array?.map { $0["customer_id"]?.string } == ["new", "left", "poor"])
        #expect(json["next_cursor"]?.string != nil)
    }

    @Test func `a contact is shown with who does its tasks, and with how long ago things were`() throws {
        let site = try shop()
        let id = try #require(try site.text("crm_index_customer_left"))
        let task = try #require(try site.openTasks(id).first?["id"])
        #expect(try run(site, "task", "assign", task, "Bob").status == 0)
        let card = try run(site, "contact", "left").output
        #expect(card.contains(/last_activity +\S+Z \(10 min ago\)/))
        #expect(card.contains(/urgent  task_\S+  due \S+Z \(in (49|50) min\)  URGENT: .+  for Bob/), "\(card)")
        #expect(card.contains(/\S+Z  10 min ago +Abandoned booking/))
        #expect(try run(site, "contact", "new").output.contains("Tasks\nnone\n"))
        try site.client.run("HSET", "crm_task_\(task)", "due_at", now(plus: -7500))
        #expect(try run(site, "contact", "left").output.contains(/due \S+Z \(2 h 5 min late\)/))
        #expect(try run(site, "task", "done", task).output.contains(/done \S+Z \(\d s ago\)/))
    }

    @Test func `the journal has JSON for programs`() throws {
        let site = try Outage()
        let client = try site.redis.client()
        #expect(try site.login("eve") == 200)
        let contact = try #require(try client.run("GET", "crm_contact_email_eve@example.com").text)
        try client.run("DEL", "crm_activity_\(contact)")
        try client.run("SET", "crm_activity_\(contact)", "x")
        #expect(try site.login("eve", id: "e1") == 202)
        try eventually("it is a dead letter") { try site.metric("crmsync_journal_dead_letters") == 1 }
        let report = try JSON(parsing: site.journal("--json").output)
        #expect(report["pending"] == 0 && report["pending_bytes"] == 0 && report["oldest_received_at"] == .null)
        #expect(report["directory"]?.string == site.folder.file("journal"))
        let letter = try #require(report["dead_letters"]?.array?.first)
        #expect(letter["number"] == 1)
        #expect(letter["reason"]?.string?.hasPrefix("WRONGTYPE") == true)
        #expect(try JSON(parsing: letter["event"]?.string ?? "")["event_id"]?.string?.hasSuffix("e1") == true)
        let again = try site.journal("retry", "1")
        #expect(again.exit == .code(1) && again.output.contains("still refused: WRONGTYPE"))
        try client.run("DEL", "crm_activity_\(contact)")
        #expect(try site.journal("retry").output == "applied to \(contact)\n")
        #expect(try site.journal("retry").output == "no dead letters\n")
        #expect(try site.journal("drop", "1").exit == .code(1))
        #expect(try site.journal("drop").output == "dropped 0\n")
    }
}
