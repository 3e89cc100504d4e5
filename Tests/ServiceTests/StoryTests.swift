import Foundation
import TestSupport
import Testing

/// Whole ways of customers through the website: recorded requests, and exactly what Redis holds afterwards.
@Suite struct StoryTests {
    @Test(arguments: try Story.all())
    func `a story leaves exactly what it tells`(story: Story) throws {
        let site = try Site(story.settings)
        let listener = try AlertListener(site.redis)
        var answers: [JSON] = []
        for request in story.requests {
            let headers = (request["headers"]?.object ?? [:]).compactMap { name, value in
                value.string.map { (name, $0) }
            }
            let route = request["route"]?.string ?? "track-event"
            for _ in 0..<Int(request["times"]?.number ?? 1) {
                let response = try site.post(request["body"]?.text ?? "", to: route, headers: headers)
                #expect(Double(response.status) == request["status"]?.number ?? 200, "\(response.text)")
                answers.append(try response.json())
            }
        }
        // The last word on the channels is the test's own; what came before it is the story's.
        try site.client.run("PUBLISH", "crm_task_closed", "the end")
        var alerts: [JSON] = []
        while case let heard = try listener.next(), heard.text != "the end" {
            let message = try JSON(parsing: heard.text)
            alerts.append([
                "channel": .string(heard.channel), "task": message["task"]?["id"] ?? nil,
                "contact": message["contact"]?["id"] ?? nil, "status": message["task"]?["status"] ?? nil,
            ])
        }
        try story.check(StoryEnd(answers: answers, alerts: alerts, contents: try site.client.contents()))
    }
}

/// One recorded story; see the files in the folder `Stories`.
struct Story: Sendable, CustomTestStringConvertible {
    let name: String
    let settings: [String: String]
    /// Each with its `body`, and, where they differ from the usual, `route`, `headers`, `times` and `status`.
    let requests: [JSON]
    let answers: [JSON]
    let alerts: [JSON]
    let redis: [String: JSON]

    var testDescription: String { name }

    static func all() throws -> [Story] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Stories")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }.map { file in
            // The files were written in 2024.
            let text = try String(contentsOf: file, encoding: .utf8).replacing("2024-0", with: "\(year)-0")
            let json = try JSON(parsing: text)
            guard let name = json["story"]?.string, let requests = json["requests"]?.array,
                let answers = json["answers"]?.array, let redis = json["redis"]?.object
            else { throw Failure("\(file.lastPathComponent) is no story") }
            return Story(
                name: name, settings: (json["settings"]?.object ?? [:]).compactMapValues(\.string),
                requests: requests, answers: answers, alerts: json["alerts"]?.array ?? [], redis: redis)
        }
    }

    /// Compares key by key, so that a failure names the key.
    func check(_ end: StoryEnd) throws {
        let found = try end.described()
        #expect(found["answers"] == .array(answers), "answers: \(found["answers"]?.text ?? "")")
        #expect(found["alerts"] == .array(alerts), "alerts: \(found["alerts"]?.text ?? "")")
        let keys = found["redis"]?.object ?? [:]
        for key in Set(keys.keys).union(redis.keys).sorted() {
            #expect(keys[key] == redis[key], "\(key): \(keys[key]?.text ?? "absent")")
        }
    }
}

/// How a story ended, told without ids that differ from run to run: `<contact1>` is the first contact in the answers,
/// `<task1>` the earliest task, `<event1>` the earliest event to which the service gave an id.
struct StoryEnd {
    let answers: [JSON]
    let alerts: [JSON]
    let contents: RedisContents

    /// Keys that help the service alone; the contract does not name them.
    private static let ownKeys = [
        "crm_index_funnel_", "crm_index_customers_", "crm_index_tasks_unheard", "crm_index_tasks_cancelled",
        "crm_index_tasks_open_", "crm_index_moves_", "crm_index_named_", "crm_index_emails_",
        "crm_index_settled_",
    ]

