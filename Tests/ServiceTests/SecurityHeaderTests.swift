import Foundation
import TestSupport
import Testing

/// What answers say to browsers and caches: nothing runs that is not ours, nothing is framed, nothing about people is
/// kept, and pages of other origins read what is meant for them and nothing else.
@Suite struct SecurityHeaderTests {
    private let desk: ReadingDesk
    private let receiver: Receiver

    init() throws {
        desk = try ReadingDesk(["DEMO": "1", "MAX_LISTENERS": "1"])
        receiver = desk.site.receiver
    }

    /// Each answer is asked for as a page of another origin would.
    private static let elsewhere = ("Origin", "https://evil.example")

    private func answer(
        _ method: String = "GET", _ target: String, _ headers: [(String, String)] = [], body: String? = nil
    ) throws -> HTTPResponse {
        let connection = try receiver.connect()
        try connection.send(method, target, headers: [Self.elsewhere] + headers, body: body)
        return try connection.readResponse(toHead: method == "HEAD")
    }

    private static let admin = ("Authorization", "Bearer \(token)")

    /// The values of a header that has to be there once.
    private func one(_ name: String, _ response: HTTPResponse) -> String {
        let all = response.headers.filter { $0.0.lowercased() == name.lowercased() }.map(\.1)
        return all.count == 1 ? all[0] : "\(all)"
    }

    private func sharing(_ response: HTTPResponse) -> [String] {
        response.headers.map { $0.0.lowercased() }.filter { $0.hasPrefix("access-control-") }.sorted()
    }

    private func expectCommon(_ response: HTTPResponse, _ what: String) {
        #expect(one("X-Content-Type-Options", response) == "nosniff", "\(what)")
        #expect(response["set-cookie"] == nil && response["server"] == nil, "\(what)")
        #expect(response["access-control-allow-credentials"] == nil, "\(what)")
    }

    /// No page: it runs nothing, is framed by nobody, tells no address of it to others, and no other origin reads it.
    private func expectInert(_ response: HTTPResponse, _ what: String) {
        expectCommon(response, what)
        let policy = "default-src 'none'; frame-ancestors 'none'"
        #expect(one("Content-Security-Policy", response) == policy, "\(what) \(response.status)")
        #expect(one("Referrer-Policy", response) == "no-referrer", "\(what)")
    }

    private func expectUnkept(_ response: HTTPResponse, _ what: String) {
        expectInert(response, what)
        #expect(one("Cache-Control", response).split(separator: ", ").contains("no-store"), "\(what)")
    }

    private func expectPrivate(_ response: HTTPResponse, _ what: String) {
        expectUnkept(response, what)
        #expect(sharing(response) == [], "\(what)")
    }

    /// All files beside the code that serves them, so that a new one cannot be forgotten.
    private static let files: [String] = {
        let folder = #filePath.replacing("Tests/ServiceTests/SecurityHeaderTests.swift", with: "Sources/Service/Web")
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return all.filter { !$0.hasSuffix(".swift") }.map { $0.replacing(".html", with: "") }.sorted()
    }()

    @Test func `all files are looked at`() {
        #expect(Self.files.count >= 13 && Self.files.contains("admin") && Self.files.contains("tracker.d.ts"))
    }

    @Test(arguments: files)
    func `a file says what it may do, in full, in part and not changed`(name: String) throws {
        let target = "\(Site.base)/\(name)"
        let full = try answer("GET", target)
        #expect(full.status == 200)
        let unchanged = try answer("GET", target, [("If-None-Match", full["etag"] ?? "")])
        #expect(unchanged.status == 304)
        for response in [full, unchanged, try answer("HEAD", target)] {
            expectCommon(response, name)
            #expect(one("Referrer-Policy", response) == "no-referrer")
            if name.hasPrefix("tracker.") {
                #expect(sharing(response) == ["access-control-allow-origin"])
                #expect(one("Access-Control-Allow-Origin", response) == "*")
                #expect(one("Cross-Origin-Resource-Policy", response) == "cross-origin")
                #expect(one("Cache-Control", response).hasPrefix("public, max-age="))
            } else {
                #expect(sharing(response) == [])
                #expect(one("Cross-Origin-Resource-Policy", response) == "same-origin")
                #expect(one("Cache-Control", response) == "no-cache", "who has an old one must ask")
            }
            if !name.contains(".") { expectPage(response) }
        }
        expectPrivate(try answer("DELETE", target), "a method that \(name) does not take")
        #expect(sharing(try answer("OPTIONS", target)) == [])
    }

