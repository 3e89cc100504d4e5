import Foundation
import TestSupport
import Testing

/// `crmsync check` on databases that the service itself has written.
@Suite struct CheckTests {
    @Test(arguments: [20, 1000])
    func `whatever random events, decisions and erasures leave behind is sound`(limit: Int) throws {
        // Alerts of long ago are given up for good at the first repetition, which a slow machine may reach.
        let desk = try ReadingDesk(["TIMELINE_LIMIT": String(limit), "ALERT_REPEAT_SECONDS": "3600"])
        var traffic = RandomTraffic()
        for round in 0..<80 {
            var batch: [JSON] = []
            for _ in 0..<(1 + round % 40) { batch.append(traffic.next()) }
            let results = try desk.site.trackBatch(batch)
            #expect(results.allSatisfy { $0["success"] == true }, "\(results)")
            try decide(desk, &traffic)
            if round % 20 == 19 { try expectSound(desk, limit) }
        }
        try expectSound(desk, limit)
    }

    /// Somebody at the task desk does something, and now and then a person is erased.
    private func decide(_ desk: ReadingDesk, _ traffic: inout RandomTraffic) throws {
        let client = desk.site.client
        for _ in 0..<4 {
            let tasks = try client.run("KEYS", "crm_task_*").texts.sorted()
            guard let key = traffic.pick(tasks) else { continue }
            let verb = traffic.pick(["complete", "cancel", "reopen", "reopen", "assign"]) ?? ""
            let answer = try desk.decide(String(key.dropFirst("crm_task_".count)), verb, ["assignee": "Bob"])
            #expect([200, 409].contains(answer.status), "\(answer.text)")
        }
        if traffic.chance(12), let key = traffic.pick(try client.run("KEYS", "crm_contact_contact_*").texts.sorted()) {
            let answer = try desk.response("/contacts/\(key.dropFirst("crm_contact_".count))", "DELETE")
            #expect(answer.status == 200)
        }
    }

    private func expectSound(_ desk: ReadingDesk, _ limit: Int) throws {
        let before = try desk.site.client.contents()
        let run = try CheckRun(desk.site.redis, ["--fix"], settings: ["TIMELINE_LIMIT": String(limit)])
        #expect(run.findings.isEmpty, "\(run.findings)")
        #expect(run.status == 0)
        #expect(run.count("contacts") == before.keys("crm_contact_contact_").count)
        #expect(run.count("tasks") == before.keys("crm_task_").count)
        #expect(run.count("keys") == before.values.count)
        #expect(try desk.site.client.contents() == before)
    }

