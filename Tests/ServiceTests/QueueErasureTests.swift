import CRM
import Foundation
import Journal
import Loop
import Store
import TestSupport
import Testing

@testable import Service

/// Erasure of what waits on the disk.
@Suite struct QueueErasureTests {
    /// A service with a journal.
    private final class Desk {
        let redis: PrivateRedis
        let client: RedisClient
        let folder: TemporaryFolder
        var receiver: Receiver
        var directory: String { folder.file("journal") }

        init() throws {
            redis = try PrivateRedis()
            client = try redis.client()
            folder = try TemporaryFolder()
            receiver = try Receiver(redis: redis.url, settings: Self.settings(folder))
            try awaitRedis()
        }

        static func settings(_ folder: TemporaryFolder) -> [String: String] {
            ["ADMIN_TOKEN": token, "JOURNAL_DIR": folder.file("journal"), "REDIS_TIMEOUT_SECONDS": "0.3"]
        }

        func restart() throws { receiver = try Receiver(redis: redis.url, settings: Self.settings(folder)) }

        func awaitRedis() throws {
            try eventually("Redis is found", within: 20) {
                try receiver.connect().get("/readyz").json()["redis"] == true
            }
        }

        func post(_ event: JSON) throws -> HTTPResponse {
            let connection = try receiver.connect()
            try connection.send("POST", "\(Site.base)/track-event", body: event.text)
            return try connection.readResponse()
        }

        func delete(_ contact: String, from receiver: Receiver? = nil) throws -> JSON {
            let connection = try (receiver ?? self.receiver).connect()
            let headers = [("Authorization", "Bearer \(token)")]
            try connection.send("DELETE", "\(Site.base)/contacts/\(contact)", headers: headers)
            let response = try connection.readResponse()
            #expect(response.status == 200, "\(response.text)")
            return try response.json()
        }

        func pending() throws -> Bool { try receiver.connect().get("/readyz").json()["queued"] != 0 }

        /// Whether any file of the journal holds a text.
        func holds(_ text: String) throws -> Bool {
            try FileManager.default.contentsOfDirectory(atPath: directory).contains { name in
                let bytes = FileManager.default.contents(atPath: "\(directory)/\(name)") ?? Data()
                return bytes.range(of: Data(text.utf8)) != nil
            }
        }

        /// Makes a dead letter of an event of each of these persons: the timeline is spoiled meanwhile.
        func makeDeadLetter(_ emails: String...) throws {
            for email in emails {
                let event = event("page.viewed", at: clock("10:00"), customer: ["email": .string(email)])
                let known = try client.run("GET", "crm_contact_email_\(email)").text
                let id = try known ?? #require(try post(event).json()["contact_id"]?.string)
                try client.run("RENAME", "crm_activity_\(id)", "saved")
                try client.run("SET", "crm_activity_\(id)", "no timeline")
                #expect(try post(event).status == 202)
                try eventually("it is a dead letter") { try holds(email) && !pending() }
                try client.run("RENAME", "saved", "crm_activity_\(id)")
            }
        }
    }

