import Foundation
import TestSupport
import Testing

/// One service with one Redis, as one shop has them, and the ways in which a test talks to both.
final class Site {
    /// The path before every route.
    static let base = "/make-server-b43c05fb"

    let redis: PrivateRedis
    let receiver: Receiver
    let client: RedisClient
    private var connection: HTTPConnection

    init(
        _ settings: [String: String] = [:], redis adjust: (inout PrivateRedis.Options) -> Void = { _ in }
    ) throws {
        redis = try PrivateRedis(adjust)
        // Redis does not hang here unless a test says so; a machine that is busy, or a sanitizer, can make it seem so.
        receiver = try Receiver(redis: redis.url, settings: ["REDIS_TIMEOUT_SECONDS": "10"].merging(settings) { $1 })
        client = try redis.client()
        connection = try receiver.connect()
    }

    /// Sends any text to a route, on the connection that this site keeps.
    func post(
        _ text: String, to route: String = "track-event", headers: [(String, String)] = []
    ) throws -> HTTPResponse {
        let type = headers.contains { $0.0 == "Content-Type" } ? [] : [("Content-Type", "application/json")]
        try connection.send("POST", "\(Self.base)/\(route)", headers: type + headers, body: text)
        let response = try connection.readResponse()
        if response["connection"]?.lowercased() == "close" { connection = try receiver.connect() }
        return response
    }

    /// Sends one event.
    func post(_ event: JSON, headers: [(String, String)] = []) throws -> HTTPResponse {
        try post(event.text, headers: headers)
    }

    /// Sends one event that has to be applied, and gives the contact's id.
    @discardableResult
    func track(_ event: JSON, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let response = try post(event)
        #expect(response.status == 200, "\(response.text)", sourceLocation: sourceLocation)
        let answer = try response.json()
        #expect(answer["success"] == true, sourceLocation: sourceLocation)
        return try #require(answer["contact_id"]?.string, sourceLocation: sourceLocation)
    }

    /// Sends events in one request, and gives their results.
    func trackBatch(_ events: [JSON]) throws -> [JSON] {
        let response = try post(JSON.object(["events": .array(events)]).text, to: "track-events")
        #expect(response.status == 200, "\(response.text)")
        let answer = try response.json()
        #expect(answer["success"] == true)
        return try #require(answer["results"]?.array)
    }

    /// The hash of a contact.
    func contact(_ id: String) throws -> [String: String] { try client.hash("crm_contact_\(id)") }

    /// The id behind an email.
    func contactID(email: String) throws -> String? { try text("crm_contact_email_\(email)") }

    /// The text of a string key.
    func text(_ key: String) throws -> String? { try client.run("GET", key).text }

    /// The members of a sorted set with their scores; empty where there is none.
    func scores(_ key: String) throws -> [String: Double] {
        Dictionary(uniqueKeysWithValues: try client.sortedSet(key).map { ($0.member, $0.score) })
    }

    /// The members of a contact's timeline as they stand, oldest first.
    func rawTimeline(_ id: String) throws -> [String] { try client.sortedSet("crm_activity_\(id)").map(\.member) }

    /// The members of a contact's timeline, oldest first.
    func timeline(_ id: String) throws -> [JSON] { try rawTimeline(id).map { try JSON(parsing: $0) } }

    /// The hashes of a contact's tasks, oldest first.
    func tasks(_ id: String) throws -> [[String: String]] {
        try client.sortedSet("crm_index_tasks_\(id)").map { try client.hash("crm_task_\($0.member)") }
    }

    /// The hashes of a contact's tasks that are open.
    func openTasks(_ id: String) throws -> [[String: String]] { try tasks(id).filter { $0["status"] == "open" } }

    /// The numbers of one day.
    func stats(_ day: String = "\(year)-05-10") throws -> [String: String] { try client.hash("crm_stats_\(day)") }

    /// The lead statuses in whose index a contact is.
    func statusIndexes(of id: String) throws -> [String: Double] {
        var found: [String: Double] = [:]
        for slug in ["new_lead", "hot_lead_booking_in_progress", "hot_lead_abandoned", "customer_active"] {
            if let score = try scores("crm_index_status_\(slug)")[id] { found[slug] = score }
        }
        return found
    }
}

/// The customer of most tests.
let john: JSON = ["email": "john@example.com"]

/// One event as a website sends it; no time means now.
func event(
    _ type: String, at time: String? = nil, id: String? = nil, customer: JSON? = john, data: JSON? = nil,
    session: JSON? = nil
) -> JSON {
    var fields: [String: JSON] = ["event_type": .string(type)]
    if let time { fields["timestamp"] = .string(time) }
    if let id { fields["event_id"] = .string(id) }
    if let customer { fields["customer"] = customer }
    if let data { fields["event_data"] = data }
    if let session { fields["session"] = session }
    return .object(fields)
}

/// The year of the last 10th of May that is at least 32 days ago: long enough for every clock, and recent enough for
/// the statistics, which are kept for 400 days.
let year: String = {
    let now = Calendar(identifier: .gregorian).dateComponents(in: .gmt, from: Date(timeIntervalSinceNow: -32 * 86_400))
    let isPast = (now.month ?? 1, now.day ?? 1) >= (5, 10)
    return String((now.year ?? 2026) - (isPast ? 0 : 1))
}()

/// A time of the day on which these tests play, the 10th of May.
func clock(_ time: String) -> String { "\(year)-05-10T\(time):00.000Z" }

/// A time as the score of a sorted set.
func milliseconds(_ iso: String) -> Double {
    let date = try? Date(iso, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    return date.map { ($0.timeIntervalSince1970 * 1000).rounded() } ?? .nan
}

/// A moment some seconds from now, as events write it.
func now(plus seconds: Double = 0) -> String {
    Date(timeIntervalSinceNow: seconds).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
}
