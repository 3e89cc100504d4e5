import Foundation
import TestSupport
import Testing

@testable import Store

/// What is taken away because it was kept long enough.
@Suite struct RetentionTests {
    /// Settings under which contacts go after 30 days, looked for 20 times a second.
    private static let strict = ["RETENTION_DAYS": "30", "SWEEP_SECONDS": "0.05", "ADMIN_TOKEN": token]

    /// Lets go what is due now: in these tests that is a large share.
    private func allow(_ site: Site) throws {
        let settings = ["REDIS_URL": site.redis.url, "RETENTION_DAYS": "30"]
        let run = try Program.run(["retention", "--yes"], environment: settings, within: 30)
        #expect(run.exit == .code(0), "\(run.output)\(run.errors)")
    }

    private func metric(_ receiver: Receiver, _ name: String) throws -> Int {
        let lines = try receiver.connect().get("/metrics").text.split(separator: "\n")
        return lines.first { $0.hasPrefix(name + " ") }.flatMap { Int($0.dropFirst(name.count + 1)) } ?? -1
    }

    /// Everything but the numbers of days and months, which name nobody.
    private func people(_ site: Site) throws -> RedisContents {
        var contents = try site.client.contents()
        contents.values = contents.values.filter {
            !["crm_stats_", "crm_index_moves_", "crm_index_retention"].contains(where: $0.key.hasPrefix)
        }
        contents.expiries = [:]
        return contents
    }

    @Test func `a contact without activity for so long is gone with everything, and comes back as somebody new`() throws
    {
        let site = try Site()
        let young = try site.track(event("booking.abandoned", customer: ["id": "young"], data: ["booking_id": "b2"]))
        let before = try people(site)
        let ann: JSON = ["id": "ann", "email": "ann@secret.org", "name": "Ann Hidden"]
        let old = try site.track(
            event("vehicle.viewed", at: clock("10:00"), customer: ann, data: ["vehicle_name": "C"]))
        for (minute, type) in ["booking.started", "booking.completed", "payment.failed", "booking.abandoned"]
            .enumerated()
        {
            try site.track(
                event(type, at: clock("10:0\(minute + 1)"), customer: ann, data: ["booking_id": "b\(minute)"]))
        }
        #expect(try site.openTasks(old).count == 3)
        let sweeper = try Receiver(redis: site.redis.url, settings: Self.strict)
        try eventually("the old one is erased") { try metric(sweeper, "crmsync_contacts_expired_total") == 1 }
        #expect(try people(site) == before)
        #expect(try site.contact(young)["id"] == young)
        try eventually("it is logged") { sweeper.log.contains("Contacts without activity erased contacts=1") }
        for trace in ["ann@", "secret.org", "Hidden", old] { #expect(!sweeper.log.contains(trace), "\(trace)") }
        let again = try site.track(event("customer.login", customer: ann))
        #expect(again != old)
        #expect(try site.contact(again)["website_visits"] == "1")
        #expect(try site.timeline(again).count == 1)
    }

    @Test func `with 0 days, as by default, nobody is erased`() throws {
        let site = try Site(["SWEEP_SECONDS": "0.05", "TASK_DAYS": "30"])
        let old = try site.track(event("booking.abandoned", at: clock("10:00")))
        // Another sweep of the same receiver shows that there was time enough.
        try eventually("the old task is taken away") { try site.tasks(old).isEmpty }
        #expect(try site.contact(old)["id"] == old)
        #expect(try metric(site.receiver, "crmsync_contacts_expired_total") == 0)
    }

    @Test func `several receivers erase each contact once`() throws {
        let site = try Site()
        for number in 0..<90 {
            try site.track(event("page.viewed", at: clock("10:00"), customer: ["id": .string("c\(number)")]))
        }
        try allow(site)
        let sweepers = try (0..<3).map { _ in try Receiver(redis: site.redis.url, settings: Self.strict) }
        try eventually("all are erased") { try people(site).values.isEmpty }
        let counts = try sweepers.map { try metric($0, "crmsync_contacts_expired_total") }
        #expect(counts.reduce(0, +) == 90)
    }

    @Test func `an event that arrives while its contact is erased is kept, with a contact to it`() throws {
        let site = try Site()
        let count = 300
        func customer(_ number: Int) -> JSON { ["id": .string("c\(number)"), "email": .string("c\(number)@x.org")] }
        for start in stride(from: 0, to: count, by: 100) {
            _ = try site.trackBatch(
                (start..<start + 100).map { event("page.viewed", at: clock("10:00"), customer: customer($0)) })
        }
        try allow(site)
        let settings = Self.strict.merging(["RETENTION_PER_HOUR": "1000"]) { $1 }
        let sweepers = try (0..<2).map { _ in try Receiver(redis: site.redis.url, settings: settings) }
        // From behind, so that both meet.
        let answers = try (0..<count).reversed().map { number in
            (number, try site.track(event("customer.login", customer: customer(number))))
        }
        try eventually("who stayed away is gone") {
            try site.client.run("ZCOUNT", "crm_index_contacts_recent", "-inf", "(1760000000000") == .integer(0)
        }
        for (number, id) in answers {
            #expect(try site.text("crm_index_customer_c\(number)") == id)
            #expect(try site.contactID(email: "c\(number)@x.org") == id)
            #expect(try site.contact(id)["website_visits"] == "1")
            #expect(try site.timeline(id).last?["type"] == "customer.login")
        }
        let expired = try sweepers.map { try metric($0, "crmsync_contacts_expired_total") }.reduce(0, +)
        let kept = try answers.filter { try site.timeline($0.1).count == 2 }.count
        #expect(expired + kept == count)
    }

    @Test func `the script spares a contact that was active at that moment or later`() throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", at: clock("10:00")))
        let script = Script.erase.text
        func erase(_ moment: Double, hourly: String = "1") throws -> String? {
            let limit = String(Int64(moment))
            let rest = ["1", "new_lead", "urgent", "urgent", "crm_task_closed", limit, hourly]
            return try site.client.send(["EVAL", script, "0", id, clock("11:00"), "1", "salt"] + rest).texts.first
        }
        let last = milliseconds(clock("10:00"))
        let before = try site.client.contents()
        #expect(try erase(last) == "active")
        #expect(try site.client.contents() == before)
        #expect(try erase(last + 1, hourly: "0") == "spent")
        #expect(try site.client.contents() == before)
        #expect(try erase(last + 1) == "open")
        let step = ["EVAL", Script.eraseStep.text, "0", id, "100", "1000000", "{}"]
        #expect(try site.client.send(step).texts == ["erased"])
        #expect(try erase(last + 1) == "missing")
        #expect(try site.client.contents().keys("crm_index_eras").isEmpty)
    }

