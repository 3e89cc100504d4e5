import Foundation
import TestSupport
import Testing

/// `crmsync import`: past events through the same door.
@Suite struct ImportTests {
    private final class Archive {
        let redis: PrivateRedis
        let client: RedisClient
        let folder: TemporaryFolder
        var file: String { folder.file("events.ndjson") }

        init() throws {
            redis = try PrivateRedis()
            client = try redis.client()
            folder = try TemporaryFolder()
        }

        func write(_ lines: [String]) throws {
            try lines.map { $0 + "\n" }.joined().write(toFile: file, atomically: true, encoding: .utf8)
        }

        func write(_ events: [JSON]) throws { try write(events.map(\.text)) }

        func run(
            _ words: String..., settings: [String: String] = [:]
        ) throws -> (status: Int32, output: String, errors: String) {
            let environment = ["REDIS_URL": redis.url].merging(settings) { $1 }
            let run = try Program.run(["import", file] + words, environment: environment, within: 30)
            guard case .code(let status) = run.exit else { throw Failure("ended by a signal: \(run.exit)") }
            return (status, run.output, run.errors)
        }

        func contact(_ customer: String) throws -> [String: String] {
            let id = try #require(try client.run("GET", "crm_index_customer_\(customer)").text)
            return try client.hash("crm_contact_\(id)")
        }

        /// A number behind a word of the summary.
        func count(_ word: String, _ output: String) -> Int? {
            let line = output.split(separator: "\n").first { $0.hasPrefix(word + " ") }
            return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        }

        var events: Int {
            get throws {
                try client.run("KEYS", "crm_stats_????-??-??").texts.reduce(0) {
                    $0 + (Int(try client.hash($1)["events"] ?? "") ?? 0)
                }
            }
        }
    }

    private func past(_ type: String, _ user: String, at time: String, _ data: JSON = [:], id: String? = nil) -> JSON {
        event(type, at: clock(time), id: id, customer: ["id": .string(user)], data: data)
    }

    @Test func `past events make contacts, timelines and numbers, are trusted, and give nobody work`() throws {
        let archive = try Archive()
        try archive.write([
            past("customer.created", "u1", at: "09:00"),
            past("booking.completed", "u1", at: "10:00", ["booking_id": "b1", "total_amount": 99.5]),
            past("booking.abandoned", "u2", at: "11:00", ["booking_id": "b2"]),
        ])
        let run = try archive.run(settings: ["MONEY_EVENTS": "server"])
        #expect(run.status == 0, "\(run)")
        #expect(archive.count("Applied", run.output) == 3)
        #expect(try archive.contact("u1")["total_revenue"] == "99.50")
        #expect(try archive.contact("u1")["last_activity"] == clock("10:00"))
        #expect(try archive.contact("u2")["lead_status"] == "Hot Lead - Abandoned")
        #expect(try archive.client.hash("crm_stats_\(year)-05-10")["events"] == "3")
        #expect(try archive.client.contents().keys("crm_task_") == [])
    }

    @Test func `tasks are opened for what is recent, for all, or for nothing`() throws {
        for (policy, expected) in [("recent", ["new"]), ("all", ["new", "old"]), ("none", [])] {
            let archive = try Archive()
            // An abandoned booking is due in an hour, and worth a call until a day after that.
            try archive.write([
                event("booking.abandoned", at: now(plus: -24.9 * 3600), customer: ["id": "new"]),
                event("booking.abandoned", at: now(plus: -25.1 * 3600), customer: ["id": "old"]),
            ])
            #expect(try archive.run("--tasks", policy).status == 0)
            let with = try ["new", "old"].filter { user in
                let id = try #require(try archive.contact(user)["id"])
                return try !archive.client.sortedSet("crm_index_tasks_\(id)").isEmpty
            }
            #expect(with == expected, "\(policy)")
        }
    }

    @Test func `a booking that was left open long ago is given up without a task, on its own day`() throws {
        let archive = try Archive()
        try archive.write([past("booking.started", "u1", at: "10:00", ["booking_id": "b1"])])
        #expect(try archive.run().status == 0)
        let receiver = try Receiver(redis: archive.redis.url, settings: ["ABANDON_AFTER_MINUTES": "20"])
        try eventually("the booking is given up") {
            try archive.contact("u1")["lead_status"] == "Hot Lead - Abandoned"
        }
        #expect(try archive.contact("u1")["last_activity"] == clock("10:00"), "dated at its last step")
        #expect(try archive.client.hash("crm_stats_\(year)-05-10")["events:booking.abandoned"] == "1")
        #expect(try archive.client.contents().keys("crm_task_") == [])
        #expect(try receiver.stop() == .code(0))
    }

    @Test func `lines that are no events are named with their reason, and the others are taken`() throws {
        let archive = try Archive()
        let fine = past("page.viewed", "u1", at: "10:00").text
        let timeless = event("page.viewed", customer: ["id": "u2"]).text
        let long = past("page.viewed", "u3", at: "10:00", ["text": .string(String(repeating: "x", count: 70_000))]).text
        try archive.write([fine, "{oops", "", timeless, long, past("page.viewed", "u4", at: "10:00").text])
        let run = try archive.run()
        #expect(run.status == 2)
        #expect(archive.count("Lines", run.output) == 6)
        #expect(archive.count("Applied", run.output) == 2)
        #expect(archive.count("Refused", run.output) == 3)
        for message in ["line 2: invalid_json", "line 4: invalid_timestamp: `timestamp`", "line 5: too_large"] {
            #expect(run.errors.contains(message), "\(run.errors)")
        }
    }

