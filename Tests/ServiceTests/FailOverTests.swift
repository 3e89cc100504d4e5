import Foundation
import TestSupport
import Testing

/// A Redis that has a replica, and the day on which the replica takes over.
@Suite struct FailOverTests {
    private func port(_ redis: PrivateRedis) throws -> Int {
        let reply = try redis.client().run("CONFIG", "GET", "port").texts
        return try #require(reply.last.flatMap { Int($0) })
    }

    private func pair() throws -> (PrivateRedis, PrivateRedis) {
        let primary = try PrivateRedis { $0.opensPort = true }
        let replica = try PrivateRedis { $0.opensPort = true }
        try replica.client().run("REPLICAOF", "127.0.0.1", String(port(primary)))
        try eventually("the replica follows") {
            try replica.client().run("INFO", "replication").text?.contains("master_link_status:up") == true
        }
        return (primary, replica)
    }

    private func receiver(_ url: String, _ folder: TemporaryFolder, _ more: [String: String] = [:]) throws -> Receiver {
        let settings = ["JOURNAL_DIR": folder.file("journal"), "REDIS_TIMEOUT_SECONDS": "0.5", "THREADS": "2"]
        let receiver = try Receiver(redis: url, settings: settings.merging(more) { $1 })
        // With a journal it is ready before it has found its primary.
        try eventually("the primary is found", within: 20) {
            try receiver.connect().get("/readyz").json()["redis"] == true
        }
        return receiver
    }

    private func login(_ receiver: Receiver) throws -> Int {
        let connection = try receiver.connect()
        try connection.send("POST", "\(Site.base)/track-event", body: event("customer.login").text)
        return try connection.readResponse().status
    }

    /// Throws while the server is changing its role: then it ends the connections of its clients.
    private func visits(_ redis: PrivateRedis) throws -> String? {
        let client = try redis.client()
        guard let id = try client.run("GET", "crm_contact_email_john@example.com").text else { return nil }
        return try client.hash("crm_contact_\(id)")["website_visits"]
    }

    @Test func `of several addresses the primary is found, and its successor`() throws {
        let (primary, replica) = try pair()
        let folder = try TemporaryFolder()
        let url = "redis://127.0.0.1:\(try port(replica)),127.0.0.1:\(try port(primary))"
        let receiver = try receiver(url, folder)
        #expect(try login(receiver) == 200)
        try eventually("the replica has it") { (try? visits(replica)) == "1" }
        primary.killHard()
        for _ in 0..<5 { #expect(try login(receiver) == 202) }
        try replica.client().run("REPLICAOF", "NO", "ONE")
        try eventually("the successor has all", within: 20) { (try? visits(replica)) == "6" }
        try eventually("answers are direct again", within: 20) { try login(receiver) == 200 }
    }

    @Test func `a primary that became a replica is left for the new one`() throws {
        let (primary, replica) = try pair()
        let folder = try TemporaryFolder()
        let url = "redis://127.0.0.1:\(try port(primary)),127.0.0.1:\(try port(replica))"
        let receiver = try receiver(url, folder)
        #expect(try login(receiver) == 200)
        try eventually("the replica has it") { (try? visits(replica)) == "1" }
        try replica.client().run("REPLICAOF", "NO", "ONE")
        try primary.client().run("REPLICAOF", "127.0.0.1", String(port(replica)))
        var acknowledged = 1
        try eventually("answers are direct again", within: 20) {
            let status = try login(receiver)
            #expect(status == 200 || status == 202)
            acknowledged += 1
            return status == 200 && acknowledged > 3
        }
        try eventually("nothing is lost or doubled", within: 20) { (try? visits(replica)) == String(acknowledged) }
    }

    @Test func `with WAIT_REPLICAS an event counts as stored when a replica has it`() throws {
        let (primary, replica) = try pair()
        let folder = try TemporaryFolder()
        let receiver = try receiver(primary.url, folder, ["WAIT_REPLICAS": "1", "REDIS_TIMEOUT_SECONDS": "2"])
        // On a busy machine the replica may take longer than the receiver waits.
        var sent = 0
        try eventually("an answer that waited for the replica") {
            sent += 1
            return try login(receiver) == 200
        }
        #expect(try visits(replica) == String(sent))
        replica.killHard()
        #expect(try login(receiver) == 202)
        try replica.start()
        try replica.client().run("REPLICAOF", "127.0.0.1", String(port(primary)))
        try eventually("the queue is empty", within: 30) {
            try receiver.connect().get("/metrics").text.contains("crmsync_journal_pending 0\n")
        }
        #expect(try visits(primary) == String(sent + 1), "applied before and again, it counts once")
    }

    @Test func `Sentinels tell who is primary, and the fail-over is followed`() throws {
        let (primary, replica) = try pair()
        let folder = try TemporaryFolder()
        let sentinelPort = try freePort()
        let file = folder.file("sentinel.conf")
        try """
        port \(sentinelPort)
        bind 127.0.0.1
        dir \(folder.path)
        sentinel monitor shop 127.0.0.1 \(try port(primary)) 1
        sentinel down-after-milliseconds shop 300
        sentinel failover-timeout shop 2000
        """.write(toFile: file, atomically: true, encoding: .utf8)
        let sentinel = try ChildProcess(
            "redis-server", [file, "--sentinel"], output: folder.file("out"), errors: folder.file("err"))
        defer { sentinel.killHard() }
        try eventually("the Sentinel knows the replica", within: 20) {
            (try? String(contentsOfFile: file, encoding: .utf8))?.contains("known-replica") == true
        }
        let receiver = try receiver("redis+sentinel://127.0.0.1:\(sentinelPort)/shop/0", folder)
        #expect(try login(receiver) == 200)
        try eventually("the replica has it") { (try? visits(replica)) == "1" }
        primary.killHard()
        for _ in 0..<3 { #expect(try login(receiver) == 202) }
        try eventually("the successor has all", within: 30) { (try? visits(replica)) == "4" }
        try eventually("answers are direct again", within: 20) { try login(receiver) == 200 }
    }
}
