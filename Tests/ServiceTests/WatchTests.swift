import Foundation
import TestSupport
import Testing

/// What the service does by itself: bookings that fell silent, alerts that nobody heard.
@Suite struct WatchTests {
    /// Settings under which a booking is silent after 0.3 seconds.
    private static let impatient = ["ABANDON_AFTER_MINUTES": "0.005", "ALERT_REPEAT_SECONDS": "0.2"]

    private let car: JSON = ["booking_id": "b1", "vehicle_name": "Toyota Camry", "pickup_location": "Airport"]

    private func tasks(_ site: Site) throws -> [[String: String]] {
        try site.client.contents().keys("crm_task_").map { try site.client.hash($0) }
    }

    private func timeline(_ site: Site, _ id: String) throws -> [JSON] {
        try site.client.run("ZRANGE", "crm_activity_\(id)", "0", "-1").texts.map { try JSON(parsing: $0) }
    }

    @Test func `a booking that fell silent is given up once, however many receivers watch`() throws {
        let site = try Site(Self.impatient)
        let second = try Receiver(redis: site.redis.url, settings: Self.impatient)
        let third = try Receiver(redis: site.redis.url, settings: Self.impatient)
        defer { for receiver in [second, third] { _ = try? receiver.stop() } }
        let id = try site.track(event("booking.started", data: car, session: ["session_id": "s1"]))
        try eventually("it is given up") { try site.contact(id)["lead_status"] == "Hot Lead - Abandoned" }
        let made = try timeline(site, id).filter { $0["type"] == "booking.abandoned" }
        #expect(made.count == 1)
        #expect(made.first?["source"] == "server")
        #expect(made.first?["data"]?["vehicle_name"] == "Toyota Camry")
        #expect(made.first?["session"]?["session_id"] == "s1")
        #expect(try tasks(site).count == 1)
        #expect(try tasks(site).first?["booking"] == "b1")
        #expect(try site.client.run("ZCARD", "crm_index_bookings_open") == .integer(0))
        let late = try site.track(event("booking.abandoned", data: car))
        #expect(late == id)
        #expect(try tasks(site).count == 1, "the browser's own word comes too late to make a second task")
    }

    @Test func `bookings that are over, go on or are young are left alone`() throws {
        let site = try Site(Self.impatient)
        let marker = try site.track(event("booking.started", customer: ["id": "silent"], data: car))
        let done = try site.track(event("booking.started", customer: ["id": "done"], data: car))
        try site.track(event("booking.completed", customer: ["id": "done"], data: car))
        let active = try site.track(event("booking.started", customer: ["id": "active"], data: car))
        try eventually("the silent one is given up") {
            try site.track(event("booking.step_completed", customer: ["id": "active"], data: car))
            return try site.contact(marker)["lead_status"] == "Hot Lead - Abandoned"
        }
        #expect(try site.contact(done)["lead_status"] == "Customer - Active")
        #expect(try site.contact(active)["lead_status"] == "Hot Lead - Booking In Progress")
        #expect(try timeline(site, active).allSatisfy { $0["type"] != "booking.abandoned" })
    }

    /// Customers whose booking was made and counted, and is still listed as being in progress, as clocks that differed
    /// once left it.
    private func makeStuck(_ count: Int, _ site: Site) throws -> [String] {
        let results = try site.trackBatch(
            (0..<count).map {
                event("booking.completed", customer: ["id": "stuck\($0)"], data: ["booking_id": "b\($0)"])
            })
        let ids = results.compactMap { $0["contact_id"]?.string }
        for (index, id) in ids.enumerated() {
            try site.client.run("ZADD", "crm_index_bookings_open", String(index + 1), id)
            try site.client.run(
                "HSET", "crm_index_funnel_\(id)", "step_at", String(index + 1), "booking", "b\(index)", "step", "{}")
        }
        return ids
    }

    @Test func `bookings that cannot be given up keep no other from being found`() throws {
        let site = try Site(["ABANDON_AFTER_MINUTES": "0"])
        #expect(try makeStuck(250, site).count == 250)
        let id = try site.track(event("booking.started", at: now(plus: -60), customer: ["id": "silent"], data: car))
        let watching = try Receiver(redis: site.redis.url, settings: Self.impatient)
        defer { _ = try? watching.stop() }
        try eventually("the honest one is given up") { try site.contact(id)["lead_status"] == "Hot Lead - Abandoned" }
        #expect(try site.scores("crm_index_bookings_open").isEmpty)
    }

