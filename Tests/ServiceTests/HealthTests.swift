import Foundation
import TestSupport
import Testing

/// What a receiver says about its Redis: in `/readyz`, in the metrics and in its log.
@Suite struct HealthTests {
    /// The problems that `/readyz` lists, by code.
    private func problems(_ receiver: Receiver) throws -> [String: String] {
        let list = try receiver.connect().get("/readyz").json()["problems"]?.array ?? []
        return Dictionary(
            list.map { ($0["code"]?.string ?? "", $0["message"]?.string ?? "") }, uniquingKeysWith: { $1 })
    }

    private func awaitProblem(_ code: String, _ receiver: Receiver) throws -> String {
        try eventually("\(code) is reported: \(receiver.log)", within: 20) { try problems(receiver)[code] != nil }
        return try #require(try problems(receiver)[code])
    }

    private func awaitSolved(_ code: String, _ receiver: Receiver) throws {
        try eventually("\(code) is solved", within: 20) { try problems(receiver)[code] == nil }
    }

    /// A Redis with a user of these rights, and its address for that user.
    private func redis(user rules: [String]) throws -> (redis: PrivateRedis, url: String) {
        let redis = try PrivateRedis { $0.opensPort = true }
        _ = try redis.client().send(["ACL", "SETUSER", "crm", "on", ">password-of-crm"] + rules)
        return (redis, "redis://crm:password-of-crm@127.0.0.1:\(redis.port)/0")
    }

    @Test func `a user without channels is reported as what it is, and events are applied`() throws {
        let (redis, url) = try redis(user: ["~crm_*", "+@all"])
        let receiver = try Receiver(redis: url)
        let message = try awaitProblem("redis_channels", receiver)
        #expect(message.contains("PUBLISH on crm_task_urgent") && message.contains("ACL SETUSER"))
        #expect(receiver.log.contains("WARNING Alerts reach nobody"))
        let metrics = try receiver.connect().get("/metrics").text
        #expect(metrics.contains("crmsync_problem{code=\"redis_channels\",severity=\"warning\"} 1"))
        #expect(try receiver.connect().get("/readyz").status == 200)
        try redis.client().run("ACL", "SETUSER", "crm", "&crm_task_urgent", "&crm_task_closed")
        try awaitSolved("redis_channels", receiver)
    }

    @Test func `listeners notice nothing of the checks`() throws {
        let redis = try PrivateRedis()
        let listener = try redis.client()
        try listener.run("PSUBSCRIBE", "*")
        let monitor = try redis.client()
        let receiver = try Receiver(redis: redis.url)
        _ = try awaitProblem("redis_persistence", receiver)
        #expect(try monitor.run("KEYS", "*").texts.filter { $0 != "crm_meta" }.isEmpty)
        // The first message that is heard is this one.
        try monitor.run("PUBLISH", "crm_test", "here")
        #expect(try listener.nextMessage().texts == ["pmessage", "*", "crm_test", "here"])
    }

    @Test func `a user without a command of events is named, nothing is applied in part, and it heals`() throws {
        let (redis, url) = try redis(user: ["~crm_*", "&*", "+@all", "-zincrby"])
        let folder = try TemporaryFolder()
        let receiver = try Receiver(redis: url, settings: ["JOURNAL_DIR": folder.file("journal")])
        let message = try awaitProblem("redis_commands", receiver)
        #expect(message.contains("ZINCRBY"))
        #expect(try receiver.connect().get("/readyz").json()["redis"] == false)
        let connection = try receiver.connect()
        let viewed = event("vehicle.viewed", id: "e1", data: ["vehicle_name": "Toyota"])
        try connection.send("POST", "\(Site.base)/track-event", body: viewed.text)
        #expect(try connection.readResponse().status == 202)
        let client = try redis.client()
        #expect(try client.contents().values.isEmpty)
        try client.run("ACL", "SETUSER", "crm", "+zincrby")
        try eventually("it is applied", within: 20) { try client.run("GET", "crm_event_e1").text != nil }
        try awaitSolved("redis_commands", receiver)
    }

    @Test(arguments: ["evalsha", "eval", "script", "info", "config"])
    func `a command that a user may not give is named, or is not needed`(command: String) throws {
        let (redis, url) = try redis(user: ["~crm_*", "&*", "+@all", "-\(command)"])
        defer { redis.killHard() }
        let receiver = try Receiver(redis: url, awaitsReady: false)
        if ["info", "config"].contains(command) {
            let note = command == "info" ? "INFO is denied" : "CONFIG GET is denied"
            try eventually("it is noted", within: 20) { receiver.log.contains(note) }
            let codes = try problems(receiver).keys.filter { $0.hasPrefix("redis") }
            #expect(codes == (command == "config" ? [] : ["redis_persistence"]))
            try eventually("it is ready", within: 20) { try receiver.connect().get("/readyz").status == 200 }
        } else {
            let message = try awaitProblem("redis_commands", receiver)
            #expect(message.lowercased().contains(command), "\(message)")
            #expect(try receiver.connect().get("/readyz").status == 503)
        }
    }

    @Test func `a renamed EVALSHA is named, and the receiver is not ready`() throws {
        let redis = try PrivateRedis { $0.more = ["--rename-command", "EVALSHA", "HIDDEN"] }
        let receiver = try Receiver(redis: redis.url, awaitsReady: false)
        #expect(try awaitProblem("redis_commands", receiver).contains("EVALSHA"))
        #expect(try receiver.connect().get("/readyz").status == 503)
    }

