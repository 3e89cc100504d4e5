import Foundation
import TestSupport
import Testing

/// The commands that read Redis, as somebody at a terminal runs them.
@Suite struct CommandTests {
    private func run(_ site: Site, _ words: String...) throws -> (status: Int32, output: String) {
        let run = try Program.run(words, environment: ["REDIS_URL": site.redis.url, "USER": "anna"])
        guard case .code(let status) = run.exit else { throw Failure("ended by a signal: \(run.exit)") }
        return (status, run.output)
    }

    @Test func `a contact is shown by email, by the website's id and by its own`() throws {
        let site = try Site()
        let name: JSON = "Eve \u{1B}[31m\u{202E}x"
        let id = try site.track(event("page.viewed", customer: ["id": "u1", "email": "eve@x.org", "last_name": name]))
        for who in ["EVE@x.org", "u1", id] {
            let shown = try run(site, "contact", who)
            #expect(shown.status == 0)
            #expect(shown.output.contains(id))
            #expect(shown.output.contains("Timeline"))
            // Neither colours, for this is no terminal, nor what a customer wrote to change them.
            #expect(!shown.output.contains("\u{1B}") && !shown.output.contains("\u{202E}"))
        }
        #expect(try JSON(parsing: run(site, "contact", "u1", "--json").output)["contact"]?["id"]?.string == id)
        #expect(try run(site, "contact", "nobody").status == 3)
    }

    @Test func `a task is listed, done once, and open again`() throws {
        let site = try Site()
        let id = try site.track(event("booking.abandoned", at: clock("10:00")))
        let task = try #require(try site.openTasks(id).first?["id"])
        for option in ["--open", "--overdue"] { #expect(try run(site, "tasks", option).output.contains(task)) }
        #expect(try run(site, "task", "done", task, "--reason", "called").status == 0)
        let closed = try site.client.hash("crm_task_\(task)")
        #expect(closed["status"] == "done")
        #expect(closed["closed_by"] == "anna")
        #expect(closed["closed_reason"] == "called")
        #expect(try run(site, "tasks").output == "No tasks.\n")
        #expect(try run(site, "task", "cancel", task).status == 1)
        #expect(try run(site, "task", "reopen", task).status == 0)
        #expect(try run(site, "task", "assign", task, "Bob").output.contains("for Bob"))
        #expect(try site.client.hash("crm_task_\(task)")["assignee"] == "Bob")
        #expect(try run(site, "task", "done", "task_0").status == 3)
    }

    @Test func `statistics have the funnel and the revenue`() throws {
        let site = try Site()
        try site.track(event("booking.completed", data: ["booking_id": "b1", "total_amount": 450.5]))
        let shown = try run(site, "stats", "--days", "7")
        #expect(shown.output.contains("Customer - Active"))
        #expect(shown.output.contains("450.50"))
        #expect(try JSON(parsing: run(site, "stats", "--json").output)["days"]?.array?.count == 30)
    }

    @Test func `a person is exported, and erased only when it is meant`() throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", customer: ["id": "u1", "email": "eve@x.org"]))
        #expect(try JSON(parsing: run(site, "export", "u1").output)["contact"]?["id"]?.string == id)
        #expect(try run(site, "erase", "u1").status == 64)
        #expect(try site.contact(id).isEmpty == false)
        let receipt = try run(site, "erase", "eve@x.org", "--yes")
        #expect(receipt.status == 0)
        #expect(try JSON(parsing: receipt.output)["erased"]?["crm_contact_"] == 1)
        #expect(try site.contact(id).isEmpty)
    }

    @Test func `without Redis a command says at once that it waits, for how long, and then fails`() throws {
        let folder = try TemporaryFolder()
        func text(_ file: String) -> String { (try? String(contentsOfFile: file, encoding: .utf8)) ?? "" }
        let process = try ChildProcess(
            Program.path(), ["stats"], environment: ["REDIS_URL": "redis://127.0.0.1:1"], output: folder.file("out"),
            errors: folder.file("err"))
        try eventually("it says that it waits", within: 4) {
            text(folder.file("err")).contains("cannot be reached: Connection refused; waiting up to 5 s")
        }
        #expect(process.poll() == nil)
        #expect(try process.wait(within: 20) == .code(1))
        #expect(text(folder.file("err")).contains("gave up: start Redis, or name its address"))
        #expect(text(folder.file("out")) == "")
    }

