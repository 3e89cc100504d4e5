import Text
import Foundation
import TestSupport
import Testing

@testable import CRM
@testable import Redis
@testable import Store

/// Applies events to a real Redis with the script alone: no receiver, and any clock.
final class ScriptedStore {
    let client: RedisClient
    private let id: String
    private var ulids = ULIDGenerator()

    init(_ client: RedisClient) {
        self.client = client
        id = (try? client.run("SCRIPT", "LOAD", ApplyScript(retention: Retention()).text).text) ?? ""
    }

    /// The clock of Redis.
    func milliseconds() throws -> Int64 {
        let words = try client.run("TIME").texts
        return try #require(Int64(words[0])) * 1000
    }

    /// Applies a change and returns the words of the reply.
    func apply(_ change: Change) throws -> [String] {
        var command = CommandBuffer()
        command.write { Arguments(retention: Retention()).write(change, to: &$0) }
        let lines = command.withBytes { String(decoding: $0, as: UTF8.self) }.components(separatedBy: "\r\n")
        // Each word stands behind its length.
        let words = stride(from: 2, to: lines.count, by: 2).map { lines[$0] }
        let reply = try client.send(["EVALSHA", id] + words)
        return try #require(reply.text, "\(reply)").split(separator: " ").map(String.init)
    }

    /// Something that a customer does; returns the contact's id.
    @discardableResult func track(
        _ type: String, of customer: String, at time: Timestamp, data: String = "{}", session: String = "{}",
        source: Event.Source = .browser, receivedAt: Timestamp? = nil
    ) throws -> String {
        let json = """
            {"event_type":"\(type)","timestamp":\(time.milliseconds),"customer":{"id":"\(customer)"},\
            "event_data":\(data),"session":\(session)}
            """
        let arrival = Arrival(
            receivedAt: receivedAt ?? time.adding(milliseconds: 3_600_000), ulid: ulids.next(at: time), source: source)
        let event = try Array(json.utf8).withUnsafeBufferPointer {
            try Event(JSONDocument.parse($0).root, arrival: arrival)
        }
        let words = try apply(Rules().change(for: event))
        #expect(words.first == "applied", "\(json): \(words)")
        return words.count > 1 ? words[1] : ""
    }

    /// Has the service give a booking up, as the watch does; returns the time of the last step, or `nil` where none is
    /// in progress.
    func giveUp(_ customer: String, at now: Timestamp) throws -> Int64? {
        guard let id = try client.run("GET", "crm_index_customer_\(customer)").text else { return nil }
        let funnel = try client.hash("crm_index_funnel_\(id)")
        guard let number = funnel["step_at"].flatMap({ Int64($0) }), let step = Timestamp(milliseconds: number) else {
            return nil
        }
        let event = try #require(
            Event(
                abandonedBy: customer, email: nil, lastStep: step, step: funnel["step"] ?? "{}", hasLeft: false,
                at: now, ulid: ulids.next(at: now)))
        var change = Rules().change(for: event)
        change.expectation = Expectation(lastStep: step)
        return try apply(change).first == "applied" ? number : nil
    }

    /// What is known of a customer in the end; `nil` where nothing is.
    func summary(of customer: String) throws -> [String: String]? {
        guard let id = try client.run("GET", "crm_index_customer_\(customer)").text else { return nil }
        let contact = try client.hash("crm_contact_\(id)")
        var summary = [
            "status": contact["lead_status"] ?? "", "bookings": contact["total_bookings"] ?? "",
            "in progress": "\(try client.run("ZSCORE", "crm_index_bookings_open", id).text != nil)",
            "abandoned_booking": "0", "payment_failed": "0", "booking_confirmation": "0",
        ]
        for task in try client.run("ZRANGE", "crm_index_tasks_\(id)", "0", "-1").texts {
            let fields = try client.hash("crm_task_\(task)")
            guard fields["status"] == "open", let type = fields["type"] else { continue }
            summary[type] = String((Int(summary[type] ?? "") ?? 0) + 1)
        }
        let lists = try LeadStatus.allCases.filter {
            try client.run("ZSCORE", "crm_index_status_\($0.slug)", id).text != nil
        }
        summary["lists"] = lists.map(\.slug).joined(separator: " ")
        return summary
    }
}
