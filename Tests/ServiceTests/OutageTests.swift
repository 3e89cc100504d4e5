import Foundation
import TestSupport
import Testing

/// What is acknowledged while Redis is away is in Redis later, once.
@Suite struct OutageTests {
    @Test func `events that come while Redis is dead are applied once when it is back`() throws {
        let site = try Outage()
        #expect(try site.login("ann") == 200)
        site.redis.killHard()
        for number in 0..<20 { #expect(try site.login(number % 2 == 0 ? "ann" : "bob", id: "e\(number)") == 202) }
        #expect(try site.login("ann", id: "e0") == 202, "sent again, it is queued again and applied once")
        let ready = try site.receiver.connect().get("/readyz")
        #expect(ready.status == 200)
        #expect(try ready.json()["redis"] == false)
        #expect(try ready.json()["journal"] == true)
        try site.redis.start()
        try site.awaitReplay()
        #expect(try site.contact("ann")["website_visits"] == "11")
        #expect(try site.contact("bob")["website_visits"] == "10")
        for rest in 0...1 {
            let expected = (0..<20).filter { $0 % 2 == rest }.map { "e\($0)" }
            #expect(try site.applied().filter(expected.contains) == expected)
        }
        #expect(try site.timeline("bob").count == 10)
        #expect(try site.login("bob") == 200)
    }

    @Test func `a frozen Redis holds nobody up for long and nothing is counted twice`() throws {
        let site = try Outage()
        #expect(try site.login("ann") == 200)
        site.redis.freeze()
        let began = Date()
        for _ in 0..<5 { #expect(try site.login("ann") == 202) }
        #expect(Date().timeIntervalSince(began) < 10)
        site.redis.thaw()
        try site.awaitReplay()
        #expect(try site.contact("ann")["website_visits"] == "6")
        #expect(try site.timeline("ann").count == 6)
    }

    @Test func `a receiver killed in an outage applies its queue after the next start`() throws {
        let site = try Outage()
        site.redis.killHard()
        for number in 0..<30 { #expect(try site.login("ann", id: "e\(number)") == 202) }
        site.receiver.killHard()
        try site.restartReceiver()
        #expect(try site.metric("crmsync_journal_pending") == 30)
        #expect(try site.login("ann", id: "later") == 202)
        try site.redis.start()
        try site.awaitReplay()
        #expect(try site.contact("ann")["website_visits"] == "31")
        #expect(try site.applied() == (0..<30).map { "e\($0)" } + ["later"], "nothing overtakes the queue")
    }

    @Test func `an orderly end in an outage keeps the queue`() throws {
        let site = try Outage()
        site.redis.killHard()
        #expect(try site.login("ann") == 202)
        #expect(try site.receiver.stop() == .code(0))
        try site.redis.start()
        try site.restartReceiver()
        try site.awaitReplay()
        #expect(try site.contact("ann")["website_visits"] == "1")
    }

    @Test func `receivers and Redis killed under load lose and double nothing`() throws {
        var random = SeededRandom()
        let site = try Outage()
        var acknowledged: [String: Int] = [:]
        for number in 0..<300 {
            switch Int.random(in: 0..<40, using: &random) {
            case 0:
                site.redis.killHard()
                try site.redis.start()
            case 1:
                site.receiver.killHard()
                try site.restartReceiver()
            default: break
            }
            let name = ["ann", "bob", "eve"][number % 3]
            // As a tracker does: the same event again until somebody says that it is safe.
            try eventually(
                "event \(number) is taken; \(String(describing: site.receiver.exit)) \(site.receiver.log.suffix(3000))",
                within: 20
            ) {
                guard let status = try? site.login(name, id: "e\(number)") else { return false }
                return status == 200 || status == 202
            }
            acknowledged[name, default: 0] += 1
        }
        try site.awaitReplay()
        for (name, count) in acknowledged {
            #expect(try site.contact(name)["website_visits"] == String(count))
            let timeline = try site.timeline(name)
            let ids = timeline.compactMap { $0["event_id"]?.string }
            #expect(Set(ids).count == count)
            #expect(
                ids.count == count,
                "\(timeline.filter { entry in ids.filter { $0 == entry["event_id"]?.string }.count > 1 })")
        }
    }

    @Test func `an event that no retry heals goes aside and the others go on`() throws {
        let site = try Outage()
        #expect(try site.login("ann") == 200)
        let client = try site.redis.client()
        let id = try #require(try client.run("GET", "crm_contact_email_ann@example.com").text)
        try client.run("SET", "crm_activity_\(id)", "spoiled by hand")
        #expect(try site.login("ann", id: "poison") == 202)
        #expect(try site.login("bob") == 200)
        try site.awaitReplay()
        #expect(try site.metric("crmsync_journal_dead_total") == 1)
        let shown = try site.journal()
        #expect(shown.exit == .code(0))
        #expect(shown.output.contains("poison") && shown.output.contains("WRONGTYPE"))
        let still = try site.journal("retry")
        #expect(still.exit == .code(1))
        try client.run("DEL", "crm_activity_\(id)")
        #expect(try site.journal("retry", "1").output.contains("applied to \(id)"))
        #expect(try site.contact("ann")["website_visits"] == "2")
        #expect(try site.journal().output.contains("dead letters   0"))
        try client.run("SET", "crm_activity_\(id)", "again")
        #expect(try site.login("ann", id: "poison2") == 202)
        try eventually("it is a dead letter") { try site.metric("crmsync_journal_dead_total") == 2 }
        #expect(try site.journal("drop").output == "dropped 1\n")
    }

    @Test func `a full journal says so and takes events again later`() throws {
        let site = try Outage(["JOURNAL_MAX_BYTES": "65536"])
        site.redis.killHard()
        var taken = 0
        var refused: HTTPResponse?
        while refused == nil, taken < 1000 {
            let response = try site.post(
                event(
                    "customer.login", customer: ["email": "ann@example.com"],
                    data: ["note": .string(String(repeating: "x", count: 900))]))
            if response.status == 202 { taken += 1 } else { refused = response }
        }
        #expect(taken > 20 && refused?.status == 503)
        #expect(refused?["retry-after"] != nil)
        #expect(try refused?.json()["error"] == "unavailable")
        #expect(try site.receiver.connect().get("/readyz").status == 503)
        try site.redis.start()
        try site.awaitReplay()
        #expect(try site.contact("ann")["website_visits"] == String(taken))
        #expect(try site.login("ann") == 200)
        #expect(try site.receiver.connect().get("/readyz").status == 200)
    }

    @Test func `what Redis cannot do for want of memory waits on disk`() throws {
        let site = try Outage()
        #expect(try site.login("ann") == 200)
        let client = try site.redis.client()
        try client.run("CONFIG", "SET", "maxmemory", "1")
        #expect(try site.login("ann") == 202)
        try client.run("CONFIG", "SET", "maxmemory", "0")
        try site.awaitReplay()
        #expect(try site.contact("ann")["website_visits"] == "2")
    }

    @Test func `a folder that cannot be used stops the start and is named`() throws {
        let site = try Outage()
        let folder = site.folder.file("journal")
        for directory in [folder, "/dev/null/journal"] {
            let settings = ["JOURNAL_DIR": directory, "REDIS_URL": site.redis.url, "PORT": "0", "HOST": "127.0.0.1"]
            let end = try Program.run(["serve"], environment: settings)
            #expect(end.exit == .code(78))
            #expect(end.errors.contains("JOURNAL_DIR"))
        }
    }

    @Test func `without a journal an outage is told to the sender`() throws {
        let redis = try PrivateRedis()
        let receiver = try Receiver(redis: redis.url, settings: ["REDIS_TIMEOUT_SECONDS": "0.3"])
        redis.killHard()
        let connection = try receiver.connect()
        try connection.send("POST", "\(Site.base)/track-event", body: event("customer.login").text)
        let response = try connection.readResponse()
        #expect(response.status == 503)
        #expect(response["retry-after"] != nil)
        try eventually("it is not ready") { try receiver.connect().get("/readyz").status == 503 }
    }
}
