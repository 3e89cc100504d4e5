import Foundation
import TestSupport
import Testing

/// A sound database, written by the service: Ann with everything, Bob with nothing, Cid with an id and no email, and
/// somebody who was erased.
struct SoundDatabase: Sendable {
    static let shared = Result { try SoundDatabase() }

    let contents: RedisContents
    private let words: [String: String]

    init() throws {
        var words: [String: String] = [:]
        let desk = try ReadingDesk()
        let site = desk.site
        func ann(_ type: String, _ time: String, _ booking: String? = nil, id: String = "u2", event: String? = nil)
            throws
        {
            var data: [String: JSON] = ["vehicle_name": "Camry", "location": "Airport", "total_amount": 100]
            if let booking { data["booking_id"] = .string(booking) }
            let customer: JSON = ["id": .string(id), "email": "ann@x.org"]
            let sent = ServiceTests.event(type, at: clock(time), id: event, customer: customer, data: .object(data))
            words["ann.id"] = try site.track(sent)
        }
        try ann("customer.created", "10:00", id: "u1", event: "e1")
        try ann("vehicle.viewed", "10:01")
        try ann("search.performed", "10:01")
        try ann("booking.completed", "10:02", "b0")
        try ann("booking.abandoned", "10:03", "b1")
        try ann("payment.failed", "10:04", "b1")
        try ann("booking.abandoned", "10:05", "b2")
        try ann("booking.abandoned", "10:06", "b3")
        try ann("booking.started", "10:07", "b3")
        let tasks = try site.tasks(words["ann.id"] ?? "")
        for (name, task) in zip(["normal", "urgent", "high", "done", "cancelled"], tasks) {
            words[name] = "crm_task_\(task["id"] ?? "")"
            words[name + ".id"] = task["id"]
        }
        #expect(try desk.decide(words["done.id"] ?? "", "complete").status == 200)
        words["bob.id"] = try site.track(event("page.viewed", at: clock("10:09"), customer: ["email": "bob@x.org"]))
        words["cid.id"] = try site.track(
            event(
                "booking.completed", at: clock("10:10"), customer: ["id": "c3"],
                data: [
                    "booking_id": "b9", "total_amount": 50,
                ]))
        let dee = try site.track(event("page.viewed", at: clock("10:11"), customer: ["id": "dee"]))
        #expect(try desk.response("/contacts/\(dee)", "DELETE").status == 200)
        for name in ["ann", "bob", "cid"] { words[name] = "crm_contact_\(words[name + ".id"] ?? "")" }
        words["entry"] = try site.rawTimeline(words["bob.id"] ?? "").first
        contents = try site.client.contents()
        self.words = words
    }

    /// A word of a command, with what its braces stand for.
    func word(_ text: String) -> String {
        if let time = text.wholeMatch(of: /\{(\d\d:\d\d)\}/) {
            return String(format: "%.0f", milliseconds(clock(String(time.1))))
        }
        var result = text.replacing("~", with: " ")
        for (name, value) in words { result = result.replacing("{\(name)}", with: value) }
        return result
    }

    func line(_ text: String) -> String {
        text.split(separator: " ").map { word(String($0)) }.joined(separator: " ")
    }
}