    @Test func `a check finds bookings in progress that are counted, and ends them`() throws {
        let site = try Site()
        let id = try #require(try makeStuck(1, site).first)
        let (active, open) = ("crm_index_status_customer_active", "crm_index_status_hot_lead_booking_in_progress")
        try site.client.run("ZREM", active, id)
        try site.client.run("ZADD", open, "5", id)
        try site.client.run("HSET", "crm_contact_\(id)", "lead_status", "Hot Lead - Booking In Progress")
        func check(_ arguments: String...) throws -> (exit: ChildProcess.Exit, output: String, errors: String) {
            try Program.run(["check"] + arguments, environment: ["REDIS_URL": site.redis.url])
        }
        let found = try check()
        #expect(found.exit == .code(1))
        #expect(found.output.contains("its booking in progress was completed and counted"), "\(found.output)")
        #expect(try check("--fix").exit == .code(0))
        #expect(try site.contact(id)["lead_status"] == "Customer - Active")
        #expect(try site.statusIndexes(of: id) == ["customer_active": 5])
        #expect(try site.scores("crm_index_bookings_open").isEmpty)
        #expect(try check().exit == .code(0))
    }

    @Test func `completing a booking ends it, though the browser's last step is dated later`() throws {
        let site = try Site(Self.impatient)
        let id = try site.track(event("booking.started", at: now(plus: 3), data: car))
        try site.track(event("booking.step_completed", at: now(plus: 3), data: car))
        try site.track(event("booking.completed", data: car))
        #expect(try site.contact(id)["lead_status"] == "Customer - Active")
        #expect(try site.scores("crm_index_bookings_open").isEmpty)
        // Time enough for the watch to be wrong: it finds another one.
        let other = try site.track(event("booking.started", customer: ["id": "silent"], data: car))
        try eventually("the watch works") { try site.contact(other)["lead_status"] == "Hot Lead - Abandoned" }
        #expect(try timeline(site, id).allSatisfy { $0["type"] != "booking.abandoned" })
    }

    @Test func `nobody can use up the id under which the service gives a booking up`() throws {
        let site = try Site(["ABANDON_AFTER_MINUTES": "0"])
        let time = now(plus: -60)
        let id = try site.track(event("booking.started", at: time, data: car))
        let step = try #require(try site.scores("crm_index_bookings_open")[id])
        for name in ["abandoned_\(id)_\(Int(step))", "service:abandoned_\(id)_\(Int(step))"] {
            try site.track(event("page.viewed", at: now(plus: -90), id: name))
        }
        let watching = try Receiver(redis: site.redis.url, settings: Self.impatient)
        defer { _ = try? watching.stop() }
        try eventually("it is given up") { try site.contact(id)["lead_status"] == "Hot Lead - Abandoned" }
        let marks = try site.client.contents().keys("crm_event_service:")
        #expect(marks.count == 1)
    }

    @Test func `the watch waits for what another receiver has on disk, as long as that lives`() throws {
        let site = try Site(["ABANDON_AFTER_MINUTES": "0"])
        let folder = try TemporaryFolder()
        // Without a replica its events stay on disk.
        let other = try Receiver(
            redis: site.redis.url, settings: ["WAIT_REPLICAS": "1", "JOURNAL_DIR": folder.file("journal")])
        let connection = try other.connect()
        try connection.send(
            "POST", "\(Site.base)/track-event", body: event("page.viewed", customer: ["id": "someone"]).text)
        #expect(try connection.readResponse().status == 202)
        try eventually("it says so") { try site.scores("crm_index_backlogs").count == 1 }
        #expect(try site.client.run("PTTL", "crm_index_backlogs") != .integer(-1), "the note has an end")
        let id = try site.track(event("booking.started", at: now(plus: -60), data: car))
        let watching = try Receiver(redis: site.redis.url, settings: Self.impatient)
        defer { _ = try? watching.stop() }
        let began = milliseconds(now())
        other.killHard()
        try eventually("it is given up in the end", within: 60) {
            try site.contact(id)["lead_status"] == "Hot Lead - Abandoned"
        }
        let until = milliseconds(now())
        #expect(until - began > 4_000, "the note of the dead one holds for some seconds more")
    }