    @Test func `a dead letter of an erased person is gone with the answer, others stay`() throws {
        let desk = try Desk()
        let id = try #require(
            try desk.post(event("page.viewed", customer: ["email": "ann@x.org"])).json()["contact_id"]?.string)
        try desk.makeDeadLetter("ann@x.org", "bob@x.org", "ann@x.org")
        let receipt = try desk.delete(id)
        #expect(receipt["erased"]?["dead_letters"] == 2)
        #expect(receipt["erased"]?["journal"] == 0)
        #expect(try !desk.holds("ann@x.org"))
        #expect(try desk.holds("bob@x.org"))
    }

    @Test func `the command line leaves a journal in use to its service, which notices`() throws {
        let desk = try Desk()
        _ = try desk.post(event("page.viewed", customer: ["email": "ann@x.org"]))
        try desk.makeDeadLetter("ann@x.org", "bob@x.org")
        let run = try Program.run(
            ["erase", "ann@x.org", "--yes"], environment: ["REDIS_URL": desk.redis.url, "JOURNAL_DIR": desk.directory])
        #expect(run.exit == .code(0))
        let receipt = try JSON(parsing: run.output)
        #expect(receipt["note"]?.string?.contains("process \(desk.receiver.pid)") == true, "\(run.output)")
        #expect(receipt["erased"]?["journal"] == nil)
        try eventually("the service clears its disk") { try !desk.holds("ann@x.org") }
        #expect(try desk.holds("bob@x.org"))
    }

    @Test func `the command line clears a journal that nobody has open`() throws {
        let desk = try Desk()
        _ = try desk.post(event("page.viewed", customer: ["email": "ann@x.org"]))
        try desk.makeDeadLetter("ann@x.org")
        #expect(try desk.receiver.stop() == .code(0))
        let run = try Program.run(
            ["erase", "ann@x.org", "--yes"], environment: ["REDIS_URL": desk.redis.url, "JOURNAL_DIR": desk.directory])
        #expect(try JSON(parsing: run.output)["erased"]?["dead_letters"] == 1)
        #expect(try !desk.holds("ann@x.org"))
        let without = try Program.run(["erase", "nobody@x.org", "--yes"], environment: ["REDIS_URL": desk.redis.url])
        #expect(without.exit == .code(3))
    }

    @Test func `what was queued before a person was erased elsewhere is never applied`() throws {
        let desk = try Desk()
        let ann: JSON = ["id": "ann", "email": "ann@x.org"]
        let id = try #require(try desk.post(event("page.viewed", customer: ann)).json()["contact_id"]?.string)
        desk.redis.freeze()
        for customer in [ann, ["id": "ann"], ["email": "ann@x.org"], ["email": "bob@x.org"]] as [JSON] {
            #expect(try desk.post(event("booking.abandoned", customer: customer)).status == 202)
        }
        desk.receiver.killHard()
        desk.redis.thaw()
        let other = try Receiver(redis: desk.redis.url, settings: ["ADMIN_TOKEN": token])
        #expect(try desk.delete(id, from: other)["erased"]?["journal"] == 0)
        #expect(try desk.holds("ann@x.org"))
        try desk.restart()
        try eventually("the queue is empty", within: 20) { try !desk.pending() }
        #expect(try !desk.holds("ann@x.org"))
        let after = try desk.client.contents()
        #expect(!after.text.contains("ann@x.org") && after.values["crm_index_customer_ann"] == nil)
        #expect(after.values["crm_contact_email_bob@x.org"] != nil)
    }

    /// Runs a sweep on a loop of its own.
    private func sweep(_ journal: Journal, _ redis: PrivateRedis) throws -> JournalSweep.Counts {
        let settings = try Settings(environment: ["REDIS_URL": redis.url])
        let loop = try EventLoop()
        let store = Store(url: settings.redis, loop: loop, retention: settings.retention)
        var outcome: Result<JournalSweep.Counts, JournalSweep.Failure>?
        var sweep: JournalSweep?
        store.redis.stateChanged = { state in
            guard state == .ready else { return }
            sweep = JournalSweep(journal, store) { result in
                outcome = result
                store.redis.close()
                loop.stop()
            }
            sweep?.start()
        }
        loop.afterRound = { store.flush() }
        store.redis.connect()
        try loop.run()
        withExtendedLifetime(sweep) {}
        return try #require(outcome).get()
    }

    @Test func `records that wait are voided where they stand, but for a person who begins anew behind them`() throws {
        let desk = try ReadingDesk()
        func erase(_ customer: JSON) throws {
            let id = try desk.site.track(event("page.viewed", customer: customer))
            _ = try desk.read("/contacts/\(id)", "DELETE")
        }
        try erase(["id": "ann", "email": "ann@x.org"])
        try erase(["id": "eve"])
        let queue: [(event: JSON, isKept: Bool)] = [
            (event("page.viewed", id: "1", customer: ["id": "ann"]), false),
            (event("page.viewed", id: "2", customer: ["id": "bob", "email": "bob@x.org"]), true),
            (event("page.viewed", id: "3", customer: ["id": "bob", "email": "ann@x.org"]), false),
            (event("customer.created", at: clock("10:00"), id: "4", customer: ["id": "eve"]), false),
            (event("customer.created", at: now(plus: 60), id: "5", customer: ["id": "eve"]), true),
            (event("page.viewed", id: "6", customer: ["id": "eve"]), true),
            (["not": "an event"], true),
        ]
        let folder = try TemporaryFolder()
        let journal = try Journal.open(.init(directory: folder.file("journal")))
        let receivedAt = Int64(Date().timeIntervalSince1970 * 1000) + 120_000
        // Twice, so that the segment is read in several stretches.
        let padding = [UInt8](repeating: 32, count: JournalSweep.sliceBytes / 4)
        for _ in 0..<2 {
            try journal.append(
                queue.map { .init(receivedAt: receivedAt, payload: Array($0.event.text.utf8) + padding) })
        }
        #expect(try sweep(journal, desk.site.redis) == .init(queued: 5, deadLetters: 0))
        let kept = try journal.read(limit: 100).map { !$0.isVoid }
        // The second time all that is of Eve stands behind her new beginning.
        #expect(kept == queue.map(\.isKept) + queue.map { $0.isKept || $0.event["customer"]?["id"] == "eve" })
        #expect(try sweep(journal, desk.site.redis) == .init())
    }
}
