import Foundation
import TestSupport
import Testing

/// What one run of `crmsync check` told.
struct CheckRun {
    struct Line: Hashable, CustomStringConvertible {
        var kind: String
        var key: String
        var outcome: String
        var isRepairable: Bool
        var problem: String
        var description: String { "\(kind) \(key): \(problem) [\(outcome)]" }
    }

    let status: Int32
    let findings: [Line]
    let summary: JSON

    init(_ redis: PrivateRedis, _ words: [String] = [], settings: [String: String] = [:]) throws {
        // A machine under load may let a reply wait for longer than a service would.
        let environment = ["REDIS_URL": redis.url, "REDIS_TIMEOUT_SECONDS": "30"].merging(settings) { $1 }
        let run = try Program.run(["check", "--json"] + words, environment: environment, within: 60)
        guard case .code(let status) = run.exit else { throw Failure("ended by a signal: \(run.exit)") }
        try self.init(status: status, output: run.output, errors: run.errors)
    }

    init(status: Int32, output: String, errors: String) throws {
        self.status = status
        var lines = try output.split(separator: "\n").map { try JSON(parsing: String($0)) }
        guard let last = lines.popLast(), last["summary"] != nil else {
            throw Failure("no summary: \(output)\(errors)")
        }
        summary = last
        findings = lines.filter { $0["kind"] != nil }.map { line in
            Line(
                kind: line["kind"]?.string ?? "", key: line["key"]?.string ?? "",
                outcome: line["outcome"]?.string ?? "", isRepairable: line["repair"] != nil,
                problem: line["problem"]?.string ?? "")
        }
    }

    /// A number of the summary.
    func count(_ name: String) -> Int { Int(summary["summary"]?[name]?.number ?? -1) }
}

extension RedisClient {
    /// Makes the database hold exactly this.
    func restore(_ contents: RedisContents) throws {
        try run("FLUSHALL")
        for (key, value) in contents.values {
            switch value {
            case .string(let text): try run("SET", key, text)
            case .hash(let fields): _ = try send(["HSET", key] + fields.flatMap { [$0, $1] })
            case .set(let members): _ = try send(["SADD", key] + members)
            case .list(let items): _ = try send(["RPUSH", key] + items)
            case .sortedSet(let members):
                _ = try send(["ZADD", key] + members.flatMap { [String(format: "%.0f", $0.score), $0.member] })
            }
        }
        for (key, seconds) in contents.expiries { try run("EXPIRE", key, String(seconds)) }
    }
}

/// Random but plausible and implausible events of a few customers who change their emails, come with several ids, late,
/// twice and out of order; and people at the task desk.
struct RandomTraffic {
    static let types = [
        "customer.created", "customer.login", "customer.updated", "search.performed", "vehicle.viewed", "page.viewed",
        "booking.started", "booking.step_completed", "booking.abandoned", "booking.completed", "payment.attempted",
        "payment.successful", "payment.failed", "form.submitted", "chat.message",
    ]

    var random = SeededRandom()
    private var serial = 0

    private mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
    mutating func pick<Item>(_ items: [Item]) -> Item? { items.randomElement(using: &random) }

    /// Any event. Ids and emails are drawn apart from each other often enough to collide.
    mutating func next() -> JSON {
        serial += 1
        let who = below(12)
        var customer: [String: JSON] = [:]
        if chance(75) { customer["id"] = .string("user\(chance(90) ? who : below(12))\(chance(85) ? "" : "b")") }
        if customer.isEmpty || chance(60) {
            let email = "Mail\(chance(80) ? who : below(12))\(chance(80) ? "" : "new")@x.org"
            customer["email"] = .string(email)
        }
        if chance(20) { customer["name"] = .string("Ann \(who)") }
        var data: [String: JSON] = [
            "vehicle_name": .string("Car \(below(130))"), "location": .string("Place \(below(4))"),
        ]
        if chance(70) { data["booking_id"] = .string("b\(who)-\(below(6))") }
        if chance(50) { data["vehicle_id"] = .string("v\(below(3))") }
        if chance(70) { data["total_amount"] = .string("\(below(900)).\(10 + below(90))") }
        let type = chance(60) ? Self.types[6 + below(7)] : Self.types[below(Self.types.count)]
        let id = chance(5) ? "e\(below(serial))" : "e\(serial)"
        let session: JSON = ["session_id": .string("s\(below(5))")]
        return event(type, at: time(), id: id, customer: .object(customer), data: .object(data), session: session)
    }

    /// Mostly forward, by a minute each, with late ones and equal ones.
    private mutating func time() -> String {
        let minutes = chance(75) ? serial / 2 : max(0, serial / 2 - below(300))
        let start = Date(timeIntervalSince1970: 1_714_521_600)
        return start.addingTimeInterval(Double(minutes) * 60)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
