import Foundation
import TestSupport
import Testing

/// What Redis did not confirm is never answered as if it had.
@Suite struct RedisErrorTests {
    /// A refusal for which the sender is not to blame: try again later.
    private func expectUnavailable(_ response: HTTPResponse, sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(response.status == 503, "\(response.text)", sourceLocation: sourceLocation)
        #expect(response["retry-after"].flatMap { Int($0) } != nil, sourceLocation: sourceLocation)
        let answer = try response.json()
        #expect(answer["success"] == false, sourceLocation: sourceLocation)
        #expect(answer["error"] == "unavailable", sourceLocation: sourceLocation)
    }

    @Test func `a Redis that is full is not taken for success`() throws {
        let site = try Site()
        try site.track(event("page.viewed", id: "before"))
        try site.client.run("CONFIG", "SET", "maxmemory", "1")
        let before = try site.client.contents()
        try expectUnavailable(try site.post(event("booking.completed", id: "e1", data: ["total_amount": 5])))
        #expect(try site.client.contents() == before)
        try site.client.run("CONFIG", "SET", "maxmemory", "0")
        let id = try site.track(event("booking.completed", id: "e1", data: ["total_amount": 5]))
        #expect(try site.contact(id)["total_revenue"] == "5.00")
    }

    @Test func `a Redis that became a replica is not taken for success`() throws {
        let site = try Site()
        try site.track(event("page.viewed", id: "before"))
        try site.client.run("REPLICAOF", "127.0.0.1", "1")
        let before = try site.client.contents()
        try expectUnavailable(try site.post(event("page.viewed", id: "e1")))
        #expect(try site.client.contents() == before)
        try site.client.run("REPLICAOF", "NO", "ONE")
        try eventually("the service recovers") { try site.post(event("page.viewed", id: "e1")).status == 200 }
    }

