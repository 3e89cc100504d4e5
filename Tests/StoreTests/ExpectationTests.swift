import Text
import TestSupport
import Testing

@testable import CRM
@testable import Redis
@testable import Store

/// Events that the service makes of what it saw in the database a moment ago: applied only if it is still so.
@Suite struct ExpectationTests {
    private static let noon = Timestamp(clamping: 1_795_477_835_000)
    private static let script = ApplyScript(retention: Retention()).text

    private static func moment(_ seconds: Int64) -> Timestamp { noon.adding(milliseconds: seconds * 1000) }

    private static func ulid(_ time: Timestamp) -> ULID {
        var ulids = ULIDGenerator()
        return ulids.next(at: time)
    }

    private let redis: PrivateRedis
    private let client: RedisClient

    init() throws {
        redis = try PrivateRedis()
        client = try redis.client()
    }

    private func apply(_ change: Change) throws -> [String] {
        var command = CommandBuffer()
        command.write { Arguments(retention: Retention()).write(change, to: &$0) }
        let lines = command.withBytes { String(decoding: $0, as: UTF8.self) }.components(separatedBy: "\r\n")
        // Each word stands behind its length.
        let words = stride(from: 2, to: lines.count, by: 2).map { lines[$0] }
        let reply = try client.send(["EVAL", Self.script] + words)
        return try #require(reply.text, "\(reply)").split(separator: " ").map(String.init)
    }

    /// Something that the customer does at a second.
    private func track(_ type: String, at second: Int64) throws -> String {
        let time = Self.moment(second)
        let json = #"{"event_type":"\#(type)","timestamp":\#(time.milliseconds),"customer":{"id":"u1"}}"#
        let event = try Array(json.utf8).withUnsafeBufferPointer {
            try Event(JSONDocument.parse($0).root, arrival: Arrival(receivedAt: Self.noon, ulid: Self.ulid(time)))
        }
        let words = try apply(Rules().change(for: event))
        #expect(words.first == "applied")
        return words[1]
    }

    /// What the watch does about a booking whose last step was at a second, and that was left at another.
    private func abandon(step: Int64, leftAt left: Int64? = nil, entries: Int64 = 0) throws -> String? {
        let event = try #require(
            Event(
                abandonedBy: "u1", email: nil, lastStep: Self.moment(step), step: "{}", hasLeft: left != nil,
                at: Self.moment(100), ulid: Self.ulid(Self.moment(100))))
        var change = Rules().change(for: event)
        change.expectation = Expectation(
            lastStep: Self.moment(step), leaving: left.map { (Self.moment($0), entries) })
        return try apply(change).first
    }

    @Test func `a booking whose customer did something after it was left is not given up`() throws {
        let id = try track("booking.started", at: -60)
        _ = try track("page.viewed", at: -9)
        let before = try client.contents()
        #expect(try abandon(step: -60, leftAt: -10) == "dropped")
        // Nor at the same millisecond: equal times count as newer.
        #expect(try abandon(step: -60, leftAt: -9) == "dropped")
        #expect(try client.contents() == before)
        // What happened before is no reason, nor what had been there when the browser said that it may be leaving.
        #expect(try abandon(step: -60, leftAt: -9, entries: 1) == "applied")
        #expect(try abandon(step: -60, leftAt: -9, entries: 1) == "dropped", "the booking is over")
        #expect(try client.hash("crm_contact_\(id)")["lead_status"] == "Hot Lead - Abandoned")
    }

    @Test func `one that has another last step is not given up`() throws {
        _ = try track("booking.started", at: -60)
        let before = try client.contents()
        for left in [-10, nil] as [Int64?] { #expect(try abandon(step: -61, leftAt: left) == "dropped") }
        #expect(try client.contents() == before)
    }

    @Test func `one that fell silent is given up whatever page was seen since`() throws {
        _ = try track("booking.started", at: -60)
        _ = try track("page.viewed", at: -9)
        #expect(try abandon(step: -60) == "applied")
    }
}
