import TestSupport
import Testing

@testable import Store

/// The two scripts of the check: look, and repair if it is still so.
@Suite struct RepairScriptTests {
    private static let check = Script.check.text
    private static let repair = Script.repair.text
    private static let reads = ["2", "GET", "a", "3", "HGET", "b", "x"]

    private func digest(_ client: RedisClient) throws -> String {
        try #require(try client.send(["EVAL_RO", Self.check, "0"] + Self.reads).elements.first?.text)
    }

    private func repair(_ client: RedisClient, _ digest: String) throws -> String? {
        try client.send(["EVAL", Self.repair, "0", digest, "2"] + Self.reads + ["3", "SET", "c", "1"]).text
    }

    @Test func `a repair writes nothing when something changed since the look`() throws {
        let redis = try PrivateRedis()
        let client = try redis.client()
        defer { withExtendedLifetime(redis) {} }
        try client.run("HSET", "b", "x", "1")
        let seen = try digest(client)
        try client.run("HSET", "b", "x", "2")
        #expect(try repair(client, seen) == "moved")
        #expect(try client.run("EXISTS", "c") == .integer(0))
        try client.run("HSET", "b", "x", "1")
        #expect(try repair(client, seen) == "repaired")
        #expect(try client.run("GET", "c").text == "1")
    }

    @Test func `a key of another type is seen by both scripts alike, and told from none`() throws {
        let redis = try PrivateRedis()
        let client = try redis.client()
        defer { withExtendedLifetime(redis) {} }
        let none = try digest(client)
        try client.run("RPUSH", "a", "x")
        let wrong = try digest(client)
        #expect(wrong != none)
        #expect(try repair(client, wrong) == "repaired")
    }
}