    @Test func `--redis stands in for REDIS_URL`() throws {
        let site = try Site()
        try site.track(event("page.viewed", customer: ["id": "u1"]))
        let environment = ["REDIS_URL": "redis://127.0.0.1:1"]
        let shown = try Program.run(["contact", "u1", "--redis", site.redis.url], environment: environment)
        #expect(shown.exit == .code(0) && shown.output.contains("u1"), "\(shown)")
    }

    @Test func `alerts show what is open, then what happens, and hand it to a program`() throws {
        let site = try Site()
        let folder = try TemporaryFolder()
        let (output, heard) = (folder.file("out"), folder.file("heard"))
        func text(_ file: String) -> String { (try? String(contentsOfFile: file, encoding: .utf8)) ?? "" }
        func leave(_ user: String) throws -> String {
            let id = try site.track(event("booking.abandoned", customer: ["id": .string(user), "name": "Ann B"]))
            return try #require(try site.openTasks(id).first?["id"])
        }
        let first = try leave("u1")
        let process = try ChildProcess(
            Program.path(), ["alerts", "--exec", "cat >> \(heard)"], environment: ["REDIS_URL": site.redis.url],
            output: output, errors: folder.file("err"))
        defer { process.killHard() }
        try eventually("the open task is shown") { text(output).contains("URGENT \(first)  Ann B") }
        // The connections are cut; it comes back and misses nothing.
        try site.client.run("CLIENT", "KILL", "TYPE", "pubsub")
        let second = try leave("u2")
        try eventually("the next one is shown") { text(output).contains("URGENT \(second)") }
        try eventually("the program has both") { text(heard).contains(second) }
        #expect(text(heard).split(separator: "\n").count == 2)
        try site.track(event("booking.completed", customer: ["id": "u1"], data: ["booking_id": "b1"]))
        try eventually("the closing is shown") { text(output).contains("closed \(first)") }
    }

    @Test func `alerts wait for Redis, and tell what was closed while it was away`() throws {
        let site = try Site()
        let folder = try TemporaryFolder()
        let (output, errors) = (folder.file("out"), folder.file("err"))
        func text(_ file: String) -> String { (try? String(contentsOfFile: file, encoding: .utf8)) ?? "" }
        let id = try site.track(event("booking.abandoned", customer: ["id": "u1"]))
        let task = try #require(try site.openTasks(id).first?["id"])
        let process = try ChildProcess(
            Program.path(), ["alerts"], environment: ["REDIS_URL": "unix:\(folder.file("redis.sock"))"],
            output: output, errors: errors)
        defer { process.killHard() }
        try eventually("it says that it waits", within: 20) { text(errors).contains("waiting for it") }
        func connect() throws {
            try FileManager.default.createSymbolicLink(
                atPath: folder.file("redis.sock"), withDestinationPath: site.redis.socket)
        }
        try connect()
        try eventually("it has come") { text(output).contains("URGENT \(task)") }
        try FileManager.default.removeItem(atPath: folder.file("redis.sock"))
        try site.client.run("CLIENT", "KILL", "TYPE", "pubsub")
        #expect(try run(site, "task", "done", task).status == 0)
        #expect(!text(output).contains("closed"))
        try connect()
        try eventually("the closing is told") { text(output).contains("closed \(task)") }
    }

    /// What a terminal would obey: C0, DEL, C1, line separators, and what turns text around.
    private static let steering = "\u{1B}[31m\u{7F}\u{9B}2J\u{2028}\u{200F}\u{061C}\u{202E}\u{2066}x"

