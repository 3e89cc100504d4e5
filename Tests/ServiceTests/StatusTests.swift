import Foundation
import TestSupport
import Testing

/// `GET {base}/status` and `crmsync status`: whether events arrive, and if not, why.
@Suite struct StatusTests {
    private func run(
        _ desk: ReadingDesk, _ words: [String] = [], _ more: [String: String?] = [:]
    ) throws -> (status: Int32, output: String) {
        let environment: [String: String?] = [
            "REDIS_URL": desk.site.redis.url, "PORT": String(desk.site.receiver.port), "ADMIN_TOKEN": token,
            "COLUMNS": "100",
        ]
        let all = environment.merging(more) { $1 }.compactMapValues(\.self)
        let run = try Program.run(["status"] + words, environment: all)
        guard case .code(let status) = run.exit else { throw Failure("ended by a signal: \(run.exit)") }
        // Without Redis it says that it waits, and nothing else.
        #expect(run.errors.isEmpty || run.errors.hasSuffix("; waiting up to 2 s\n"), "\(run.errors)")
        return (status, run.output)
    }

    @Test func `the status says what was applied and what was refused, and needs the token`() throws {
        let desk = try ReadingDesk()
        #expect(try desk.response("/status", token: nil).status == 401)
        try desk.site.track(event("page.viewed", id: "e1"))
        for _ in 0..<3 {
            _ = try desk.site.post(event("no.such", id: "e2"), headers: [("Origin", "https://a.example")])
        }
        let status = try desk.read("/status")
        #expect(status["taking_events"] == true)
        #expect(status["not_taking_since"] == .null)
        #expect(status["redis"] == true && status["journal"] == false && status["draining"] == false)
        #expect(status["applied_last_hour"] == 1)
        #expect(status["last_event_at"]?.string != nil)
        #expect(status["refused_last_hour"] == 4)
        let refused = try #require(status["refused"]?.array)
        #expect(refused.map { $0["error"]?.string } == ["unknown_event_type", "unauthorized"])
        #expect(refused.map { $0["count"]?.number } == [3, 1])
        let last = try #require(refused.first?["last"])
        #expect(last["event_type"] == "no.such" && last["event_id"] == "e2" && last["origin"] == "https://a.example")
    }

    @Test func `the status says since when events cannot be stored`() throws {
        let desk = try ReadingDesk()
        try desk.site.redis.stop()
        try eventually("it is noticed") { try desk.read("/status")["taking_events"] == false }
        let first = try desk.read("/status")
        #expect(first["redis_away_since"]?.string != nil)
        #expect(try desk.read("/status")["not_taking_since"] == first["not_taking_since"], "it does not move")
        #expect(try desk.site.post(event("page.viewed")).status == 503)
        let refused = try #require(try desk.read("/status")["refused"]?.array)
        #expect(refused.map { $0["error"] } == ["unavailable"])
    }