    @Test func `a user of Redis who may not publish loses no alert and breaks no event`() throws {
        let site = try Site(["ABANDON_AFTER_MINUTES": "0"], redis: { $0.opensPort = true })
        try site.client.run("ACL", "SETUSER", "crm", "on", ">secret-of-the-crm", "~crm_*", "+@all")
        let url = "redis://crm:secret-of-the-crm@127.0.0.1:\(site.redis.port)/0"
        let limited = try Receiver(redis: url, settings: Self.impatient)
        defer { _ = try? limited.stop() }
        let connection = try limited.connect()
        for (type, data) in [("booking.abandoned", car), ("booking.completed", ["booking_id": "b2"] as JSON)] {
            try connection.send("POST", "\(Site.base)/track-event", body: event(type, data: data).text)
            #expect(try connection.readResponse().status == 200)
        }
        let made = try tasks(site)
        #expect(Set(made.compactMap { $0["type"] }) == ["abandoned_booking", "booking_confirmation"])
        #expect(made.first { $0["type"] == "abandoned_booking" }?["status"] == "cancelled")
        #expect(try site.stats(String(now().prefix(10)))["tasks_created"] == "2")
        // The urgent one of another customer waits until somebody who may publish has it heard.
        try connection.send(
            "POST", "\(Site.base)/track-event",
            body: event("booking.abandoned", customer: ["id": "ann"], data: car).text)
        let ann = try #require(try connection.readResponse().json()["contact_id"]?.string)
        #expect(try site.openTasks(ann).first?["unheard"] == "1")
        let listener = try site.redis.client()
        try listener.run("SUBSCRIBE", "crm_task_urgent")
        try site.client.run("ACL", "SETUSER", "crm", "allchannels")
        listener.setDeadline(seconds: 20)
        #expect(try JSON(parsing: listener.nextMessage().elements.last?.text ?? "")["contact"]?["customer_id"] == "ann")
    }

    @Test func `with 0 minutes nothing is given up`() throws {
        let site = try Site(["ABANDON_AFTER_MINUTES": "0"])
        let watching = try Receiver(redis: site.redis.url, settings: Self.impatient)
        let id = try site.track(event("booking.started", data: car))
        #expect(try site.contact(id)["lead_status"] == "Hot Lead - Booking In Progress")
        // The other receiver shows that there was time enough to give it up.
        try eventually("the other one gives it up") { try site.contact(id)["lead_status"] == "Hot Lead - Abandoned" }
        try eventually("it says so") { watching.output.contains("from=watch") }
        #expect(!site.receiver.output.contains("from=watch"))
    }

    @Test func `an alert that nobody heard is repeated until somebody listens`() throws {
        let site = try Site(Self.impatient)
        try site.track(event("booking.abandoned", data: car))
        let task = try #require(try tasks(site).first)
        let id = try #require(task["id"])
        #expect(task["unheard"] == "1")
        #expect(try site.client.run("ZSCORE", "crm_index_tasks_unheard", id).text != nil)
        let listener = try site.redis.client()
        try listener.run("SUBSCRIBE", "crm_task_urgent")
        listener.setDeadline(seconds: 10)
        let message = try listener.nextMessage()
        #expect(message.elements.count == 3)
        let alert = try JSON(parsing: message.elements.last?.text ?? "")
        #expect(alert["task"]?["id"]?.string == id)
        #expect(alert["contact"]?["email"] == "john@example.com")
        try eventually("the mark is gone") { try site.client.hash("crm_task_\(id)")["unheard"] == nil }
        #expect(try site.client.run("ZCARD", "crm_index_tasks_unheard") == .integer(0))
    }

    @Test func `an unheard alert that is over or a day old is not repeated`() throws {
        let site = try Site(Self.impatient)
        let yesterday = Date(timeIntervalSinceNow: -25 * 3600).ISO8601Format()
        try site.track(event("booking.abandoned", at: yesterday, customer: ["id": "old"], data: car))
        try site.track(event("booking.abandoned", customer: ["id": "back"], data: car))
        try site.track(event("booking.started", customer: ["id": "back"], data: car))
        try eventually("both are taken off") {
            try site.client.run("ZCARD", "crm_index_tasks_unheard") == .integer(0)
        }
        #expect(try site.receiver.connect().get("/metrics").text.contains("crmsync_alerts_repeated_total 0\n"))
    }
}
