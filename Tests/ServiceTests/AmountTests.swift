import TestSupport
import Testing

/// Amounts on their way into the revenue, and bookings that bring none.
@Suite struct AmountTests {
    private static let warning = "A completed booking has no amount"

    private func warnings(_ receiver: Receiver) throws -> Int {
        let text = try receiver.connect().get("/metrics").text
        let name = "crmsync_bookings_without_amount_total "
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return try #require(line.flatMap { Int($0.dropFirst(name.count)) })
    }

    @Test func `an amount whose decimals look like a card number counts in full`() throws {
        let site = try Site()
        let id = try site.track(event("booking.completed", data: ["total_amount": "406.39669999999995"]))
        #expect(try site.contact(id)["total_revenue"] == "406.40")
        #expect(try site.timeline(id).first?["data"] == ["total_amount": "406.39669999999995"])
        #expect(try warnings(site.receiver) == 0)
    }

    @Test func `it counts in full too when it was queued, and is no dead letter`() throws {
        let site = try Outage()
        site.redis.killHard()
        let sent = event("booking.completed", data: ["booking_id": "b1", "totalAmount": "406.39669999999995"])
        #expect(try site.post(sent).status == 202)
        #expect(try site.post(event("booking.completed", data: ["booking_id": "b2"])).status == 202)
        #expect(try warnings(site.receiver) == 1)
        try site.redis.start()
        try site.awaitReplay()
        let client = try site.redis.client()
        let id = try #require(try client.run("GET", "crm_contact_email_john@example.com").text)
        #expect(try client.hash("crm_contact_\(id)")["total_revenue"] == "406.40")
        #expect(try client.hash("crm_contact_\(id)")["total_bookings"] == "2")
        #expect(try site.metric("crmsync_journal_dead_total") == 0)
    }

    @Test func `a completed booking without an amount is warned about once, in log, metrics and live feed`() throws {
        let desk = try ReadingDesk()
        let site = desk.site
        let stream = try EventStream(site.receiver, "/events/live")
        let sent = event("booking.completed", id: "e1", data: ["booking_id": "b1", "note": "450.00"])
        try site.track(sent)
        #expect(try stream.next().json()["warning"]?.string?.contains("event_data.total_amount") == true)
        #expect(try warnings(site.receiver) == 1)
        try eventually("it is logged") { site.receiver.log.contains(Self.warning) }
        #expect(site.receiver.log.contains("event_id=e1"))

        // The same again, by id and by booking; with an amount; and what is no completed booking.
        try site.track(sent)
        try site.track(event("booking.completed", id: "e2", data: ["booking_id": "b1"]))
        try site.track(event("booking.completed", id: "e3", data: ["booking_id": "b2", "price": 5]))
        try site.track(event("booking.started", id: "e4", data: ["booking_id": "b3"]))
        try site.track(event("payment.successful", id: "e5"))
        for _ in 0..<5 { #expect(try stream.next().json()["warning"] == nil) }
        #expect(try warnings(site.receiver) == 1)
    }

    @Test func `a robot's booking, a refused one and one that is not believed are not warned about`() throws {
        let site = try Site(["MONEY_EVENTS": "server", "SERVER_KEYS": "shop-key-0123456789"])
        let bare = event("booking.completed", data: ["booking_id": "b1"])
        try site.track(bare)
        let server = [("Authorization", "Bearer shop-key-0123456789")]
        let robot = [("User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")]
        _ = try site.post(event("booking.completed", data: ["price": "a lot"]), headers: server)
        #expect(try warnings(site.receiver) == 0)
        #expect(try site.post(bare, headers: server).status == 200)
        #expect(try warnings(site.receiver) == 1)
        let open = try Site()
        #expect(try open.post(bare, headers: robot).status == 200)
        #expect(try warnings(open.receiver) == 0)
    }
}
