import Foundation
import TestSupport
import Testing

/// A `booking.abandoned` that applies only if nothing later follows: what a browser says that cannot tell whether it is
/// closed or comes back.
@Suite struct LeftBookingTests {
    private static let index = "crm_index_bookings_leaving"
    private let car: JSON = ["booking_id": "b1", "vehicle_name": "Toyota Camry"]

    private func started(at time: String? = nil, customer: JSON = john) -> JSON {
        event("booking.started", at: time, customer: customer, data: car, session: ["session_id": "s1"])
    }

    private func left(
        _ seconds: Double, at time: String? = nil, id: String? = nil, customer: JSON = john, data: JSON? = nil
    ) -> JSON {
        var sent = event("booking.abandoned", at: time, id: id, customer: customer, data: data ?? car)
        sent["if_idle_for"] = .number(seconds)
        return sent
    }

    /// Sends one that has to wait.
    private func hold(_ site: Site, _ event: JSON, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let response = try site.post(event)
        #expect(response.status == 202, "\(response.text)", sourceLocation: sourceLocation)
    }

    private func awaitAbandoned(_ site: Site, _ id: String) throws {
        try eventually("it is given up") { try site.contact(id)["lead_status"] == "Hot Lead - Abandoned" }
    }

    private func awaitLook(_ site: Site) throws {
        try eventually("the watch has seen it") { try site.scores(Self.index).isEmpty }
    }

    private func abandoned(_ site: Site, _ id: String) throws -> [JSON] {
        try site.timeline(id).filter { $0["type"] == "booking.abandoned" }
    }

    /// When the browser said that it may be leaving.
    private func leavingAt(_ site: Site, _ id: String) throws -> Double? {
        try site.client.hash("crm_index_funnel_\(id)")["leaving_at"].flatMap { Double($0) }
    }

