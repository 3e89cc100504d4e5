import Foundation
import TestSupport
import Testing

/// Contract section 1: many at once, on many threads and processes, make no double and lose no count.
@Suite struct ConcurrencyTests {
    @Test func `fifty parallel first events of one new email make one contact and exact counts`() throws {
        let site = try Site(["THREADS": "2"])
        let connections = try (0..<50).map { _ in try site.receiver.connect() }
        for (index, connection) in connections.enumerated() {
            let sent = event("customer.login", at: clock("10:00"), id: "e\(index)")
            try connection.send("POST", "\(Site.base)/track-event", body: sent.text)
        }
        let answers = try connections.map { try $0.readResponse().json() }
        #expect(answers.allSatisfy { $0["message"] == "Event tracked successfully" })
        #expect(Set(answers.compactMap { $0["contact_id"]?.string }).count == 1)
        let id = try #require(try site.contactID(email: "john@example.com"))
        #expect(try site.client.contents().keys("crm_contact_contact_") == ["crm_contact_\(id)"])
        #expect(try site.contact(id)["website_visits"] == "50")
        #expect(try site.timeline(id).count == 50)
        #expect(
            try site.stats() == ["events": "50", "events:customer.login": "50", "contacts_created": "1"])
    }

    @Test func `two receivers on one Redis count exactly under load`() throws {
        let redis = try PrivateRedis()
        let receivers = try (0..<2).map { _ in try Receiver(redis: redis.url, settings: ["THREADS": "2"]) }
        let connections = try receivers.flatMap { receiver in try (0..<8).map { _ in try receiver.connect() } }
        var random = SeededRandom()
        var load = Load()
        for round in 0..<40 {
            // Each connection carries several requests at once; all sixteen carry the same twenty customers.
            let depth = 5
            for (number, connection) in connections.enumerated() {
                for step in 0..<depth {
                    let id = "e\(round)-\(number)-\(step)"
                    try connection.send("POST", "\(Site.base)/track-event", body: load.next(id, &random).text)
                }
            }
            for connection in connections {
                for _ in 0..<depth {
                    let response = try connection.readResponse()
                    #expect(response.status == 200, "\(response.text)")
                }
            }
        }
        try load.check(try redis.client())
    }

    @Test func `the scripts of Redis can be flushed in the middle of the traffic`() throws {
        let site = try Site(["THREADS": "2"])
        let connection = try site.receiver.connect()
        for round in 0..<30 {
            for index in 0..<20 {
                let sent = event("customer.login", at: clock("10:00"), id: "e\(round)-\(index)")
                try connection.send("POST", "\(Site.base)/track-event", body: sent.text)
                if index == 10 { try site.client.run("SCRIPT", "FLUSH") }
            }
            for _ in 0..<20 { #expect(try connection.readResponse().status == 200) }
        }
        let id = try #require(try site.contactID(email: "john@example.com"))
        #expect(try site.contact(id)["website_visits"] == "600")
    }
}

/// Random events of twenty customers, and what they must add up to.
private struct Load {
    private var logins = [Int](repeating: 0, count: 20)
    private var bookings = [Int](repeating: 0, count: 20)
    private var cents = [Int](repeating: 0, count: 20)
    private var views: [String: Double] = [:]
    private var events = 0

    mutating func next(_ id: String, _ random: inout SeededRandom) -> JSON {
        let who = Int.random(in: 0..<20, using: &random)
        let customer: JSON = ["id": "user\(who)", "email": "user\(who)@example.com"]
        events += 1
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            logins[who] += 1
            return event("customer.login", at: clock("10:00"), id: id, customer: customer)
        case 1:
            let amount = Int.random(in: 1...9999, using: &random)
            bookings[who] += 1
            cents[who] += amount
            let data: JSON = ["booking_id": .string(id), "total_amount": .string(money(amount))]
            return event("booking.completed", at: clock("10:00"), id: id, customer: customer, data: data)
        default:
            let car = "Car \(Int.random(in: 0..<5, using: &random))"
            views[car, default: 0] += 1
            let data: JSON = ["vehicle_name": .string(car)]
            return event("vehicle.viewed", at: clock("10:00"), id: id, customer: customer, data: data)
        }
    }

    func check(_ client: RedisClient) throws {
        let contents = try client.contents()
        #expect(contents.keys("crm_contact_contact_").count == 20)
        for who in 0..<20 {
            let id = try #require(try client.run("GET", "crm_contact_email_user\(who)@example.com").text)
            #expect(try client.run("GET", "crm_index_customer_user\(who)").text == id)
            let contact = try client.hash("crm_contact_\(id)")
            #expect(contact["website_visits"] == String(logins[who]))
            #expect(contact["total_bookings"] == String(bookings[who]))
            #expect(contact["total_revenue"] == money(cents[who]))
        }
        let stats = try client.hash("crm_stats_\(year)-05-10")
        #expect(stats["events"] == String(events))
        #expect(stats["contacts_created"] == "20")
        #expect(stats["bookings"] == String(bookings.reduce(0, +)))
        #expect(stats["revenue_cents"] == String(cents.reduce(0, +)))
        #expect(stats["tasks_created"] == String(bookings.reduce(0, +)))
        let seen = try client.sortedSet("crm_stats_vehicles_\(year)-05").map { ($0.member, $0.score) }
        #expect(Dictionary(uniqueKeysWithValues: seen) == views)
        #expect(contents.keys("crm_event_").count == events)
    }

    private func money(_ cents: Int) -> String { "\(cents / 100)." + String(format: "%02d", cents % 100) }
}
