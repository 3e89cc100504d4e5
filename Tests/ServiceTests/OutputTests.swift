import Foundation
import TestSupport
import Testing

@testable import Command

/// What commands write: all of it or an error, within the terminal's width, in characters that it has.
@Suite struct OutputTests {
    /// A command whose output goes where the shell line says; `$CRMSYNC` is the program.
    private func shell(
        _ line: String, _ site: Site?, _ more: [String: String] = [:]
    ) throws -> (status: Int32, output: String, errors: String) {
        let folder = try TemporaryFolder()
        var environment = ["CRMSYNC": try Program.path()]
        if let site { environment["REDIS_URL"] = site.redis.url }
        let process = try ChildProcess(
            "bash", ["--norc", "-c", line], environment: environment.merging(more) { $1 }, output: folder.file("out"),
            errors: folder.file("err"))
        guard case .code(let status) = try process.wait(within: 60) else { throw Failure("ended by a signal") }
        func text(_ name: String) throws -> String { try String(contentsOfFile: folder.file(name), encoding: .utf8) }
        return (status, try text("out"), try text("err"))
    }

    /// A shop with a contact, a task and a month of names.
    private func shop() throws -> (site: Site, contact: String, task: String) {
        let site = try Site()
        let customer: JSON = [
            "id": "u1", "email": "a.very.long.address.of.a.customer@subdomain.example.org", "name": "Ann-Marie Äöü 日本語",
        ]
        let id = try site.track(
            event("vehicle.viewed", customer: customer, data: ["vehicle_name": "Toyota Camry Hybrid Estate 2.5"]))
        let data: JSON = ["booking_id": "b1", "vehicle_name": "Toyota Camry", "total_amount": 450]
        for user in ["u2", "u3", "u1"] {
            try site.track(event("booking.completed", customer: ["id": .string(user)], data: data))
            try site.track(event("search.performed", customer: ["id": .string(user)], data: ["location": "Airport"]))
        }
        try site.track(event("booking.abandoned", customer: ["id": "u1"], data: ["booking_id": "b2"]))
        return (site, id, try #require(try site.openTasks(id).last?["id"]))
    }

    @Test func `a full disk fails each command that prints`() throws {
        let (site, _, task) = try shop()
        let folder = try TemporaryFolder()
        try event("page.viewed").text.write(toFile: folder.file("event"), atomically: true, encoding: .utf8)
        let past = event("page.viewed", at: clock("10:00")).text + "\n"
        try past.write(toFile: folder.file("past"), atomically: true, encoding: .utf8)
        for command in [
            "export u1", "stats", "stats --json", "tasks", "tasks --json", "contacts", "contacts --json", "contact u1",
            "task assign \(task) Bob", "check", "check --json", "retention", "status", "status --json",
            "explain \(folder.file("event"))", "import \(folder.file("past"))", "help", "help settings", "help man",
            "completion bash", "version", "journal", "journal --json", "erase u3 --yes", "--help", "tasks --help",
        ] {
            let run = try shell("$CRMSYNC \(command) >/dev/full", site, ["JOURNAL_DIR": folder.path])
            #expect(run.status == 1, "\(command)")
            #expect(run.errors.contains("the output is not complete: No space left on device. Make room"), "\(command)")
        }
        // What follows an export that is not complete does not happen.
        #expect(try shell("$CRMSYNC export u1 >/dev/full && $CRMSYNC erase u1 --yes", site).status == 1)
        #expect(try shell("$CRMSYNC contact u1", site).status == 0)
    }

    @Test func `a long export that a disk ends within is an error too`() throws {
        let (site, _, _) = try shop()
        let text = JSON.string(String(repeating: "x", count: 1000))
        for _ in 0..<4 {
            _ = try site.trackBatch(
                (0..<100).map { _ in
                    event("page.viewed", customer: ["id": "u1"], data: ["a": text])
                })
        }
        let whole = try shell("$CRMSYNC export u1 | wc -c", site).output
        #expect((Int(whole.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0) > 400_000)
        // 100 blocks of 1024 bytes.
        let folder = try TemporaryFolder()
        let run = try shell("trap '' XFSZ; ulimit -f 100; $CRMSYNC export u1 >$OUT", site, ["OUT": folder.file("out")])
        #expect(run.status == 1)
        #expect(run.errors.contains("the output is not complete: File too large"), "\(run.errors)")
    }

    @Test func `a reader that has gone ends a command quietly, and a closed output is an error`() throws {
        let (site, _, _) = try shop()
        let gone = try shell("$CRMSYNC help settings | true; echo ${PIPESTATUS[0]}", site)
        #expect(gone.errors == "")
        let late = try shell("{ sleep 0.3; $CRMSYNC help settings; echo $? >&2; } | true", site)
        #expect(late.errors == "141\n", "\(late)")
        let closed = try shell("$CRMSYNC stats >&-", site)
        #expect(closed.status == 1)
        #expect(closed.errors.contains("standard output is closed"))
    }

    private static let widths = [40, 80, 200]

    @Test(arguments: widths)
    func `no line of a command is wider than the terminal`(width: Int) throws {
        let (site, id, task) = try shop()
        let folder = try TemporaryFolder()
        let left = event(
            "booking.abandoned", customer: ["id": "u2"], data: ["booking_id": "b9", "vehicle_name": "Fiat"])
        try left.text.write(toFile: folder.file("event"), atomically: true, encoding: .utf8)
        try (event("page.viewed", at: clock("10:00")).text + "\n{oops\n").write(
            toFile: folder.file("past"), atomically: true, encoding: .utf8)
        try site.client.run("HSET", "crm_contact_\(id)", "estimated_deal_value", "lots")
        for command in [
            "stats --days 400", "tasks", "contacts", "contacts --sort revenue", "contact u1", "task assign \(task) Bob",
            "check", "retention", "status", "explain \(folder.file("event"))", "import \(folder.file("past"))",
            "journal",
        ] {
            let settings = ["COLUMNS": String(width), "JOURNAL_DIR": folder.path, "LANG": "C.UTF-8"]
            let run = try shell("$CRMSYNC \(command)", site, settings)
            #expect(!run.output.isEmpty, "\(command)")
            for line in run.output.split(separator: "\n") {
                #expect(TextLayout.width(of: String(line)) <= width, "\(command): \(line)")
                #expect(!line.hasSuffix(" ") || command.hasPrefix("stats"), "\(command): '\(line)'")
            }
        }
    }

    @Test(
        arguments: [
            (["LANG": "C"], true), (["LANG": "POSIX"], true), ([:], true), (["LANG": "C.UTF-8"], false),
            (["LANG": "de_DE.utf8"], false), (["LC_ALL": "C", "LC_CTYPE": "C.UTF-8", "LANG": "C.UTF-8"], true),
            (["LC_ALL": "", "LC_CTYPE": "C.UTF-8", "LANG": "C"], false), (["LC_CTYPE": "C", "LANG": "C.UTF-8"], true),
        ] as [([String: String], Bool)])
    func `figures are ASCII where the locale has no UTF-8`(locale: [String: String], isASCII: Bool) throws {
        let site = try Site()
        for user in ["u1", "u2"] {
            try site.track(event("booking.abandoned", customer: ["id": .string(user)], data: ["booking_id": "b1"]))
        }
        for command in ["stats", "tasks --limit 1"] {
            let run = try shell("$CRMSYNC \(command)", site, locale)
            #expect(run.status == 0)
            #expect(((run.output.utf8.max() ?? 0) < 0x80) == isASCII, "\(command): \(run.output)")
        }
    }

    @Test func `text is laid out by columns, not by characters`() {
        #expect(TextLayout.width(of: "日本語 ä") == 8)
        #expect(TextLayout.wrap("one two  three", 8) == ["one two", "three"])
        #expect(TextLayout.wrap("one  two", 8) == ["one  two"])
        #expect(TextLayout.wrap("日本語日本語", 4, breaksWords: true) == ["日本", "語日", "本語"])
        #expect(TextLayout.wrap("", 8) == [])
        #expect(Glyphs(["LANG": "C"]).sparkline([0, 1, 2, 8], width: 10) == ".238")
        #expect(Glyphs(["LANG": "C"]).sparkline([0, 1, 2, 6], width: 2) == "28")
        #expect(Glyphs(["LANG": "C"]).bar(1, of: 2, width: 10) == "#####")
    }
}