    @Test func `strict stops at the first bad line, and goes on when it is mended`() throws {
        let archive = try Archive()
        let lines = (0..<5).map { past("page.viewed", "u\($0)", at: "10:0\($0)").text }
        try archive.write(lines[..<2] + ["{oops"] + lines[2...])
        let run = try archive.run("--strict")
        #expect(run.status == 1)
        #expect(run.errors.contains("stopped at line 3"))
        #expect(archive.count("Lines", run.output) == 2)
        try archive.write(lines)
        #expect(try archive.run("--strict").status == 0)
        #expect(try archive.events == 5)
    }

    @Test func `the same line is one event, also in another file and after the id of the sender`() throws {
        let archive = try Archive()
        let line = past("customer.login", "u1", at: "10:00")
        let named = past("customer.login", "u1", at: "10:01", id: "mine")
        try archive.write([line, line, named, named])
        let run = try archive.run()
        #expect(archive.count("Applied", run.output) == 2 && archive.count("Known", run.output) == 2)
        #expect(try archive.contact("u1")["website_visits"] == "2")
        let again = try archive.run("--restart")
        #expect(archive.count("Known", again.output) == 4)
        #expect(try archive.client.run("EXISTS", "crm_event_server:mine") == .integer(1))
    }

    @Test func `when it was sent does not move the time of an event that was kept`() throws {
        let archive = try Archive()
        var kept = past("page.viewed", "u1", at: "10:00")
        kept["sent_at"] = .string(clock("10:05"))
        try archive.write([kept])
        #expect(try archive.run().status == 0)
        #expect(try archive.contact("u1")["last_activity"] == clock("10:00"))
    }

    @Test func `run again it goes on behind what is done, and notices another file`() throws {
        let archive = try Archive()
        let lines = (0..<4).map { past("page.viewed", "u\($0)", at: "10:0\($0)").text }
        try archive.write(Array(lines[..<2]))
        #expect(try archive.run().status == 0)
        // Long after: the ids are forgotten, the progress is not.
        for key in try archive.client.run("KEYS", "crm_event_*").texts { try archive.client.run("DEL", key) }
        try archive.write(lines)
        let more = try archive.run()
        #expect(archive.count("Lines", more.output) == 4 && archive.count("Applied", more.output) == 4)
        #expect(try archive.events == 4)
        try archive.write(lines.reversed())
        let other = try archive.run()
        #expect(other.status == 1)
        #expect(other.errors.contains("--restart"))
        #expect(try archive.events == 4)
    }

    @Test func `stopped while Redis hangs it goes on later, and nothing counts twice`() throws {
        let archive = try Archive()
        let count = 4_000
        try archive.write(
            (0..<count).map { past("customer.login", "u\($0 % 50)", at: "10:00", ["n": .number(Double($0))]) })
        let (output, errors) = (archive.folder.file("out"), archive.folder.file("err"))
        let process = try ChildProcess(
            Program.path(), ["import", archive.file], environment: ["REDIS_URL": archive.redis.url], output: output,
            errors: errors)
        try eventually("some are applied") { try archive.client.run("DBSIZE") != .integer(0) }
        archive.redis.freeze()
        process.send(SIGINT)
        #expect(try process.wait(within: 20) == .code(130))
        archive.redis.thaw()
        let text = try String(contentsOfFile: output, encoding: .utf8)
        #expect((archive.count("Lines", text) ?? count) < count)
        #expect(try archive.run().status == 0)
        #expect(try archive.events == count)
        #expect(try archive.run().output.contains("\(count)"))
    }

    @Test func `a Redis that goes and comes back in the middle loses and doubles nothing`() throws {
        let archive = try Archive()
        let count = 3_000
        try archive.write(
            (0..<count).map { past("customer.login", "u\($0 % 50)", at: "10:00", ["n": .number(Double($0))]) })
        let process = try ChildProcess(
            Program.path(), ["import", archive.file], environment: ["REDIS_URL": archive.redis.url],
            output: archive.folder.file("out"), errors: archive.folder.file("err"))
        try eventually("some are applied") { try archive.client.run("DBSIZE") != .integer(0) }
        for _ in 0..<3 { try archive.client.run("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes") }
        #expect(try process.wait(within: 30) == .code(0))
        #expect(try archive.events == count)
    }

    @Test func `standard input is taken as it comes`() throws {
        let archive = try Archive()
        try archive.write((0..<300).map { past("page.viewed", "u\($0)", at: "10:00") })
        let output = archive.folder.file("out")
        let process = try ChildProcess(
            "sh", ["-c", "cat \(archive.file) | \(try Program.path()) import -"],
            environment: ["REDIS_URL": archive.redis.url], output: output, errors: archive.folder.file("err"))
        #expect(try process.wait(within: 30) == .code(0))
        #expect(archive.count("Applied", try String(contentsOfFile: output, encoding: .utf8)) == 300)
    }

    @Test func `a file that is not there, and Redis that is not there, are said`() throws {
        let archive = try Archive()
        #expect(try archive.run().errors.contains("cannot open"))
        try archive.write([past("page.viewed", "u1", at: "10:00")])
        let run = try archive.run(settings: ["REDIS_URL": "redis://127.0.0.1:1"])
        #expect(run.status == 1)
        #expect(run.errors.contains("cannot be reached"))
        #expect(try archive.run().status == 0)
    }
}