    @Test(arguments: ["", ":wrong-password@"])
    func `a password that is missing or wrong is named`(secret: String) throws {
        let redis = try PrivateRedis {
            $0.opensPort = true
            $0.password = "the-password"
        }
        let url = "redis://\(secret)127.0.0.1:\(redis.port)/0"
        let receiver = try Receiver(redis: url, awaitsReady: false)
        let message = try awaitProblem("redis_password", receiver)
        #expect(message.contains("REDIS_URL") && !message.contains("wrong-password"))
    }

    @Test func `a node of a cluster is named`() throws {
        let redis = try PrivateRedis { $0.more = ["--cluster-enabled", "yes"] }
        let receiver = try Receiver(redis: redis.url, awaitsReady: false)
        _ = try awaitProblem("redis_cluster", receiver)
        #expect(try receiver.connect().get("/readyz").status == 503)
    }

    @Test func `an eviction policy and its end are noticed while the receiver runs`() throws {
        let site = try Site()
        _ = try awaitProblem("redis_persistence", site.receiver)
        #expect(try problems(site.receiver)["redis_eviction"] == nil)
        try site.client.run("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        #expect(try awaitProblem("redis_eviction", site.receiver).contains("noeviction"))
        try site.client.run("CONFIG", "SET", "maxmemory-policy", "noeviction")
        try awaitSolved("redis_eviction", site.receiver)
        try eventually("its end is in the log") { site.receiver.log.contains("Solved problem=redis_eviction") }
        #expect(site.receiver.log.matches(of: /problem=redis_eviction/).count == 2, "it is reported once")
    }

    @Test func `a replica and its promotion are noticed`() throws {
        let site = try Site()
        try site.client.run("REPLICAOF", "127.0.0.1", "1")
        _ = try awaitProblem("redis_replica", site.receiver)
        #expect(try site.receiver.connect().get("/readyz").status == 503)
        try site.client.run("REPLICAOF", "NO", "ONE")
        try awaitSolved("redis_replica", site.receiver)
    }

    @Test func `a database that was emptied is reported, and gets a new id`() throws {
        let site = try Site()
        try eventually("it has an id") { try site.client.hash("crm_meta")["database"] != nil }
        let before = try site.client.hash("crm_meta")
        #expect(before["schema"] == "1")
        try site.client.run("FLUSHALL")
        let message = try awaitProblem("redis_database_changed", site.receiver)
        let after = try site.client.hash("crm_meta")
        #expect(before["database"] != after["database"])
        #expect(message.contains(try #require(before["database"])) && message.contains("emptied"))
        #expect(site.receiver.log.contains("ERROR The database is not the one"))
        let metrics = try site.receiver.connect().get("/metrics").text
        #expect(metrics.contains("\ncrmsync_database_changes_total 1\n"))
        #expect(try site.receiver.connect().get("/readyz").status == 200, "events are applied all the same")
    }

    @Test func `a database of another layout is not written, and events wait on disk`() throws {
        let folder = try TemporaryFolder()
        let site = try Site(["JOURNAL_DIR": folder.file("journal"), "ADMIN_TOKEN": token])
        let redis = site.redis
        try eventually("it has an id") { try site.client.hash("crm_meta")["database"] != nil }
        try site.client.run("HSET", "crm_meta", "schema", "2")
        let message = try awaitProblem("redis_schema", site.receiver)
        #expect(message.contains("layout 2") && message.contains("Run the newer version"))
        let response = try site.post(event("page.viewed"))
        #expect(response.status == 202)
        #expect(try site.client.run("KEYS", "*").texts == ["crm_meta"])
        let connection = try site.receiver.connect()
        let headers = [("Authorization", "Bearer \(token)")]
        try connection.send("DELETE", "\(Site.base)/contacts/contact_1", headers: headers)
        #expect(try connection.readResponse().status == 503)
        for command in [["tasks"], ["check", "--fix"], ["contact", "u1"], ["retention", "--yes"]] {
            let run = try Program.run(command, environment: ["REDIS_URL": redis.url])
            #expect(run.exit == .code(78) && run.errors.contains("layout 2"), "\(command): \(run.errors)")
        }
        // What is no layout at all is mended.
        try site.client.run("HSET", "crm_meta", "schema", "x")
        #expect(try Program.run(["tasks"], environment: ["REDIS_URL": redis.url]).exit == .code(78))
        _ = try Program.run(["check", "--fix"], environment: ["REDIS_URL": redis.url])
        #expect(try site.client.hash("crm_meta")["schema"] == "1")
        try awaitSolved("redis_schema", site.receiver)
        try eventually("the event is applied") { try site.contactID(email: "john@example.com") != nil }
    }

    @Test func `two receivers agree on the id of a database`() throws {
        let redis = try PrivateRedis()
        let receivers = try (0..<2).map { _ in try Receiver(redis: redis.url) }
        for receiver in receivers { _ = try awaitProblem("redis_persistence", receiver) }
        try eventually("it has an id") { try redis.client().hash("crm_meta")["database"] != nil }
        for receiver in receivers { #expect(try problems(receiver)["redis_database_changed"] == nil) }
    }

    @Test func `crmsync check reports what Redis lacks, and fails for an error alone`() throws {
        let (redis, url) = try redis(user: ["~crm_*", "+@all"])
        let check = { try Program.run(["check", "--json"], environment: ["REDIS_URL": url], within: 60) }
        let warned = try check()
        #expect(warned.exit == .code(0))
        #expect(warned.output.contains("{\"requirement\":\"redis_channels\",\"severity\":\"warning\","))
        try redis.client().run("ACL", "SETUSER", "crm", "-zadd")
        let failed = try check()
        #expect(failed.exit == .code(1))
        #expect(failed.output.contains("\"requirement\":\"redis_commands\",\"severity\":\"error\""))
    }
}
