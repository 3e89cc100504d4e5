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
        "crm_contact_<id>", "crm_activity_<id>", "crm_stats_\(year)-05-10", "crm_index_contacts_recent",
        "crm_index_status_customer_active", "crm_index_tasks_open", "crm_index_tasks_<id>", "crm_index_bookings_<id>",
        "crm_index_contacts_revenue", "crm_index_bookings_open", "crm_index_bookings_leaving",
        "crm_index_status_new_lead",
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

    /// A customer in the middle of everything: cars seen, bookings made, begun and abandoned, tasks of all kinds, with
    /// a copy of it all in database 1. Nothing goes on by itself meanwhile.
    private func busySite() throws -> Site {
        let site = try Site(["ABANDON_AFTER_MINUTES": "0", "ALERT_REPEAT_SECONDS": "3600"])
        let known: JSON = ["id": "user1", "email": "john@example.com", "name": "John Doe"]
        let past: [(type: String, booking: String)] = [
            ("customer.created", ""), ("vehicle.viewed", ""), ("search.performed", ""), ("booking.completed", "b1"),
            ("payment.failed", "b2"), ("booking.started", "b3"), ("booking.abandoned", "b3"), ("booking.started", "b4"),
        ]
        for (minute, step) in past.enumerated() {
            let data: JSON = [
                "booking_id": .string(step.booking), "vehicle_name": "Toyota", "location": "Airport",
                "total_amount": 5,
            ]
            try site.track(event(step.type, at: clock("10:0\(minute)"), customer: known, data: data))
        }
        for key in try site.client.run("KEYS", "*").texts { try site.client.run("COPY", key, key, "DB", "1") }
        return site
    }

    /// Puts everything back as it was in ``busySite()``.
    private func restore(_ site: Site) throws {
        let script = """
            redis.call('FLUSHDB')
            redis.call('SELECT', '1')
            for _, key in ipairs(redis.call('KEYS', '*')) do redis.call('COPY', key, key, 'DB', '0') end
            """
        try site.client.run("EVAL", script, "0")
    }

    /// What the customer of ``busySite()`` does next, under an id that the website did not use for them before.
    private func next(_ type: String, booking: String) -> JSON {
        let data: JSON = [
            "booking_id": .string(booking), "vehicle_name": "Toyota", "location": "Airport", "total_amount": 7,
        ]
        let both: JSON = ["id": "user2", "email": "john@example.com"]
        return event(type, at: clock("11:00"), id: "next", customer: both, data: data)
    }

    /// Which booking it is matters to bookings alone.
    private static let steps = EventTests.types.flatMap { type in
        (type.hasPrefix("booking.") ? ["b3", "b4", "b5"] : ["b5"]).map { (type, $0) }
    }

    @Test(arguments: steps)
    func `whatever key was spoiled by hand, an event is applied whole or not at all`(
        type: String, booking: String
    ) throws {
        let site = try busySite()
        let whole = try site.client.contents()
        let sent = next(type, booking: booking)
        try site.track(sent)
        let after = try site.client.contents()
        let written = after.values.keys.filter { after.values[$0] != whole.values[$0] }
        let isNew = { (key: String) in key.hasPrefix("crm_task_") && whole.values[key] == nil }
        for key in Set(whole.values.keys).union(written) where !isNew(key) {
            try restore(site)
            try site.client.run("DEL", key)
            try site.client.run("LPUSH", key, "edited by hand")
            var before = whole
            before.values[key] = .list(["edited by hand"])
            before.expiries[key] = nil
            let response = try site.post(sent)
            // A key of one string counts as absent, and is made anew.
            if case .string = after.values[key] {
                #expect(response.status == 200, "\(key): \(response.text)")
            } else if written.contains(key) {
                #expect(response.status == 503, "\(key): \(response.text)")
            }
            if response.status != 200 {
                #expect(try site.client.contents() == before, "\(key): an event that failed left something behind")
            }
        }
    }

    @Test(arguments: [
        "crm_contact_<id>", "crm_stats_\(year)-05-10", "crm_index_moves_\(year)-05-10", "crm_index_funnel_<id>",
    ])
    func `a number that was edited into text refuses the event whole`(place: String) throws {
        let site = try busySite()
        let id = try #require(try site.contactID(email: "john@example.com"))
        let key = place.replacing("<id>", with: id)
        let sound = try site.client.hash(key)
        let whole = try site.client.contents()
        let numbers = sound.filter { Double($0.value) != nil && $0.key != "estimated_deal_value" }.keys
        var refused = 0
        for type in EventTests.types {
            try restore(site)
            try site.track(next(type, booking: "b4"))
            let after = try site.client.hash(key)
            for field in numbers {
                try restore(site)
                try site.client.run("HSET", key, field, "many")
                var before = whole
                before.values[key] = .hash(sound.merging([field: "many"]) { $1 })
                let response = try site.post(next(type, booking: "b4"))
                guard response.status != 200 else {
                    // The last step of a booking that is over is forgotten, whatever it was.
                    let isLeft = try site.client.hash(key)[field] == "many" || after[field] == nil
                    #expect(isLeft && after[field] == sound[field], "\(type) \(field)")
                    continue
                }
                refused += 1
                #expect(response.status == 503, "\(type) \(field): \(response.text)")
                #expect(try site.client.contents() == before, "\(type) \(field)")
            }
        }
        #expect(refused > 0)
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
        let site = try Site(["REDIS_TIMEOUT_SECONDS": "1"])
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
            // A hundred keys then take two seconds, in which Redis answers now and then.
            $0.more = ["--key-load-delay", "20000", "--loading-process-events-interval-bytes", "1024"]
        })
        for index in 0..<100 {
            try site.client.run("SET", "filler\(index)", "\(index)" + String(repeating: "x", count: 99))
        }
        try site.client.run("CONFIG", "SET", "rdbcompression", "no")
        try site.client.run("SAVE")
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