    @Test(arguments: [
        "crm_contact_<id>", "crm_activity_<id>", "crm_stats_2024-05-10", "crm_index_contacts_recent",
        "crm_index_status_customer_active", "crm_index_tasks_open", "crm_index_tasks_<id>", "crm_index_bookings_<id>",
        "crm_index_contacts_revenue", "crm_index_bookings_open", "crm_index_status_new_lead",
    ])
    func `a key of the wrong type refuses the event whole`(key: String) throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", at: clock("10:00"), id: "before"))
        let broken = key.replacing("<id>", with: id)
        try site.client.run("DEL", broken)
        try site.client.run("LPUSH", broken, "edited by hand")
        let before = try site.client.contents()
        let sent = event(
            "booking.completed", at: clock("10:01"), id: "e1", data: ["booking_id": "b1", "total_amount": 5])
        let response = try site.post(sent)
        #expect(response.status >= 500, "\(response.text)")
        #expect(try response.json()["success"] == false)
        #expect(try site.client.contents() == before, "an event that failed left something behind")
        // Others are served as before, and so is this one once the key is mended.
        try site.client.run("DEL", broken)
        #expect(try site.post(sent).json()["message"] == "Event tracked successfully")
    }

    @Test func `a number that was edited into text refuses the event whole`() throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", at: clock("10:00"), id: "before"))
        for field in ["website_visits", "total_bookings", "total_revenue"] {
            let old = try #require(try site.contact(id)[field])
            try site.client.run("HSET", "crm_contact_\(id)", field, "many")
            let before = try site.client.contents()
            let type = field == "website_visits" ? "customer.login" : "booking.completed"
            let response = try site.post(event(type, at: clock("10:01"), data: ["total_amount": 5]))
            #expect(response.status >= 500, "\(field): \(response.text)")
            #expect(try site.client.contents() == before, "\(field)")
            try site.client.run("HSET", "crm_contact_\(id)", field, old)
        }
    }

    @Test func `a Redis that wants a password is not taken for success`() throws {
        let redis = try PrivateRedis()
        let receiver = try Receiver(redis: redis.url)
        let client = try redis.client()
        try client.run("CONFIG", "SET", "requirepass", "later")
        // The connection that is there stays signed in; the next one is not.
        try client.run("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        let connection = try receiver.connect()
        try eventually("the service notices") { try connection.get("/readyz").status == 503 }
        try connection.send("POST", "\(Site.base)/track-event", body: event("page.viewed").text)
        try expectUnavailable(try connection.readResponse())
        #expect(try client.contents().values.isEmpty)
        try client.run("CONFIG", "SET", "requirepass", "")
        try eventually("the service recovers") { try connection.get("/readyz").status == 200 }
        try connection.send("POST", "\(Site.base)/track-event", body: event("page.viewed").text)
        #expect(try connection.readResponse().status == 200)
    }

    @Test func `a Redis with a password is used with the one in its URL`() throws {
        let redis = try PrivateRedis {
            $0.password = "p@ss:/word%"
            $0.opensPort = true
        }
        let url = "redis://:p%40ss%3A%2Fword%25@127.0.0.1:\(redis.port)/3"
        let receiver = try Receiver(redis: url)
        let connection = try receiver.connect()
        try connection.send("POST", "\(Site.base)/track-event", body: event("page.viewed").text)
        #expect(try connection.readResponse().status == 200)
        let client = try redis.client()
        #expect(try client.contents().values.isEmpty)
        try client.run("SELECT", "3")
        #expect(try client.contents().keys("crm_contact_email_").count == 1)
    }

    @Test func `a Redis that hangs is not waited for without end, and is used again when it goes on`() throws {
        let site = try Site()
        try site.track(event("page.viewed", id: "before"))
        site.redis.freeze()
        let response = try site.post(event("customer.login", id: "e1"))
        try expectUnavailable(response)
        site.redis.thaw()
        try eventually("the service recovers") { try site.post(event("customer.login", id: "e1")).status == 200 }
        let id = try #require(try site.contactID(email: "john@example.com"))
        #expect(try site.contact(id)["website_visits"] == "1")
    }

    @Test func `a Redis that dies is used again when it is back, and nothing counts twice`() throws {
        let site = try Site(redis: { $0.appendOnly = true })
        try site.client.run("CONFIG", "SET", "appendfsync", "always")
        try site.track(event("customer.login", id: "e0"))
        site.redis.killHard()
        try expectUnavailable(try site.post(event("customer.login", id: "e1")))
        let connection = try site.receiver.connect()
        #expect(try connection.get("/readyz").status == 503)
        #expect(try connection.get("/healthz").status == 200)
        try site.redis.start()
        try eventually("the service recovers") { try site.post(event("customer.login", id: "e1")).status == 200 }
        try eventually("the service is ready again") { try connection.get("/readyz").status == 200 }
        let client = try site.redis.client()
        let id = try #require(try client.run("GET", "crm_contact_email_john@example.com").text)
        #expect(try client.hash("crm_contact_\(id)")["website_visits"] == "2")
    }

    @Test func `a batch that nothing of could be stored is refused whole`() throws {
        let site = try Site()
        try site.client.run("CONFIG", "SET", "maxmemory", "1")
        let batch: JSON = ["events": [event("page.viewed"), event("customer.login")]]
        try expectUnavailable(try site.post(batch.text, to: "track-events"))
        #expect(try site.client.contents().values.isEmpty)
    }

    @Test func `a Redis that still reads its file is not taken for success`() throws {
        let site = try Site(redis: {
            $0.appendOnly = true
            // A hundred keys then take two seconds.
            $0.more = ["--key-load-delay", "20000", "--loading-process-events-interval-bytes", "1024"]
        })
        try site.client.run("CONFIG", "SET", "appendfsync", "always")
        for index in 0..<100 { try site.client.run("SET", "filler\(index)", String(repeating: "x", count: 100)) }
        site.redis.killHard()
        try site.redis.start(awaitsAnswer: false)
        let client = try site.redis.client()
        guard case .error(let text) = try client.send(["GET", "filler0"]), text.hasPrefix("LOADING") else {
            throw Failure("Redis has read its file already")
        }
        try expectUnavailable(try site.post(event("customer.login", id: "e1")))
        try eventually("the service recovers") { try site.post(event("customer.login", id: "e1")).status == 200 }
        let id = try #require(try client.run("GET", "crm_contact_email_john@example.com").text)
        #expect(try client.hash("crm_contact_\(id)")["website_visits"] == "1")
    }
}
