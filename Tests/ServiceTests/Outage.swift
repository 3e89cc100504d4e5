import Foundation
import TestSupport
import Testing

/// A service with a journal, beside a Redis that keeps its data on disk.
final class Outage {
    let redis: PrivateRedis
    let folder: TemporaryFolder
    private(set) var receiver: Receiver
    private let settings: [String: String]

    init(
        _ extra: [String: String] = [:], redis adjust: (inout PrivateRedis.Options) -> Void = { _ in }
    ) throws {
        redis = try PrivateRedis {
            $0.appendOnly = true
            // With `everysec` Redis may confirm what a kill then takes from it (the guide, page Operating).
            $0.more = ["--appendfsync", "always"]
            adjust(&$0)
        }
        folder = try TemporaryFolder()
        let base = ["JOURNAL_DIR": folder.file("journal"), "THREADS": "2", "REDIS_TIMEOUT_SECONDS": "0.3"]
        settings = base.merging(extra) { $1 }
        receiver = try Receiver(redis: redis.url, settings: settings)
        // With a journal it is ready before it has found its Redis.
        try awaitRedis()
    }

    func awaitRedis() throws {
        try eventually("Redis is found", within: 20) {
            try receiver.connect().get("/readyz").json()["redis"] == true
        }
    }

    /// - Parameter more: settings of this start alone.
    func restartReceiver(_ more: [String: String] = [:], awaitsReady: Bool = true) throws {
        receiver = try Receiver(redis: redis.url, settings: settings.merging(more) { $1 }, awaitsReady: awaitsReady)
    }

    func post(_ event: JSON) throws -> HTTPResponse {
        let connection = try receiver.connect()
        try connection.send("POST", "\(Site.base)/track-event", body: event.text)
        return try connection.readResponse()
    }

    func login(_ name: String, id: String? = nil) throws -> Int {
        try post(event("customer.login", id: id, customer: ["email": .string("\(name)@example.com")])).status
    }

    func metric(_ name: String) throws -> Int? {
        let text = try receiver.connect().get("/metrics").text
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return line.flatMap { Int($0.dropFirst(name.count + 1)) }
    }

    func awaitReplay() throws {
        try eventually("the queue on disk is empty", within: 30) { try metric("crmsync_journal_pending") == 0 }
        try awaitRedis()
    }

    func contact(_ name: String) throws -> [String: String] {
        let client = try redis.client()
        let id = try #require(try client.run("GET", "crm_contact_email_\(name)@example.com").text)
        return try client.hash("crm_contact_\(id)")
    }

    func timeline(_ name: String) throws -> [JSON] {
        let client = try redis.client()
        let id = try #require(try client.run("GET", "crm_contact_email_\(name)@example.com").text)
        guard case .array(let members) = try client.run("ZRANGE", "crm_activity_\(id)", "0", "-1") else {
            return []
        }
        return try members.map { try JSON(parsing: $0.text ?? "") }
    }

    /// The ids of the events in the order in which Redis applied them, which the timeline does not tell: that has them
    /// by their times, and two of one millisecond in any order.
    func applied() throws -> [String] { try redis.keysSet(prefix: "crm_event_") }

    func journal(_ words: String...) throws -> (exit: ChildProcess.Exit, output: String) {
        let settings = ["JOURNAL_DIR": folder.file("journal"), "REDIS_URL": redis.url]
        let end = try Program.run(["journal"] + words, environment: settings)
        return (end.exit, end.output)
    }
}