    @Test func `contacts that cannot be erased do not hold up those behind them`() throws {
        let site = try Site()
        var damaged: [String] = []
        for number in 0..<25 {
            damaged.append(
                try site.track(event("page.viewed", at: clock("09:00"), customer: ["id": .string("d\(number)")])))
            try site.client.run("SET", "crm_activity_\(damaged[number])", "damaged by hand")
        }
        let good = try site.track(event("page.viewed", at: clock("10:00"), customer: ["id": "good"]))
        try site.client.run("ZADD", "crm_index_contacts_recent", "1", "contact_of_nobody")
        try allow(site)
        let sweeper = try Receiver(redis: site.redis.url, settings: Self.strict)
        try eventually("the good one is erased") { try site.contact(good).isEmpty }
        #expect(try site.client.run("ZSCORE", "crm_index_contacts_recent", "contact_of_nobody") == .null)
        #expect(try site.contact(damaged[0])["id"] == damaged[0])
        try eventually("it is logged") { sweeper.log.contains("cannot be erased, will be tried again") }
    }

    @Test func `a large share that is due at once stays until a person allows it`() throws {
        let site = try Site()
        for number in 0..<30 {
            try site.track(event("page.viewed", at: clock("10:00"), customer: ["id": .string("c\(number)")]))
        }
        let sweeper = try Receiver(redis: site.redis.url, settings: Self.strict)
        let problem = "retention_stopped_contacts"
        try eventually("it is stopped") { try sweeper.connect().get("/readyz").text.contains(problem) }
        try eventually("it is logged") { sweeper.log.contains("ERROR RETENTION_DAYS would remove 30 of 30 contacts") }
        #expect(try metric(sweeper, "crmsync_retention_stopped{kind=\"contacts\"}") == 1)
        #expect(try metric(sweeper, "crmsync_retention_due{kind=\"contacts\"}") == 30)
        let settings = ["REDIS_URL": site.redis.url, "RETENTION_DAYS": "30"]
        let look = try Program.run(["retention"], environment: settings, within: 30)
        #expect(look.exit == .code(1))
        #expect(look.output.contains("30 of 30 due (100 %)"))
        #expect(try metric(sweeper, "crmsync_contacts_expired_total") == 0)
        try allow(site)
        try eventually("all are erased") { try metric(sweeper, "crmsync_contacts_expired_total") == 30 }
        try eventually("the problem is gone") { try !sweeper.connect().get("/readyz").text.contains(problem) }
    }