    private func expectPage(_ response: HTTPResponse) {
        let parts = one("Content-Security-Policy", response).components(separatedBy: "; ")
        let policy = Dictionary(
            parts.map { part in
                let words = part.split(separator: " ", maxSplits: 1).map(String.init)
                return (words[0], words.count > 1 ? words[1] : "")
            }, uniquingKeysWith: { first, _ in first })
        #expect(
            policy == [
                "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:",
                "connect-src": "'self'", "base-uri": "'none'", "form-action": "'self'", "frame-ancestors": "'none'",
            ])
        #expect(one("X-Frame-Options", response) == "DENY")
        #expect(one("Cross-Origin-Opener-Policy", response) == "same-origin")
        #expect(one("Content-Type", response) == "text/html; charset=utf-8")
    }

    @Test func `each path that is described is private, with the token and without`() throws {
        let contact = try desk.site.track(event("booking.abandoned", customer: ["id": "u1", "email": "a@example.com"]))
        let task = try #require(try desk.site.openTasks(contact).first?["id"])
        let description = try answer("GET", "\(Site.base)/openapi.json")
        expectInert(description, "openapi.json")
        #expect(sharing(description) == [] && one("Cache-Control", description) == "no-cache")
        let paths = try #require(try description.json()["paths"]?.object)
        #expect(paths.count > 12)
        // What erases the contact comes last.
        for (path, item) in paths.sorted(by: { $0.key.count > $1.key.count }) where !path.hasPrefix("/track-event") {
            for method in (item.object?.keys.filter { $0 != "parameters" } ?? []).sorted(by: >) {
                let id = path.hasPrefix("/tasks") ? task : contact
                for headers in [[], [Self.admin]] {
                    for id in [id, "nobody", "Not%20An%20Id"] {
                        try expectPrivate(method.uppercased(), path.replacing("{id}", with: id), headers)
                    }
                }
            }
        }
    }

    private func expectPrivate(_ method: String, _ path: String, _ headers: [(String, String)]) throws {
        let connection = try receiver.connect()
        try connection.send(method, Site.base + path, headers: [Self.elsewhere] + headers, body: "{}")
        // A stream has no end: its head is looked at.
        let response = try connection.readInterim()
        #expect(response.status < 500 || response.status == 503, "\(method) \(path)")
        expectPrivate(response, "\(method) \(path) \(response.status)")
    }

    @Test func `the service tells of itself to nobody's cache`() throws {
        for path in ["/healthz", "/readyz", "/metrics"] {
            for method in ["GET", "HEAD", "POST"] { expectPrivate(try answer(method, path), "\(method) \(path)") }
        }
        desk.site.redis.killHard()
        try eventually("it is not ready") { try answer("GET", "/readyz").status == 503 }
        expectPrivate(try answer("GET", "/readyz"), "not ready")
        try eventually("it cannot read") { try answer("GET", "\(Site.base)/stats", [Self.admin]).status == 503 }
        expectPrivate(try answer("GET", "\(Site.base)/stats", [Self.admin]), "Redis is away")
    }

    @Test(arguments: [
        ("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", 404), ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        ("GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
        ("GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 20_000))\r\n\r\n", 431),
        ("GET /make-server-b43c05fb/track-event HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        ("POST /make-server-b43c05fb/track-event HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413),
    ])
    func `a refusal is kept by nobody and runs nothing`(request: String, status: Int) throws {
        let connection = try receiver.connect()
        try connection.send(request)
        let response = try connection.readResponse()
        #expect(response.status == status)
        expectUnkept(response, "\(status)")
    }

    @Test func `other origins may post events and read the answers, and nothing more`() throws {
        let readable = ["access-control-allow-origin", "access-control-expose-headers"]
        for route in ["track-event", "track-events"] {
            let target = "\(Site.base)/\(route)"
            for body in [event("page.viewed").text, #"{"events":[]}"#, "{", "{}"] {
                let response = try answer("POST", target, [("Content-Type", "application/json")], body: body)
                expectCommon(response, "\(route) \(response.status)")
                #expect(sharing(response) == readable)
                #expect(one("Content-Type", response) == "application/json")
            }
            let asked = [("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "content-type")]
            let preflight = try answer("OPTIONS", target, asked)
            #expect(preflight.status == 204)
            #expect(one("Access-Control-Allow-Methods", preflight) == "POST")
            expectCommon(preflight, "preflight")
        }
        for path in ["/contacts", "/tasks", "/stats", "/alerts", "/admin", "/nowhere"] {
            let asked = [("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Headers", "authorization")]
            #expect(sharing(try answer("OPTIONS", Site.base + path, asked)) == [], "\(path)")
        }
    }
}