    private func expectHarmless(_ output: String, _ sourceLocation: SourceLocation = #_sourceLocation) {
        let found = output.unicodeScalars.filter { scalar in
            scalar != "\n" && (scalar.properties.generalCategory == .control || scalar.properties.isBidiControl)
                || ["\u{2028}", "\u{2029}"].contains(scalar)
        }
        #expect(found.isEmpty, "\(found.map(\.value))", sourceLocation: sourceLocation)
    }

    @Test func `explain shows nothing that a terminal would obey, and its JSON has it escaped`() throws {
        let site = try Site()
        let folder = try TemporaryFolder()
        let file = folder.file("event.json")
        let bad = JSON.string("b" + Self.steering)
        let left = event(
            "booking.abandoned", customer: ["id": bad, "email": "eve@x.org", "last_name": bad],
            data: ["booking_id": bad, "vehicle_name": bad], session: ["session_id": bad])
        for type in ["booking.abandoned", "payment.failed", "booking.completed"] {
            var told = left
            told["event_type"] = .string(type)
            // No id with control characters is accepted, whoever sends it.
            told["customer"] = ["id": "u1", "email": "eve@x.org", "last_name": bad]
            try told.text.write(toFile: file, atomically: true, encoding: .utf8)
            let shown = try run(site, "explain", file)
            #expect(shown.status == 0 && shown.output.contains("Writes"))
            expectHarmless(shown.output)
            let json = try run(site, "explain", file, "--json").output
            expectHarmless(json)
            #expect(try JSON(parsing: json)["verdict"] == "applied")
            #expect(json.contains("\\u202e"))
        }
        try left.text.write(toFile: file, atomically: true, encoding: .utf8)
        expectHarmless(try run(site, "explain", file).output)
    }

    @Test func `the journal shows nothing that a terminal would obey`() throws {
        let site = try Outage()
        let client = try site.redis.client()
        #expect(try site.login("eve") == 200)
        let contact = try #require(try client.run("GET", "crm_contact_email_eve@example.com").text)
        try client.run("DEL", "crm_activity_\(contact)")
        try client.run("SET", "crm_activity_\(contact)", "x")
        let bad = JSON.string("a" + Self.steering)
        let login = event("customer.login", customer: ["email": "eve@example.com", "name": bad], data: ["note": bad])
        #expect(try site.post(login).status == 202)
        try eventually("it is a dead letter") { try site.metric("crmsync_journal_dead_letters") == 1 }
        let shown = try site.journal().output
        #expect(shown.contains("dead letters   1") && shown.contains("customer.login"))
        expectHarmless(shown)
        expectHarmless(try site.journal("retry").output)
    }

    @Test func `colours and a moving bar are for terminals alone`() throws {
        let site = try Site()
        let folder = try TemporaryFolder()
        let id = try site.track(event("page.viewed", customer: ["id": "u1"]))
        func terminal(_ words: String, _ more: [String: String] = [:]) throws -> String {
            let output = folder.file("out")
            try? FileManager.default.removeItem(atPath: output)
            // A terminal made by script(1) of util-linux.
            let process = try ChildProcess(
                "script", ["-qec", "\(try Program.path()) \(words)", "/dev/null"],
                environment: ["REDIS_URL": site.redis.url, "LANG": "C.UTF-8"].merging(more) { $1 }, output: output,
                errors: output)
            #expect(try process.wait() == .code(0))
            return try String(contentsOfFile: output, encoding: .utf8)
        }
        #expect(try terminal("contact \(id)").contains("\u{1B}[1mTimeline\u{1B}[0m"))
        #expect(try !terminal("contact \(id)", ["NO_COLOR": "1"]).contains("\u{1B}"))
        #expect(try terminal("contact \(id)", ["NO_COLOR": ""]).contains("\u{1B}"))
        let events = (0..<200).map { event("customer.login", at: clock("10:00"), id: "e\($0)").text + "\n" }
        try events.joined().write(toFile: folder.file("events"), atomically: true, encoding: .utf8)
        #expect(try terminal("import \(folder.file("events"))").contains("░ "))
        #expect(try run(site, "import", folder.file("events"), "--restart").output.contains("Known"))
    }
}
