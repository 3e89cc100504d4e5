import Foundation
import TestSupport
import Testing

@testable import Service

/// Settings that are read again at SIGHUP, and those from a file.
@Suite struct ReloadTests {
    private let folder: TemporaryFolder
    private let file: String

    init() throws {
        folder = try TemporaryFolder()
        file = folder.file("settings")
    }

    private func write(_ lines: String...) throws {
        try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
    }

    private func reload(_ site: Site, _ expected: String = "Settings reloaded") throws {
        let before = site.receiver.log.matches(of: /Settings (not )?reloaded/).count
        site.receiver.send(SIGHUP)
        try eventually("it has read them") { site.receiver.log.matches(of: /Settings (not )?reloaded/).count > before }
        #expect(site.receiver.log.contains(expected), "\(site.receiver.log)")
    }

    private static let (old, new) = ("old-key-123456789", "new-key-123456789")

    @Test func `keys, origins, limits and the level of the log change without a restart`() throws {
        try write("WRITE_KEYS=\(Self.old)", "LOG_LEVEL=info")
        let site = try Site(["SETTINGS_FILE": file, "THREADS": "2"])
        let kept = try site.receiver.connect()
        func post(_ key: String, _ more: [(String, String)] = [], on connection: HTTPConnection? = nil) throws -> Int {
            let connection = try connection ?? site.receiver.connect()
            let headers = [("X-Write-Key", key)] + more
            try connection.send("POST", "\(Site.base)/track-event", headers: headers, body: event("page.viewed").text)
            return try connection.readResponse().status
        }
        #expect(try post(Self.old, on: kept) == 200 && post(Self.new) == 401)

        try write(
            "# both", "WRITE_KEYS='\(Self.old),\(Self.new)'", "", "ALLOWED_ORIGINS=https://a.example",
            "MAX_BODY_BYTES=256", "LOG_LEVEL=\"warning\"")
        try reload(site)
        for _ in 0..<8 { #expect(try post(Self.new) == 200) }
        #expect(try post(Self.old, on: kept) == 200, "an open connection goes on, and the old key is still good")
        #expect(try post(Self.new, [("Origin", "https://b.example")], on: kept) == 403)
        let connection = try site.receiver.connect()
        let long = event("page.viewed", data: ["a": .string(String(repeating: "x", count: 300))]).text
        try connection.send("POST", "\(Site.base)/track-event", headers: [("X-Write-Key", Self.new)], body: long)
        #expect(try connection.readResponse().status == 413)
        #expect(!site.receiver.log.contains("origin_not_allowed"), "info is not logged any more")

        try write("WRITE_KEYS=\(Self.new)")
        try reload(site)
        for _ in 0..<8 { #expect(try post(Self.old) == 401) }
        #expect(try post(Self.new, [("Origin", "https://b.example")], on: kept) == 200)
    }

    @Test func `settings that cannot be used change nothing`() throws {
        try write("WRITE_KEYS=\(Self.old)")
        let site = try Site(["SETTINGS_FILE": file])
        for (lines, reason) in [
            ("WRITE_KEYS=short", "WRITE_KEYS: "),
            ("WRITE_KEY=\(Self.new)", "SETTINGS_FILE: line 1: WRITE_KEY is no setting; WRITE_KEYS is"),
            ("WRITE_KEYS=\(Self.new)\nLOG_LEVEL=loud", "LOG_LEVEL: "),
            ("WRITE_KEYS", "SETTINGS_FILE: line 1 is not NAME=value"),
            ("WRITE_KEYS=\(Self.new)\nWRITE_KEYS=\(Self.new)", "SETTINGS_FILE: line 2: WRITE_KEYS is there twice"),
        ] {
            try write(lines)
            try reload(site, "Settings not reloaded: the old ones stay in force reason=\"\(reason)")
            #expect(try site.post(event("page.viewed"), headers: [("X-Write-Key", Self.old)]).status == 200, "\(lines)")
        }
        try FileManager.default.removeItem(atPath: file)
        try reload(site, "names a file that cannot be read")
        #expect(try site.post(event("page.viewed")).status == 401)
    }

    @Test func `what needs a restart is named and stays, and the environment outranks the file`() throws {
        try write("THREADS=1", "TIMELINE_LIMIT=5", "LOG_LEVEL=info")
        let site = try Site(["SETTINGS_FILE": file, "THREADS": "2"])
        #expect(site.receiver.log.contains("threads=2"))
        try write("THREADS=3", "TIMELINE_LIMIT=1", "BASE_PATH=/other", "LOG_LEVEL=info")
        try reload(site, "Settings reloaded restart_needed_for=BASE_PATH,TIMELINE_LIMIT")
        let id = try site.track(event("page.viewed"))
        for _ in 0..<3 { try site.track(event("page.viewed")) }
        #expect(try site.client.sortedSet("crm_activity_\(id)").count == 4)
    }

    @Test func `secrets by file are read again, and who listens with a token that is gone is let go`() throws {
        try write(Self.old)
        let site = try Site(["ADMIN_TOKEN_FILE": file])
        func status(_ token: String) throws -> Int {
            let connection = try site.receiver.connect()
            try connection.send("GET", "\(Site.base)/tasks", headers: [("Authorization", "Bearer \(token)")])
            return try connection.readResponse().status
        }
        let listener = try site.receiver.connect()
        try listener.send("GET", "\(Site.base)/events/live", headers: [("Authorization", "Bearer \(Self.old)")])
        _ = try listener.readResponse(toHead: true)
        // The first chunk opens the stream.
        _ = try listener.readChunk()
        try write(Self.old, Self.new)
        try reload(site)
        #expect(try status(Self.old) == 200 && status(Self.new) == 200)
        try write(Self.new)
        try reload(site)
        #expect(try status(Self.old) == 401 && status(Self.new) == 200)
        #expect(listener.isClosedByPeer())
    }

    @Test func `a token that was made at the start stays`() throws {
        try write("LOG_LEVEL=info")
        let settings = try Settings(environment: ["SETTINGS_FILE": file])
        let next = try settings.reloaded(with: Settings(environment: ["SETTINGS_FILE": file]))
        #expect(next.settings.adminTokens == settings.adminTokens && next.fixed == [])
    }

    @Test func `nothing prints what settings were read from`() throws {
        let settings = try Settings(environment: ["WRITE_KEYS": Self.old])
        #expect(!"\(settings.given)".contains(Self.old) && !String(reflecting: settings.given).contains(Self.old))
    }

    @Test func `while the drain is delayed it serves, and is not ready`() throws {
        let site = try Site(["DRAIN_DELAY_SECONDS": "3600", "DRAIN_SECONDS": "1"])
        site.receiver.send(SIGTERM)
        try eventually("it is not ready") { try site.receiver.connect().get("/readyz").status == 503 }
        try site.track(event("page.viewed"))
        #expect(try site.receiver.connect().get("/readyz").json()["draining"] == true)
    }
}