    @Test func `a check that repairs while events arrive finds nothing and breaks nothing`() throws {
        let site = try Site(["THREADS": "2"])
        let connections = try (0..<8).map { _ in try site.receiver.connect() }
        var random = SeededRandom()
        var ledger = Ledger()
        func burst() throws {
            for connection in connections {
                for _ in 0..<4 {
                    try connection.send("POST", "\(Site.base)/track-event", body: ledger.next(&random).text)
                }
            }
            for connection in connections {
                for _ in 0..<4 { #expect(try connection.readResponse().status == 200) }
            }
        }
        for _ in 0..<20 { try burst() }
        for _ in 0..<3 {
            let folder = try TemporaryFolder()
            let check = try ChildProcess(
                Program.path(), ["check", "--fix", "--json"],
                environment: ["REDIS_URL": site.redis.url, "REDIS_TIMEOUT_SECONDS": "30"], output: folder.file("out"),
                errors: folder.file("err"))
            var bursts = 0
            while check.poll() == nil, bursts < 100 {
                try burst()
                bursts += 1
            }
            let exit = try check.wait(within: 60)
            let output = try String(contentsOfFile: folder.file("out"), encoding: .utf8)
            let errors = try String(contentsOfFile: folder.file("err"), encoding: .utf8)
            let run = try CheckRun(status: 0, output: output, errors: errors)
            #expect(run.findings.isEmpty, "\(run.findings)")
            #expect(exit == .code(0))
            #expect(bursts > 0)
        }
        try ledger.check(site)
        #expect(try CheckRun(site.redis).status == 0)
    }

    @Test func `people see groups with examples, what a repair does, and a summary`() throws {
        let site = try Site()
        for number in 0..<12 {
            try site.track(event("page.viewed", customer: ["email": .string("a\(number)@x.org")]))
            try site.client.run("DEL", "crm_contact_email_a\(number)@x.org")
        }
        try site.client.run("SET", "crm_contact_\u{1B}[31mred", "x")
        let settings = ["REDIS_URL": site.redis.url]
        let shown = try Program.run(["check"], environment: settings)
        #expect(shown.exit == .code(1))
        #expect(shown.output.contains("Emails and contacts that do not point at each other: 12\n"))
        // Which ten of the twelve are shown is up to the order in which Redis tells its keys.
        let examples = shown.output.matches(of: /its email a\d+@x\.org leads nowhere\n    --fix lets it lead here/)
        #expect(examples.count == 10)
        #expect(shown.output.contains("... and 2 more"))
        #expect(shown.output.contains("by hand: rename or delete it"))
        #expect(shown.output.contains("12 contacts, 0 tasks, 12 activities"))
        #expect(shown.output.contains("13 findings."))
        #expect(!shown.output.contains("\u{1B}"))
        let repaired = try Program.run(["check", "--fix"], environment: settings)
        #expect(repaired.exit == .code(1))
        #expect(repaired.output.contains("repaired: lets it lead here"))
        #expect(repaired.output.contains("12 findings repaired, 1 left for a person."))
        try site.client.run("DEL", "crm_contact_\u{1B}[31mred")
        let clean = try Program.run(["check"], environment: settings)
        #expect(clean.exit == .code(0))
        #expect(clean.output.contains("All is well."))
        #expect(clean.output.contains("Redis, warning: Redis keeps nothing on disk"))
    }

    @Test func `a timeline that is too long is told, and not cut`() throws {
        let site = try Site()
        for _ in 0..<4 { try site.track(event("page.viewed")) }
        let run = try CheckRun(site.redis, ["--fix"], settings: ["TIMELINE_LIMIT": "3"])
        #expect(run.findings.map(\.kind) == ["timeline_length"])
        #expect(run.status == 1)
        let id = try #require(try site.contactID(email: "john@example.com"))
        #expect(try site.rawTimeline(id).count == 4)
    }

    @Test func `large lists and timelines are looked at to their ends`() throws {
        let site = try Site()
        let id = try site.track(event("page.viewed"))
        for start in stride(from: 0, to: 600, by: 100) {
            _ = try site.trackBatch(
                (start..<start + 100).map { event("page.viewed", customer: ["id": .string("u\($0)")]) })
            _ = try site.trackBatch((0..<100).map { _ in event("page.viewed") })
        }
        #expect(try CheckRun(site.redis).count("activities") == 1201)
        for number in 0..<600 {
            try site.client.run("ZADD", "crm_index_contacts_recent", String(number), "contact_gone\(number)")
            try site.client.run("ZADD", "crm_activity_\(id)", String(number), "garbage \(number)")
        }
        let run = try CheckRun(site.redis, ["--fix"])
        #expect(run.findings.count { $0.kind == "dangling" } == 600)
        #expect(run.findings.count { $0.kind == "timeline" } == 600)
        #expect(run.status == 0)
        #expect(try CheckRun(site.redis).findings.isEmpty)
    }
}

/// Events that change everything a check looks at, and what they must add up to.
private struct Ledger {
    private var serial = 0
    private var logins = [Int](repeating: 0, count: 5)
    private var cents = [Int](repeating: 0, count: 5)
    private var bookings = [Int](repeating: 0, count: 5)

    mutating func next(_ random: inout SeededRandom) -> JSON {
        serial += 1
        let who = Int.random(in: 0..<5, using: &random)
        // The email changes all the time, so that index keys come and go.
        let email = "user\(who)-\(Int.random(in: 0..<3, using: &random))@x.org"
        let customer: JSON = ["id": .string("user\(who)"), "email": .string(email)]
        let data: JSON = ["booking_id": .string("b\(serial)"), "vehicle_id": "v", "total_amount": 1.5]
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            logins[who] += 1
            return event("customer.login", customer: customer)
        case 1:
            bookings[who] += 1
            cents[who] += 150
            return event("booking.completed", customer: customer, data: data)
        case 2: return event("booking.abandoned", customer: customer, data: ["booking_id": "same"])
        case 3: return event("payment.failed", customer: customer, data: ["booking_id": "same"])
        case 4: return event("payment.successful", customer: customer)
        default: return event("booking.started", customer: customer, data: ["booking_id": "same"])
        }
    }

    func check(_ site: Site) throws {
        for who in 0..<5 {
            let id = try #require(try site.text("crm_index_customer_user\(who)"))
            let contact = try site.contact(id)
            #expect(contact["website_visits"] == String(logins[who]))
            #expect(contact["total_bookings"] == String(bookings[who]))
            #expect(contact["total_revenue"] == "\(cents[who] / 100)." + String(format: "%02d", cents[who] % 100))
        }
    }
}