    /// It is still in progress, and nothing is left of the doubt.
    private func expectGoesOn(_ site: Site, _ id: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try site.contact(id)["lead_status"] == "Hot Lead - Booking In Progress", sourceLocation: sourceLocation)
        #expect(try abandoned(site, id) == [], sourceLocation: sourceLocation)
        #expect(try leavingAt(site, id) == nil, sourceLocation: sourceLocation)
    }

    @Test func `it is applied once when nothing has followed, however many receivers watch`() throws {
        let site = try Site()
        let others = try (0..<2).map { _ in try Receiver(redis: site.redis.url) }
        defer { for receiver in others { _ = try? receiver.stop() } }
        let lastStep = now(plus: -2)
        let id = try site.track(started(at: lastStep))
        let time = now(plus: -1)
        let response = try site.post(left(1.5, at: time, id: "e1"))
        #expect(response.status == 202)
        #expect(
            try response.json() == [
                "success": true, "contact_id": .string(id), "event_id": "e1",
                "message": "Event accepted: it applies unless the customer does more",
            ])
        #expect(try leavingAt(site, id) == milliseconds(time))
        #expect(try site.contact(id)["lead_status"] == "Hot Lead - Booking In Progress")
        #expect(try site.text("crm_event_e1") == nil)
        try awaitAbandoned(site, id)
        let made = try abandoned(site, id)
        #expect(made.count == 1)
        #expect(made.first?["timestamp"]?.string == lastStep, "a guess is dated at its evidence")
        #expect(made.first?["source"] == "server")
        #expect(made.first?["data"] == ["booking_id": "b1", "vehicle_name": "Toyota Camry", "reason": "left"])
        #expect(made.first?["session"] == ["session_id": "s1"])
        #expect(try site.tasks(id).map { $0["booking"] } == ["b1"])
        #expect(try site.scores(Self.index).isEmpty)
        #expect(try leavingAt(site, id) == nil)
        #expect(try site.stats(String(time.prefix(10)))["events:booking.abandoned"] == "1")
        // Told again, by another tab perhaps, it is void.
        let again = try site.post(left(1.5, at: time, id: "e1"))
        #expect(again.status == 200)
        #expect(try again.json()["message"] == "Event dropped: the booking goes on, or is over")
        #expect(try again.json()["contact_id"]?.string == id)
        for result in ["held", "void"] {
            let line = "booking.abandoned result=\(result) contact_id=\(id) event_id=e1"
            try eventually("the log tells: \(line)") { site.receiver.output.contains(line) }
        }
    }

    @Test(arguments: ["page.viewed", "booking.step_completed", "chat.message", "customer.login"])
    func `anything later of the customer voids it`(type: String) throws {
        let site = try Site()
        let id = try site.track(started(at: now(plus: -2)))
        try hold(site, left(0.5, at: now(plus: -1)))
        try site.track(event(type, data: car))
        try awaitLook(site)
        try expectGoesOn(site, id)
        // It was the event, not the watch that is late.
        try hold(site, left(0.1))
        try awaitAbandoned(site, id)
    }

    @Test func `so does an event of the same millisecond that arrives later`() throws {
        let site = try Site()
        let time = now(plus: -1)
        let id = try site.track(started(at: time))
        try hold(site, left(0.5, at: time))
        try site.track(event("page.viewed", at: time))
        try awaitLook(site)
        try expectGoesOn(site, id)
        // The step of that millisecond, which had been there, does not.
        try hold(site, left(0.1, at: time))
        try awaitAbandoned(site, id)
    }

    @Test func `what is older and comes later does not`() throws {
        let site = try Site()
        let id = try site.track(started(at: now(plus: -3)))
        try hold(site, left(0.5, at: now(plus: -1)))
        try site.track(event("page.viewed", at: now(plus: -2)))
        try awaitAbandoned(site, id)
    }

    @Test func `a booking that is completed meanwhile is over`() throws {
        let site = try Site()
        let id = try site.track(started(at: now(plus: -3)))
        try hold(site, left(60, at: now(plus: -1)))
        // Even before the browser spoke: the website's back end is slower.
        try site.track(event("booking.completed", at: now(plus: -2), data: car))
        #expect(try site.scores(Self.index).isEmpty)
        #expect(try leavingAt(site, id) == nil)
        #expect(try site.contact(id)["lead_status"] == "Customer - Active")
        #expect(try site.post(left(1)).json()["message"] == "Event dropped: the booking goes on, or is over")
        #expect(try abandoned(site, id) == [])
    }

    /// What a booking in progress has not to do with.
    private func voids() -> [String: JSON] {
        [
            "unknown": left(1, customer: ["id": "nobody"]),
            "other booking": left(1, data: ["booking_id": "b2"]),
            "older than the last step": left(1, at: now(plus: -60)),
            "no booking": left(1, customer: ["id": "ann"]),
        ]
    }

    @Test func `without such a booking in progress it is void, and nothing is written`() throws {
        let site = try Site()
        let id = try site.track(started())
        let ann = try site.track(event("page.viewed", customer: ["id": "ann"]))
        let contacts: [String: JSON] = ["unknown": .null, "no booking": .string(ann)]
        let before = try site.client.contents()
        for (what, sent) in voids() {
            let response = try site.post(sent)
            #expect(response.status == 200, "\(what): \(response.text)")
            #expect(try response.json()["contact_id"] == contacts[what] ?? .string(id), "\(what)")
            #expect(try response.json()["message"] == "Event dropped: the booking goes on, or is over", "\(what)")
        }
        let robot = [("User-Agent", "Googlebot/2.1 (+http://www.google.com/bot.html)")]
        #expect(try site.post(left(1), headers: robot).status == 200)
        #expect(try site.client.contents() == before)
    }

    @Test func `it must say a time, and on another event it is refused`() throws {
        let site = try Site()
        var other = event("page.viewed")
        other["if_idle_for"] = 1
        for sent in [left(0), left(61), other] {
            let response = try site.post(sent)
            #expect(response.status == 422)
            #expect(try response.json()["error"] == "invalid_if_idle_for")
            #expect(try response.json()["field"] == "if_idle_for")
        }
        #expect(try site.client.contents().values.isEmpty)
    }

    @Test func `told again it puts nothing off, and of two the one that is due first counts`() throws {
        let site = try Site()
        let id = try site.track(started(at: now(plus: -30)))
        func due() throws -> Double { try #require(try site.scores(Self.index)[id]) }
        let first = left(40, at: now(plus: -20), id: "e1")
        try hold(site, first)
        let begun = try due()
        try hold(site, first)
        try hold(site, left(50, at: now(plus: -10)))
        #expect(try due() == begun)
        #expect(try leavingAt(site, id) == milliseconds(first["timestamp"]?.string ?? ""))
        try hold(site, left(30, at: now(plus: -10)))
        #expect(try due() < begun)
        // The customer was there in between: only the later one is still to come.
        try site.track(event("page.viewed", at: now(plus: -9)))
        let second = left(60, at: now(plus: -8))
        try hold(site, second)
        #expect(try due() > begun)
        #expect(try leavingAt(site, id) == milliseconds(second["timestamp"]?.string ?? ""))
    }

    @Test func `in a batch it is one of many`() throws {
        let site = try Site()
        let ann: JSON = ["id": "ann"]
        let results = try site.trackBatch([
            started(at: now(plus: -2)), left(0.4, at: now(plus: -1)), event("page.viewed", customer: ann),
            started(at: now(plus: -2), customer: ["id": "bob"]), left(0.4, at: now(plus: -1), customer: ["id": "bob"]),
            event("page.viewed", customer: ["id": "bob"]), left(0, customer: ann),
        ])
        let messages = results.map { $0["message"]?.string ?? "" }
        #expect(messages[1] == "Event accepted: it applies unless the customer does more")
        #expect(messages[4] == messages[1])
        #expect(results[6]["error"] == "invalid_if_idle_for")
        try awaitAbandoned(site, try #require(results[0]["contact_id"]?.string))
        try awaitLook(site)
        try expectGoesOn(site, try #require(results[3]["contact_id"]?.string))
    }

    @Test func `one that waited on disk is applied when Redis is back, unless something later came`() throws {
        let site = try Outage()
        let names = ["ann", "bob"]
        for name in names { #expect(try site.post(started(at: now(plus: -2), customer: person(name))).status == 200) }
        site.redis.killHard()
        for name in names { #expect(try site.post(left(0.1, at: now(plus: -1), customer: person(name))).status == 202) }
        #expect(try site.post(event("page.viewed", customer: person("bob"))).status == 202)
        try site.redis.start()
        try site.awaitReplay()
        try eventually("Ann's is given up") { try site.contact("ann")["lead_status"] == "Hot Lead - Abandoned" }
        let client = try site.redis.client()
        try eventually("the watch has seen both") { try client.sortedSet(Self.index).isEmpty }
        #expect(try site.contact("bob")["lead_status"] == "Hot Lead - Booking In Progress")
        #expect(site.receiver.output.contains("result=held"))
    }

    private func person(_ name: String) -> JSON { ["email": .string("\(name)@example.com")] }

    @Test func `the watch waits for events of the customer that are still on disk`() throws {
        let site = try Outage()
        #expect(try site.post(started(at: now(plus: -2), customer: person("ann"))).status == 200)
        #expect(try site.post(left(1, at: now(plus: -1), customer: person("ann"))).status == 202)
        site.redis.killHard()
        #expect(try site.post(event("page.viewed", customer: person("ann"))).status == 202)
        try site.redis.start()
        try site.awaitReplay()
        let client = try site.redis.client()
        try eventually("the watch has seen it") { try client.sortedSet(Self.index).isEmpty }
        #expect(try site.contact("ann")["lead_status"] == "Hot Lead - Booking In Progress")
    }

    @Test func `of somebody who is erased nothing is applied, and nothing is left`() throws {
        let desk = try ReadingDesk()
        let id = try desk.site.track(started(at: now(plus: -2)))
        try hold(desk.site, left(60, at: now(plus: -1)))
        _ = try desk.read("/contacts/\(id)", "DELETE")
        #expect(try !desk.site.client.contents().text.contains(id))
        let late = try desk.site.post(left(1))
        #expect(try late.json()["message"] == "Event dropped: this person was erased")
    }

    @Test(arguments: [
        ["SET", index, "edited by hand"], ["HDEL", "crm_index_funnel_<id>", "leaving_at"],
        ["HSET", "crm_index_funnel_<id>", "leaving_at", "soon"], ["HDEL", "crm_index_funnel_<id>", "step_at"],
        ["DEL", "crm_contact_<id>"], ["SADD", "crm_index_bookings_<id>", "b1"],
    ])
    func `what was damaged by hand, or counts as made, is given up by nobody and holds up nothing`(
        words: [String]
    ) throws {
        let site = try Site()
        let id = try site.track(started(at: now(plus: -2)))
        try hold(site, left(0.2, at: now(plus: -1)))
        let bob = try site.track(started(at: now(plus: -2), customer: ["id": "bob"]))
        if words[0] == "SET" { try site.client.run("DEL", Self.index) }
        let reply = try site.client.send(words.map { $0.replacing("<id>", with: id) })
        if case .error(let text) = reply { Issue.record("\(text)") }
        if words[0] == "SET" {
            let before = try site.client.contents()
            #expect(try site.post(left(0.1, customer: ["id": "bob"])).status == 503)
            #expect(try site.client.contents() == before)
            try site.client.run("DEL", Self.index)
        }
        try hold(site, left(0.1, at: now(plus: -1), customer: ["id": "bob"]))
        try awaitAbandoned(site, bob)
        try awaitLook(site)
        #expect(try abandoned(site, id) == [])
    }
}