    func described() throws -> JSON {
        var redis: [String: JSON] = [:]
        for (key, value) in contents.values where !Self.ownKeys.contains(where: key.hasPrefix) {
            redis[key] = key.hasPrefix("crm_activity_") ? try timeline(value) : describe(value)
            try checkEndOfLife(of: key)
        }
        let whole: JSON = ["answers": .array(answers), "alerts": .array(alerts), "redis": .object(redis)]
        var text = whole.text
        for (id, name) in try names() { text = text.replacing(id, with: name) }
        return try JSON(parsing: text.replacing(/activity_[0-9a-z]{26}/, with: "<activity>"))
    }

    private func names() throws -> [(String, String)] {
        func ids(_ prefix: String, in text: String) throws -> [String] {
            var seen: Set<String> = []
            let pattern = try Regex("\(prefix)_[0-9a-z]{26}")
            return text.matches(of: pattern).map { String(text[$0.range]) }.filter { seen.insert($0).inserted }
        }
        let contacts = try ids("contact", in: answers.map(\.text).joined(separator: "\n"))
        let tasks = contents.values.compactMap { key, value -> (String, String)? in
            guard key.hasPrefix("crm_task_"), case .hash(let task) = value, let id = task["id"] else { return nil }
            return ("\(task["created_at"] ?? "") \(task["type"] ?? "") \(id)", id)
        }
        let entries = contents.keys("crm_activity_").flatMap { key -> [ScoredMember] in
            guard case .sortedSet(let members) = contents.values[key] else { return [] }
            return members
        }
        let made = try ids("event", in: entries.sorted { $0.score < $1.score }.map(\.member).joined(separator: "\n"))
        return contacts.enumerated().map { ($1, "<contact\($0 + 1)>") }
            + tasks.sorted { $0.0 < $1.0 }.enumerated().map { ($1.1, "<task\($0 + 1)>") }
            + made.enumerated().map { ($1, "<event\($0 + 1)>") }
    }

    private func describe(_ value: RedisValue) -> JSON {
        switch value {
        case .string(let text): ["string": .string(text)]
        case .hash(let fields): ["hash": .object(fields.filter { $0.key != "unheard" }.mapValues { .string($0) })]
        case .set(let members): ["set": .array(members.sorted().map { .string($0) })]
        case .list(let values): ["list": .array(values.map { .string($0) })]
        case .sortedSet(let members):
            ["zset": .object(Dictionary(uniqueKeysWithValues: members.map { ($0.member, score($0.score)) }))]
        }
    }

    /// A score that is a time, as people write it; any other as it is.
    private func score(_ score: Double) -> JSON {
        guard score > 900_000_000_000 else { return .number(score) }
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return .string(Date(timeIntervalSince1970: score / 1000).formatted(style))
    }

    private func timeline(_ value: RedisValue) throws -> JSON {
        guard case .sortedSet(let members) = value else { return describe(value) }
        let order = ["id", "contact_id", "type", "description", "timestamp", "event_id", "data", "session"]
        let entries = try members.map { entry in
            let json = try JSON(parsing: entry.member)
            let keys = try topLevelKeys(of: entry.member)
            #expect(keys == order.filter(keys.contains), "keys stand in another order: \(entry.member)")
            #expect(milliseconds(json["timestamp"]?.string ?? "") == entry.score)
            return json
        }
        return ["timeline": .array(entries)]
    }

    private func checkEndOfLife(of key: String) throws {
        let seconds = contents.expiries[key]
        if key.hasPrefix("crm_event_") {
            #expect((48 * 3600 - 60...48 * 3600).contains(try #require(seconds)), "\(key)")
        } else if key.hasPrefix("crm_stats_") {
            #expect((400 * 86400 - 60...400 * 86400).contains(try #require(seconds)), "\(key)")
        } else {
            #expect(seconds == nil, "\(key)")
        }
    }
}
