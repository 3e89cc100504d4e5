import Foundation
import TestSupport
import Testing

/// Redis is there and takes no events, or not all of them.
@Suite struct RefusalTests {
    /// What keeps a Redis from taking events, and what lets it take them again.
    enum Refusal: String, CaseIterable, Sendable {
        case full, replica, cannotSave, forgetsScripts, loading

        func begin(_ site: Outage) throws {
            let client = try site.redis.client()
            switch self {
            case .full: try client.run("CONFIG", "SET", "maxmemory", "1")
            case .replica: try client.run("REPLICAOF", "127.0.0.1", "1")
            case .cannotSave:
                let folder = try #require(try client.run("CONFIG", "GET", "dir").texts.last)
                try FileManager.default.createDirectory(atPath: folder + "/taken", withIntermediateDirectories: true)
                try client.run("CONFIG", "SET", "dbfilename", "taken", "save", "3600 1")
                try client.run("BGSAVE")
                try eventually("saving fails") {
                    try client.run("INFO", "persistence").text?.contains("rdb_last_bgsave_status:err") == true
                }
            case .forgetsScripts: try client.run("SCRIPT", "FLUSH")
            case .loading:
                for index in 0..<100 { try client.run("SET", "filler\(index)", String(repeating: "x", count: 99)) }
                try client.run("BGREWRITEAOF")
                try eventually("the file is rewritten") {
                    try client.run("INFO", "persistence").text?.contains("aof_rewrite_in_progress:0") == true
                }
                site.redis.killHard()
                try site.redis.start(
                    awaitsAnswer: false,
                    more: ["--key-load-delay", "20000", "--loading-process-events-interval-bytes", "1024"])
            }
        }

        func end(_ site: Outage) throws {
            if self == .loading {
                return try eventually("the file is loaded", within: 20) {
                    try site.redis.client().send(["PING"]) == .status("PONG")
                }
            }
            let client = try site.redis.client()
            switch self {
            case .full: try client.run("CONFIG", "SET", "maxmemory", "0")
            case .replica: try client.run("REPLICAOF", "NO", "ONE")
            case .cannotSave: try client.run("CONFIG", "SET", "save", "")
            case .forgetsScripts, .loading: break
            }
        }
    }

    @Test(arguments: Refusal.allCases)
    func `what a Redis refuses for a while is applied once, in order, when it takes events again`(refusal: Refusal)
        throws
    {
        let site = try Outage { $0.more += ["--enable-protected-configs", "yes"] }
        #expect(try site.login("ann", id: "e0") == 200)
        try refusal.begin(site)
        for number in 1...5 {
            #expect(try site.login("ann", id: "e\(number)") == (refusal == .forgetsScripts ? 200 : 202))
        }
        try refusal.end(site)
        try site.awaitReplay()
        #expect(try site.applied().suffix(5) == (1...5).map { "e\($0)" })
        #expect(try site.timeline("ann").count == 6)
        #expect(try site.contact("ann")["website_visits"] == "6")
        #expect(try site.login("ann") == 200)
    }

    @Test func `a Redis that takes no events is not called ready, and is again when it does`() throws {
        let redis = try PrivateRedis()
        let receiver = try Receiver(redis: redis.url)
        let client = try redis.client()
        try client.run("CONFIG", "SET", "maxmemory", "1")
        try eventually("it is not ready") { try receiver.connect().get("/readyz").status == 503 }
        #expect(try client.contents().values.isEmpty, "to find that out nothing is written")
        try client.run("CONFIG", "SET", "maxmemory", "0")
        try eventually("it is ready") { try receiver.connect().get("/readyz").status == 200 }
    }

    /// Keys that the check of the user's rights asks about: with these it finds nothing, and events are sent.
    private static let asked = ["~crm_index_", "~crm_stats_", "~crm_task_", "~crm_meta"]

    /// Lets Redis refuse all about the booking funnel, for a reason that an operator could mend.
    private func forbidFunnel(_ client: RedisClient) throws {
        let allowed = [
            "contact_*", "event_*", "activity_*", "stats_*", "index_contacts_*", "index_customer_*", "index_status_*",
            "index_erasure_salt", "index_nothing", "index_customers_*",
        ]
        let words = ["ACL", "SETUSER", "default", "resetkeys"] + Self.asked + allowed.map { "~crm_" + $0 }
        #expect(try client.send(words) == .status("OK"))
    }

    private let booking = event("booking.started", id: "stuck", customer: ["email": "ann@example.com"])