    @Test func `an hour's share is one for all receivers, and a restart gives no other`() throws {
        let site = try Site()
        for number in 0..<9 {
            try site.track(event("page.viewed", at: clock("10:00"), customer: ["id": .string("c\(number)")]))
        }
        func hour() throws -> Int { try #require(try site.client.run("TIME").texts.first.flatMap { Int($0) }) / 3_600 }
        let start = try hour()
        let settings = Self.strict.merging(["RETENTION_PER_HOUR": "5"]) { $1 }
        for _ in 0..<2 {
            let sweepers = try (0..<2).map { _ in try Receiver(redis: site.redis.url, settings: settings) }
            try eventually("five are gone") { try site.client.run("ZCARD", "crm_index_contacts_recent") == .integer(4) }
            try eventually("it was looked at again") {
                try sweepers.allSatisfy { try metric($0, "crmsync_retention_due{kind=\"contacts\"}") == 4 }
            }
            for sweeper in sweepers { _ = try sweeper.stop() }
        }
        let left = try site.client.run("ZCARD", "crm_index_contacts_recent")
        #expect(try left == .integer(4) || hour() > start)
    }

    @Test func `tasks go when they are over for long, not those that are young or taken up again`() throws {
        let site = try Site(["ADMIN_TOKEN": token])
        func abandon(_ who: String, _ time: String?) throws -> (contact: String, task: String) {
            let contact = try site.track(
                event("booking.abandoned", at: time, customer: ["id": .string(who)], data: ["booking_id": "b"]))
            return (contact, try #require(try site.openTasks(contact).last?["id"]))
        }
        let (stale, staleTask) = try abandon("stale", clock("10:00"))
        let (back, backTask) = try abandon("back", clock("10:00"))
        try site.track(
            event("booking.started", at: clock("10:01"), customer: ["id": "back"], data: ["booking_id": "b"]))
        let (assigned, assignedTask) = try abandon("assigned", clock("10:00"))
        let desk = try site.receiver.connect()
        try desk.send(
            "POST", "\(Site.base)/tasks/\(assignedTask)/assign", headers: [("Authorization", "Bearer \(token)")],
            body: "{\"assignee\":\"kim\"}")
        #expect(try desk.readResponse().status == 200)
        let (young, youngTask) = try abandon("young", nil)
        let sweeper = try Receiver(redis: site.redis.url, settings: ["TASK_DAYS": "30", "SWEEP_SECONDS": "0.05"])
        try eventually("two are taken away") { try metric(sweeper, "crmsync_tasks_trimmed_total") == 2 }
        let contents = try site.client.contents()
        #expect(Set(contents.keys("crm_task_")) == ["crm_task_\(assignedTask)", "crm_task_\(youngTask)"])
        for task in [staleTask, backTask] {
            // The timeline and the mark of the event may name what the same event made; no list does.
            for (key, value) in contents.values where key.hasPrefix("crm_index_") {
                #expect(!"\(value)".contains(task), "\(key)")
            }
        }
        #expect(try site.timeline(stale).count == 1)
        #expect(try site.timeline(back).count == 2)
        #expect(try site.tasks(assigned).count == 1)
        #expect(try site.tasks(young).count == 1)
        let again = try site.track(event("booking.abandoned", customer: ["id": "stale"], data: ["booking_id": "b"]))
        #expect(try site.openTasks(again).count == 1, "the booking is free for another task")
    }

    @Test func `a contact keeps its newest 1000 tasks`() throws {
        let site = try Site()
        func book(_ numbers: Range<Int>) throws {
            let start = milliseconds(clock("10:00"))
            let events = numbers.map { number in
                var sent = event("booking.completed", data: ["booking_id": .string("b\(number)")])
                sent["timestamp"] = .number(start + Double(number))
                return sent
            }
            #expect(try site.trackBatch(events).allSatisfy { $0["success"] == true })
        }
        let id = try site.track(event("payment.failed", at: clock("09:00"), data: ["booking_id": "first"]))
        for hundred in 0..<10 { try book(hundred * 100..<hundred * 100 + (hundred == 9 ? 99 : 100)) }
        #expect(try site.client.run("ZCARD", "crm_index_tasks_\(id)") == .integer(1000))
        let oldest = try #require(try site.client.run("ZRANGE", "crm_index_tasks_\(id)", "0", "0").texts.first)
        #expect(try site.client.hash("crm_task_\(oldest)")["booking"] == "first")
        #expect(try site.client.hash("crm_index_funnel_\(id)")["task:payment_failed:first"] != nil)
        try book(999..<1000)
        let contents = try site.client.contents()
        #expect(contents.keys("crm_task_").count == 1000)
        for (key, value) in contents.values where key.hasPrefix("crm_index_") {
            #expect(!"\(value)".contains(oldest), "\(key)")
        }
        for list in ["tasks_\(id)", "tasks_open", "tasks_open_normal"] {
            #expect(try site.client.run("ZCARD", "crm_index_\(list)") == .integer(1000))
        }
        #expect(try site.client.hash("crm_index_funnel_\(id)")["task:payment_failed:first"] == nil)
    }

    @Test func `a hundred open tasks about one person's bookings are enough`() throws {
        let site = try Site()
        let events = (0..<120).map {
            event("booking.abandoned", at: clock("10:00"), data: ["booking_id": .string("b\($0)")])
        }
        let results = try site.trackBatch(events)
        let id = try #require(results.first?["contact_id"]?.string)
        let open = try site.openTasks(id).count
        // Beside them the funnel remembers a moment or two.
        #expect((97...100).contains(open))
        #expect(try site.timeline(id).count == 120)
        #expect(try site.contact(id)["lead_status"] == "Hot Lead - Abandoned")
        try site.track(event("booking.completed", at: clock("10:01"), data: ["booking_id": "b0"]))
        #expect(try site.openTasks(id).count == 1, "all are closed, and there is room again")
        try site.track(event("booking.abandoned", at: clock("10:02"), data: ["booking_id": "new"]))
        #expect(try site.openTasks(id).count == 2)
    }

    @Test func `a contact keeps 10000 counted bookings and 1000 ids`() throws {
        let site = try Site()
        let id = try site.track(event("booking.completed", at: clock("10:00"), data: ["booking_id": "first"]))
        let bookings = (0..<9999).map { "b\($0)" }
        _ = try site.client.send(["SADD", "crm_index_bookings_\(id)"] + bookings)
        for name in ["one more", "and another"] {
            try site.track(event("booking.completed", at: clock("10:01"), data: ["booking_id": .string(name)]))
            #expect(try site.client.run("SCARD", "crm_index_bookings_\(id)") == .integer(10_000))
        }
        #expect(try site.contact(id)["total_bookings"] == "3")

        func login(_ customer: String) throws {
            let both: JSON = ["id": .string(customer), "email": "john@example.com"]
            #expect(try site.track(event("customer.login", at: clock("10:02"), customer: both)) == id)
        }
        try login("first")
        try login("second")
        let ids = "crm_index_customers_\(id)"
        _ = try site.client.send(["SADD", ids] + (0..<997).map { "id\($0)" })
        try login("the 1000th")
        #expect(try site.client.run("SCARD", ids) == .integer(1000))
        #expect(try site.text("crm_index_customer_the 1000th") == id)
        try login("the 1001st")
        #expect(try site.client.run("SCARD", ids) == .integer(1000))
        #expect(try site.text("crm_index_customer_the 1001st") == nil)
        #expect(try site.contact(id)["customer_id"] == "the 1000th")
        #expect(try site.contact(id)["website_visits"] == "4")
    }
}
