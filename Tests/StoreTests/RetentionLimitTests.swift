import TestSupport
import Testing

@testable import Redis
@testable import Store

/// How much may be removed by age, and when it stops for a person's word.
@Suite struct RetentionLimitTests {
    private static let script = Script.retention.text
    private static let day = 86_400_000

    private let redis: PrivateRedis
    private let client: RedisClient

    init() throws {
        redis = try PrivateRedis()
        client = try redis.client()
    }

    /// Contacts of which some were last active 40 days ago, the others now.
    private func fill(old: Int, young: Int) throws {
        let now = try #require(try client.run("TIME").texts.first.flatMap { Int($0) }) * 1_000
        try client.run("DEL", "crm_index_contacts_recent")
        let words =
            (0..<old).flatMap { [String(now - 40 * Self.day), "old\($0)"] }
            + (0..<young).flatMap { [String(now), "young\($0)"] }
        _ = try client.send(["ZADD", "crm_index_contacts_recent"] + words)
    }

    private func plan(
        keeping days: Int = 30, hourly: String = "", _ request: String = ""
    ) throws -> TestSupport.RedisReply {
        let limits = [
            RetentionLimits.maxNewPercent, RetentionLimits.alwaysAllowed, RetentionLimits.hourlyPercent,
            RetentionLimits.minHourly, RetentionLimits.maxHourly,
        ].map(String.init)
        let start = ["EVAL", Self.script, "1", "crm_index_retention", "contacts", String(days * Self.day)]
        return try client.send(start + limits + [hourly, request, "crm_index_contacts_recent"])
    }

    private func word(_ reply: TestSupport.RedisReply) -> String? { reply.elements.first?.text }

    @Test(arguments: [
        (10, 5, "go"), (11, 5, "stop"), (20, 180, "go"), (21, 179, "stop"), (100, 900, "go"), (101, 899, "stop"),
    ])
    func `a tenth may become due at once, and ten whatever their share`(old: Int, young: Int, word: String) throws {
        try fill(old: old, young: young)
        #expect(try self.word(plan()) == word)
    }

    @Test func `what stopped goes once a person allows it, and what becomes due later is judged again`() throws {
        try fill(old: 50, young: 50)
        #expect(try word(plan()) == "stop")
        #expect(try word(plan()) == "stop")
        #expect(try word(plan("look")) == "stop")
        #expect(try word(plan("allow")) == "go")
        #expect(try word(plan()) == "go")
        // The clock jumps, or fewer days are set: the others are due too, and nobody allowed that.
        #expect(try word(plan(keeping: -1)) == "stop")
        #expect(try word(plan()) == "go")
    }

    @Test func `nothing is allowed by looking`() throws {
        try fill(old: 5, young: 5)
        #expect(try word(plan("look")) == "go")
        #expect(try client.contents().keys("crm_index_retention").isEmpty)
    }

    @Test(arguments: [(50, "", 100), (20_000, "", 200), (2_000_000, "7", 7)])
    func `an hour has its share, within bounds`(count: Int, hourly: String, expected: Int64) throws {
        try fill(old: 0, young: min(count, 20_000))
        #expect(try plan(hourly: hourly).elements[5] == .integer(expected))
    }

    @Test func `what went in this hour is remembered, and an hour later it begins anew`() throws {
        try fill(old: 5, young: 95)
        let hour = try #require(try client.run("TIME").texts.first.flatMap { Int($0) }) / 3_600
        try client.run("HSET", "crm_index_retention", "contacts_hour", String(hour), "contacts_gone", "60")
        let left = try plan().elements[6]
        // The hour may end in between.
        #expect(left == .integer(40) || left == .integer(100))
        try client.run("HSET", "crm_index_retention", "contacts_hour", String(hour - 1))
        #expect(try plan().elements[6] == .integer(100))
    }
}
