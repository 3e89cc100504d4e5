import Foundation
import TestSupport

/// What one of each thing costs in Redis' memory: `used_memory` before and after many of them, so that the tables which
/// hold the keys count too.
struct KeyCosts {
    private static let contacts = 5_000
    private let redis: PrivateRedis
    private let client: RedisClient
    private let receiver: Receiver
    private let connection: HTTPConnection
    private var rows: [(name: String, bytes: Double)] = []
    private var marks: [Double] = []

    init() throws {
        redis = try PrivateRedis()
        client = try redis.client()
        receiver = try Receiver(redis: redis.url, settings: ["REDIS_TIMEOUT_SECONDS": "30"])
        connection = try receiver.connect()
    }

    /// Measures and prints a table.
    mutating func run() throws {
        try measure("a contact: id, email, name, phone, its places in 2 lists, its first entry") {
            Self.event("customer.created", $0, more: #","name":"Johanna Doe","phone":"+491701234567""#)
        }
        try measure("a timeline entry: a page, 2 fields", each: 10) {
            Self.event("page.viewed", $0, data: #"{"page":"/cars/suv","title":"Our SUVs"}"#)
        }
        try measure("a timeline entry: a search, 5 fields, a session of 3", each: 10) {
            Self.event(
                "search.performed", $0,
                data:
                    #"{"vehicle_id":"car_789","vehicle_name":"Toyota Camry","location":"Airport","days":5,"price":89.9}"#,
                session: #"{"session_id":"sess_abc123","device":"mobile","browser":"Chrome"}"#)
        }
        try measure("a first car in a contact's ranking, and its entry") {
            Self.event("vehicle.viewed", $0, data: #"{"vehicle_id":"car_789","vehicle_name":"Toyota Camry"}"#)
        }
        try measure("a first abandoned booking: entry, open urgent task, its places in 5 lists") {
            Self.event("booking.abandoned", $0, data: #"{"booking_id":"b-\#($0)","vehicle_name":"Toyota Camry"}"#)
        }
        try measure("a first booking: entry, open task, `booking_id`; the task before is closed") {
            Self.event(
                "booking.completed", $0,
                data: #"{"booking_id":"b-\#($0)","vehicle_name":"Toyota Camry","total_amount":450}"#)
        }
        try measure("a further booking: entry, open task, `booking_id`", each: 5) {
            Self.event(
                "booking.completed", $0,
                data:
                    #"{"booking_id":"b-\#(Int.random(in: 0..<1_000_000_000))","vehicle_name":"Ford","total_amount":90}"#
            )
        }
        print("### What keys cost in Redis' memory (\(try version()), \(Self.contacts) contacts)\n")
        print("| one of | bytes |\n|---|--:|")
        for row in rows { print("| \(row.name) | \(Report.text(row.bytes, 0)) |") }
        print("| a mark of an event, for `DEDUPE_HOURS` | \(Report.text(marks.median, 0)) |")
        let all = Double(try used()) / Double(Self.contacts)
        print(
            "| all of such a contact: \(try entriesOfOne()) entries, 7 tasks, 6 bookings | \(Report.text(all, 0)) |\n")
    }

    private static func event(
        _ type: String, _ number: Int, data: String = "{}", session: String = "{}", more: String = ""
    ) -> String {
        """
        {"event_type":"\(type)","customer":{"id":"user-\(number)","email":"customer.\(number)@example.com"\(more)},\
        "event_data":\(data),"session":\(session)}
        """
    }

    /// The cost of one when each contact gets `each` of them.
    private mutating func measure(_ name: String, each: Int = 1, _ event: (Int) -> String) throws {
        let before = try used()
        for _ in 0..<each { try send(Self.contacts, event) }
        let marked = try used()
        try deleteMarks()
        let after = try used()
        let count = Double(Self.contacts * each)
        rows.append((name, Double(after - before) / count))
        marks.append(Double(marked - after) / count)
    }

    private func deleteMarks() throws {
        let marks = try client.run("KEYS", "crm_event_*").texts
        for start in stride(from: 0, to: marks.count, by: 1000) {
            _ = try client.send(["DEL"] + marks[start..<min(start + 1000, marks.count)])
        }
    }

    private func send(_ count: Int, _ event: (Int) -> String) throws {
        for start in stride(from: 0, to: count, by: 250) {
            let events = (start..<min(count, start + 250)).map(event).joined(separator: ",")
            try connection.send("POST", "/make-server-b43c05fb/track-events", body: "{\"events\":[\(events)]}")
            let answer = try connection.readResponse()
            guard answer.status == 200, !answer.text.contains("\"success\":false") else {
                throw Failure("not all were applied: \(answer.text.prefix(300))")
            }
        }
    }

    private func used() throws -> Int {
        // While the table of keys grows there are two of them: an idle moment of Redis brings it to its end.
        usleep(500_000)
        let info = try client.run("INFO", "memory").text ?? ""
        let line = info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("used_memory:") } ?? ""
        guard let bytes = line.split(separator: ":").last.flatMap({ Int($0) }) else { throw Failure("no memory told") }
        return bytes
    }

    private func entriesOfOne() throws -> Int {
        let id = try client.run("GET", "crm_index_customer_user-1").text ?? ""
        guard case .integer(let count) = try client.run("ZCARD", "crm_activity_\(id)") else { return 0 }
        return Int(count)
    }

    private func version() throws -> String {
        let info = try client.run("INFO", "server").text ?? ""
        let line = info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("redis_version:") } ?? ""
        return "Redis " + (line.split(separator: ":").last.map(String.init) ?? "?")
    }
}