    @Test func `an event that alone is refused again and again is given up, and the others go on`() throws {
        let site = try Outage()
        let client = try site.redis.client()
        try client.run("CONFIG", "SET", "maxmemory", "1")
        #expect(try site.post(booking).status == 202)
        for number in 0..<50 { #expect(try site.login("bob", id: "b\(number)") == 202) }
        #expect(try site.login("ann", id: "after") == 202)
        try forbidFunnel(client)
        try client.run("CONFIG", "SET", "maxmemory", "0")
        try site.awaitReplay()
        #expect(try site.metric("crmsync_journal_dead_total") == 1)
        #expect(try site.metric("crmsync_journal_dead_letters") == 1)
        #expect(try site.journal().output.contains("while other events were taken"))
        #expect(try site.timeline("bob").count == 50)
        #expect(try site.timeline("ann").compactMap { $0["event_id"]?.string } == ["after"])
        try client.run("ACL", "SETUSER", "default", "allkeys")
        #expect(try site.journal("retry").exit == .code(0))
        #expect(try site.timeline("ann").count == 2)
    }

    @Test func `nothing of a customer goes past a queued event, under whatever name it comes`() throws {
        let site = try Outage()
        let login = { (id: String, customer: JSON) in
            try site.post(event("customer.login", id: id, customer: customer)).status
        }
        #expect(try login("first", ["id": "u1", "email": "ann@example.com"]) == 200)
        #expect(try login("second", ["id": "u2", "email": "ann@example.com"]) == 200)
        let client = try site.redis.client()
        try forbidFunnel(client)
        #expect(try site.post(event("booking.started", id: "stuck", customer: ["id": "u1"])).status == 202)
        #expect(try login("by email", ["email": "ann@example.com"]) == 202)
        #expect(try login("by the other id", ["id": "u2"]) == 202)
        #expect(try login("somebody else", ["id": "u3", "email": "bob@example.com"]) == 200)
        try client.run("ACL", "SETUSER", "default", "allkeys")
        try site.awaitReplay()
        let order = try site.applied().filter { $0 != "somebody else" }
        #expect(order == ["first", "second", "stuck", "by email", "by the other id"])
    }

    @Test func `a booking whose next step waits on disk is not given up`() throws {
        let site = try Outage(["ABANDON_AFTER_MINUTES": "0.005"])
        let other = try Receiver(redis: site.redis.url)
        let start = { (customer: JSON) in
            let connection = try other.connect()
            try connection.send(
                "POST", "\(Site.base)/track-event", body: event("booking.started", customer: customer).text)
            #expect(try connection.readResponse().status == 200)
        }
        let client = try site.redis.client()
        // Searches are refused, and all of the same customer waits behind one.
        let keys = Self.asked + ["~crm_[aceit]*", "~crm_stats_2*"]
        #expect(try client.send(["ACL", "SETUSER", "default", "resetkeys"] + keys) == .status("OK"))
        let ann: JSON = ["email": "ann@example.com"]
        #expect(try site.post(event("search.performed", customer: ann, data: ["location": "Airport"])).status == 202)
        try start(ann)
        #expect(try site.post(event("booking.completed", customer: ann)).status == 202)
        try start(["email": "bob@example.com"])
        try eventually("one that is silent is given up") {
            try site.contact("bob")["lead_status"] == "Hot Lead - Abandoned"
        }
        let timeline = try site.timeline("ann").map { $0["type"]?.string }
        #expect(timeline == ["booking.started"])
        try client.run("ACL", "SETUSER", "default", "allkeys")
        try site.awaitReplay()
        #expect(try site.contact("ann")["lead_status"] == "Customer - Active")
        #expect(try site.timeline("ann").contains { $0["type"] == "booking.abandoned" } == false)
    }

    @Test func `more events than may wait for Redis go to the disk at once`() throws {
        let site = try Outage(["THREADS": "1", "MAX_IN_FLIGHT": "1", "REDIS_TIMEOUT_SECONDS": "8"])
        site.redis.freeze()
        let first = try site.receiver.connect()
        try first.send("POST", "\(Site.base)/track-event", body: event("customer.login", id: "e1").text)
        try eventually("it waits") { try site.metric("crmsync_events_in_flight") == 1 }
        #expect(try site.post(event("customer.login", id: "e2", customer: ["id": "bob"])).status == 202)
        site.redis.thaw()
        #expect(try first.readResponse().status == 200)
        try site.awaitReplay()
        #expect(try site.redis.client().contents().keys("crm_event_").count == 2)
    }
}
