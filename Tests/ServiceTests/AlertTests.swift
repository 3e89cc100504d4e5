import Foundation
import TestSupport
import Testing

/// Contract section 4: what sales hears, on a connection of its own.
@Suite struct AlertTests {
    @Test func `an abandoned booking is announced with its task and contact`() throws {
        let site = try Site()
        let listener = try AlertListener(site.redis)
        let customer: JSON = ["email": "john@example.com", "name": "John Doe", "phone": "+123"]
        let data: JSON = ["booking_id": "b1", "vehicle_name": "Toyota Camry"]
        let id = try site.track(event("booking.abandoned", at: clock("10:00"), customer: customer, data: data))
        let heard = try listener.next()
        #expect(heard.channel == "crm_task_urgent")
        #expect(!heard.text.contains("\n"))
        let message = try JSON(parsing: heard.text)
        var task = try #require(try site.tasks(id).first)
        task["unheard"] = nil
        #expect(message["task"] == JSON.object(task.mapValues { .string($0) }))
        #expect(message["contact"] == JSON.object(try site.contact(id).mapValues { .string($0) }))
        #expect(message["contact"]?["phone"] == "+123")
        #expect(message["task"]?["priority"] == "urgent")
    }

    @Test func `what is announced can already be read`() throws {
        let site = try Site()
        let listener = try AlertListener(site.redis)
        try site.track(event("booking.abandoned", data: ["booking_id": "b1"]))
        let task = try #require(try JSON(parsing: try listener.next().text)["task"]?["id"]?.string)
        #expect(try site.client.hash("crm_task_\(task)")["status"] == "open")
        #expect(try site.scores("crm_index_tasks_open")[task] != nil)
    }

    @Test func `only urgent tasks are announced, and each once`() throws {
        let site = try Site()
        let listener = try AlertListener(site.redis)
        let lost = event("booking.abandoned", at: clock("10:02"), id: "e1", data: ["booking_id": "b1"])
        try site.track(event("payment.failed", at: clock("10:00"), data: ["booking_id": "b2"]))
        try site.track(event("payment.successful", at: clock("10:01"), data: ["booking_id": "b2"]))
        try site.track(lost)
        try site.track(lost)
        try site.track(event("booking.abandoned", at: clock("10:03"), data: ["booking_id": "b1"]))
        try site.track(event("booking.completed", at: clock("10:04"), data: ["booking_id": "b9"]))
        #expect(try listener.next().channel == "crm_task_urgent")
        #expect(try listener.next().channel == "crm_task_closed")
        try site.client.run("PUBLISH", "crm_task_closed", "the end")
        #expect(try listener.next().text == "the end")
    }

    @Test func `a customer who comes back is announced, so that nobody calls`() throws {
        let site = try Site()
        let listener = try AlertListener(site.redis)
        let id = try site.track(event("booking.abandoned", at: clock("10:00"), data: ["booking_id": "b1"]))
        _ = try listener.next()
        try site.track(event("booking.started", at: clock("10:10"), data: ["booking_id": "b1"]))
        let heard = try listener.next()
        #expect(heard.channel == "crm_task_closed")
        let message = try JSON(parsing: heard.text)
        #expect(message["task"]?["status"] == "cancelled")
        #expect(message["task"]?["closed_at"]?.string == clock("10:10"))
        #expect(message["task"]?["contact_id"]?.string == id)
        #expect(message["contact"] == JSON.object(try site.contact(id).mapValues { .string($0) }))
    }

    @Test func `a name with quotes and line ends arrives as it is`() throws {
        let site = try Site()
        let listener = try AlertListener(site.redis)
        let name = #"O"Brien \ Ünïcödé 🚗"#
        let customer: JSON = ["email": "j@x.org", "last_name": .string(name)]
        try site.track(event("booking.abandoned", customer: customer, data: ["vehicle_name": "A \"B\"\n\u{1}C"]))
        let message = try JSON(parsing: try listener.next().text)
        #expect(message["contact"]?["last_name"]?.string == name)
    }

    @Test func `two listeners hear the same`() throws {
        let site = try Site()
        let ears = [try AlertListener(site.redis), try AlertListener(site.redis)]
        try site.track(event("booking.abandoned"))
        let heard = try ears.map { try $0.next().text }
        #expect(heard[0] == heard[1])
    }
}

/// A listener on both channels.
final class AlertListener {
    private let client: RedisClient

    init(_ redis: PrivateRedis) throws {
        client = try redis.client()
        try client.run("SUBSCRIBE", "crm_task_urgent", "crm_task_closed")
        // One confirmation for each channel; the first came as the reply.
        _ = try client.nextMessage()
    }

    /// The next message on either channel.
    func next() throws -> (channel: String, text: String) {
        let words = try client.nextMessage().texts
        guard words.count == 3, words[0] == "message" else { throw Failure("not a message: \(words)") }
        return (words[1], words[2])
    }
}