    @Test func `the command shows on one screen what the service and Redis know`() throws {
        let desk = try ReadingDesk(["ALLOWED_ORIGINS": "https://shop.example"])
        try desk.site.track(event("booking.abandoned", customer: ["id": "u1"]))
        for _ in 0..<12 { _ = try desk.site.post(event("page.viewed"), headers: [("Origin", "https://other.example")]) }
        let shown = try run(desk)
        #expect(shown.status == 0)
        let expected = [
            "Taking events +Yes. Events are stored in Redis\\.", "Service +crmsync \\d", "Redis +[78]\\.",
            "Memory +\\d", "Eviction +noeviction", "Clock +as that of Redis", "Events +1 applied in the last hour",
            "On disk +no event waits", "Dead letters +none", "Alerts +1 that nobody heard; open tasks: 1",
            "Refused +12 in the last hour", "12  origin_not_allowed: ", "from https://other.example",
        ]
        for pattern in expected { #expect(try shown.output.contains(Regex(pattern)), "\(pattern): \(shown.output)") }
        #expect(shown.output.split(separator: "\n").count <= 24)
        #expect(!shown.output.contains("\u{1B}"), "this is no terminal")
    }

    @Test(arguments: [20, 40, 80, 200])
    func `no line is longer than the terminal`(width: Int) throws {
        let desk = try ReadingDesk()
        let agent = "Mozilla/5.0 " + String(repeating: "x", count: 80)
        _ = try desk.site.post(
            event("no.such", id: String(repeating: "e", count: 128)), headers: [("User-Agent", agent)])
        let shown = try run(desk, [], ["COLUMNS": String(width)])
        for line in shown.output.split(separator: "\n") { #expect(line.count <= width, "\(line)") }
        #expect(shown.output.filter { !$0.isWhitespace }.contains("unknown_event_type:"))
    }

    @Test func `events that the tracker numbered and that never came are counted`() throws {
        let desk = try ReadingDesk()
        func view(_ number: Int, of visit: String, _ user: String) throws {
            let session: JSON = ["session_id": .string(visit), "seq": .number(Double(number))]
            try desk.site.track(event("page.viewed", customer: ["id": .string(user)], session: session))
        }
        for number in [1, 2, 5, 5, 6] { try view(number, of: "sess_a", "u1") }
        for number in [9, 7] { try view(number, of: "sess_b", "u2") }
        try view(40, of: "sess_c", "u2")
        try desk.site.track(event("page.viewed", customer: ["id": "u3"], session: ["seq": 3]))
        try desk.site.track(event("page.viewed", customer: ["id": "u3"], session: ["session_id": "x", "seq": "9"]))
        let redis = try #require(try JSON(parsing: run(desk, ["--json"]).output)["redis"])
        #expect(redis["events_numbered"] == 7)
        #expect(redis["events_lost"] == 3)
        #expect(redis["timelines_read"] == 3)
        #expect(try run(desk).output.contains(/3 of 10 that the tracker numbered/))
    }

    @Test func `a gap that no tracker leaves counts no more than its queue holds`() throws {
        let desk = try ReadingDesk()
        for number in [1, 1_000_000_000] {
            try desk.site.track(
                event("page.viewed", session: ["session_id": "s", "seq": .number(Double(number))]))
        }
        let redis = try #require(try JSON(parsing: run(desk, ["--json"]).output)["redis"])
        #expect(redis["events_lost"] == 100)
    }

    @Test func `without the service it says so and shows what Redis and the disk know`() throws {
        let desk = try ReadingDesk()
        try desk.site.track(event("page.viewed"))
        let folder = try TemporaryFolder()
        _ = try desk.site.receiver.stop()
        let shown = try run(desk, [], ["JOURNAL_DIR": folder.path])
        #expect(shown.status == 1)
        #expect(shown.output.contains(/Taking events +NO. The service does not answer: Connection refused/))
        #expect(shown.output.contains(/Contacts +1, the last activity \d+ s ago/))
        #expect(shown.output.contains(/On disk +no event waits/))
        let json = try JSON(parsing: run(desk, ["--json"]).output)
        #expect(json["taking_events"] == false && json["service"]?["answers"] == false)
        #expect(json["redis"]?["contacts"] == 1)
    }

    @Test func `without Redis it shows what the service knows`() throws {
        let desk = try ReadingDesk()
        try desk.site.redis.stop()
        try eventually("the loss is noticed") { try desk.read("/status")["taking_events"] == false }
        let shown = try run(desk)
        #expect(shown.status == 1)
        #expect(shown.output.contains(/Taking events +NO. Redis takes no events, and there is no room/))
        #expect(shown.output.contains("Redis         away: "))
        #expect(shown.output.contains(/Refused +nothing in the last hour/))
        #expect(try JSON(parsing: run(desk, ["--json"]).output)["redis"]?["answers"] == false)
    }

    @Test func `events that go to the disk are taken`() throws {
        let site = try Outage(["ADMIN_TOKEN": token])
        try site.redis.stop()
        try eventually("the event is queued") { try site.login("ann") == 202 }
        let environment = [
            "REDIS_URL": site.redis.url, "PORT": String(site.receiver.port), "ADMIN_TOKEN": token,
        ]
        try eventually("it is noticed") {
            let run = try Program.run(["status"], environment: environment)
            return run.exit == .code(0)
                && run.output.contains(/Taking events +Yes. Redis takes no events: they wait on disk/)
                && run.output.contains(/On disk +1 events wait|On disk +\d+ events wait/)
        }
    }

    @Test(
        arguments: [
            (nil, "Set ADMIN_TOKEN"), ("another-token-of-a-desk", "ADMIN_TOKEN is not the one of the service"),
        ] as [(String?, String)])
    func `without the right token it says what is needed to know more`(wrong: String?, advice: String) throws {
        let desk = try ReadingDesk()
        let shown = try run(desk, [], ["ADMIN_TOKEN": wrong])
        #expect(shown.status == 0)
        #expect(shown.output.contains(advice))
        #expect(shown.output.contains(/Taking events +Yes/))
    }

    @Test func `a Redis that does not tell everything is shown as far as it does`() throws {
        let desk = try ReadingDesk()
        try desk.site.client.run("ACL", "SETUSER", "default", "-info")
        let shown = try run(desk)
        #expect(shown.output.contains("INFO: NOPERM"))
        #expect(shown.output.contains(/Contacts +0/))
    }

    @Test func `something else at that port is not taken for the service`() throws {
        let desk = try ReadingDesk()
        let shown = try run(desk, ["--json"], ["PORT": "1"])
        #expect(shown.status == 1)
        #expect(try JSON(parsing: shown.output)["message"]?.string?.contains("Connection refused") == true)
    }
}
