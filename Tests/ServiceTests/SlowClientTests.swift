import Foundation
import TestSupport
import Testing

/// Clients that are slow, many, rude or gone: others are served all the same, and memory stays bounded.
@Suite(.serialized) struct SlowClientTests {
    private static let login = event("customer.login", customer: ["email": "a@example.com"]).text
    /// More than any of these tests needs, and far less than what they would hold without bounds.
    private static let maxResidentKilobytes = 120_000

    private static func request(_ body: String = login, to route: String = "track-event") -> String {
        "POST \(Site.base)/\(route) HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private func residentKilobytes(_ site: Site) -> Int {
        let status = (try? String(contentsOfFile: "/proc/\(site.receiver.pid)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return line.split(separator: " ").compactMap { Int($0) }.first ?? .max
    }

    private func openFiles(_ site: Site) -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(site.receiver.pid)/fd").count) ?? .max
    }

    private func connections(_ site: Site) throws -> Int {
        let lines = try site.receiver.connect().get("/metrics").text.split(separator: "\n")
        let line = lines.first { $0.hasPrefix("crmsync_connections ") } ?? ""
        return line.split(separator: " ").compactMap { Int($0) }.first ?? -1
    }

    /// Somebody else, on a connection of their own.
    private func expectService(_ site: Site, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let connection = try site.receiver.connect()
        try connection.send(Self.request())
        #expect(try connection.readResponse().status == 200, sourceLocation: sourceLocation)
    }

    private func many(_ count: Int, _ site: Site) throws -> [HTTPConnection] {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return try (0..<count).map { _ in try site.receiver.connect() }
    }

    @Test func `a request that comes byte by byte is answered, and others need not wait for it`() throws {
        let site = try Site()
        let slow = try site.receiver.connect()
        for (index, byte) in Self.request().utf8.enumerated() {
            try slow.send([byte])
            if index % 40 == 0 { try expectService(site) }
        }
        #expect(try slow.readResponse().status == 200)
    }

    @Test(arguments: [
        ("a head", "POST / HTTP/1.1\r\nX: "),
        ("a sized body", "POST \(Site.base)/track-event HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n"),
        ("a chunk", "POST \(Site.base)/track-event HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n"),
        (
            "an extension of a chunk",
            "POST \(Site.base)/track-event HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a="
        ),
    ])
    func `what drips for ever is given up after its time, however steadily it drips`(what: String, start: String) throws
    {
        let site = try Site(["HEADER_TIMEOUT_SECONDS": "0.3", "BODY_TIMEOUT_SECONDS": "0.3"])
        let slow = try site.receiver.connect()
        try slow.send(start)
        try eventually("it is given up") {
            // A byte each time round; once the service has closed, sending fails.
            (try? slow.send("a")) == nil || slow.isClosedOrAnswered()
        }
        #expect(try slow.readResponse().status == 408)
        try expectService(site)
    }

    @Test func `thousands of connections that say nothing cost little, and go after their time`() throws {
        let site = try Site(["IDLE_TIMEOUT_SECONDS": "3"])
        let idle = try many(2000, site)
        for _ in 0..<20 { try expectService(site) }
        #expect(residentKilobytes(site) < Self.maxResidentKilobytes)
        try eventually("they are closed", within: 20) { try connections(site) < 10 }
        withExtendedLifetime(idle) {}
    }

    @Test func `when all places are taken by clients that say nothing, the longest idle makes room`() throws {
        let site = try Site(["MAX_CONNECTIONS": "50", "IDLE_TIMEOUT_SECONDS": "60"])
        let idle = try many(300, site)
        for _ in 0..<100 { try expectService(site) }
        #expect(try connections(site) <= 52)
        withExtendedLifetime(idle) {}
    }

    @Test func `who never asked for anything makes room before a client that has been served`() throws {
        let site = try Site(["MAX_CONNECTIONS": "20", "IDLE_TIMEOUT_SECONDS": "60"])
        let good = try site.receiver.connect()
        #expect(try good.get("/healthz").status == 200)
        let idle = try many(200, site)
        try expectService(site)
        #expect(try good.get("/healthz").status == 200, "it is still connected")
        withExtendedLifetime(idle) {}
    }

    @Test func `a client that asks and asks gets all its answers, and so do others`() throws {
        let site = try Site()
        let greedy = try site.receiver.connect()
        try greedy.send(String(repeating: "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", count: 1000) + Self.request())
        try expectService(site)
        for _ in 0..<1000 { #expect(try greedy.readResponse().status == 200) }
        #expect(try greedy.readResponse().status == 200)
    }

    @Test func `when all places are taken by requests that do not end, the longest of them makes room`() throws {
        let site = try Site(["MAX_CONNECTIONS": "30"])
        let slow = try many(60, site)
        for connection in slow { try? connection.send("POST / HTTP/1.1\r\nX: ") }
        try eventually("somebody else is served") {
            let connection = try site.receiver.connect()
            try connection.send(Self.request())
            return try connection.readResponse().status == 200
        }
        withExtendedLifetime(slow) {}
    }

    @Test func `when all places are taken by clients that do not read their answers, the longest of them makes room`()
        throws
    {
        let site = try Site(["MAX_CONNECTIONS": "5", "SEND_TIMEOUT_SECONDS": "600"])
        let batch = String(repeating: "GET \(Site.base)/tracker.js HTTP/1.1\r\nHost: a\r\n\r\n", count: 1000)
        let greedy = try (0..<5).map { _ in
            let connection = try site.receiver.connect()
            connection.patience = 0.3
            var batches = 0
            while batches < 200, (try? connection.send(batch)) != nil { batches += 1 }
            return connection
        }
        let taken = openFiles(site)
        try eventually("somebody else is served") {
            let connection = try site.receiver.connect()
            try? connection.send(Self.request())
            if try connection.readResponse().status == 200 { return true }
            connection.close()
            // One that was refused and has not gone yet would make room for the next.
            try eventually("the one that was refused is gone") { openFiles(site) <= taken }
            return false
        }
        withExtendedLifetime(greedy) {}
    }

    @Test func `one too many is told so when everybody is being served`() throws {
        let site = try Site(["MAX_CONNECTIONS": "1", "ADMIN_TOKEN": token])
        // The site's own connection has gone to make room.
        var streams: [HTTPConnection] = []
        try eventually("the one place is free") {
            let stream = try site.receiver.connect()
            streams.append(stream)
            try stream.send("GET", "\(Site.base)/alerts", headers: [("Authorization", "Bearer \(token)")])
            return try stream.readInterim().status == 200
        }
        let more = try site.receiver.connect()
        let refused = try more.readResponse()
        #expect(refused.status == 503)
        #expect(refused["retry-after"] == "5")
        #expect(try refused.json()["error"] == "too_many_connections")
        #expect(more.isClosedByPeer())
    }

    @Test func `a service that is busy with what clients sent does not take Redis for one that hangs`() throws {
        let site = try Site(["REDIS_TIMEOUT_SECONDS": "1"])
        let text = String(repeating: "word ", count: 190)
        let data = JSON.object(Dictionary(uniqueKeysWithValues: (0..<32).map { ("f\($0)", .string(text)) }))
        let batch = JSON.object(["events": .array(Array(repeating: event("page.viewed", data: data), count: 32))]).text
        let clients = try many(40, site)
        // All come at once, so that they are read in one go, which takes longer than a command to Redis may.
        for client in clients { try client.send(String(Self.request(batch, to: "track-events").dropLast())) }
        site.receiver.send(SIGSTOP)
        for client in clients { try client.send("}") }
        site.receiver.send(SIGCONT)
        for client in clients {
            client.patience = 60
            #expect(try client.readResponse().status == 200)
        }
    }

    @Test func `clients that vanish in the middle of a request leave nothing behind`() throws {
        let site = try Site()
        let bytes = Array(Self.request().utf8)
        for index in 0..<400 {
            let connection = try site.receiver.connect()
            try connection.send(Array(bytes.prefix(index % bytes.count)))
            connection.reset()
        }
        try expectService(site)
        try eventually("they are forgotten") { try connections(site) <= 3 }
        let id = try #require(try site.contactID(email: "a@example.com"))
        #expect(try site.contact(id)["website_visits"] == "1", "only the whole request was applied")
    }

    @Test func `a client that asks and asks and never reads is stopped, and then dropped`() throws {
        let site = try Site(["SEND_TIMEOUT_SECONDS": "1"])
        let greedy = try site.receiver.connect()
        greedy.patience = 0.5
        let batch = String(repeating: "GET \(Site.base)/tracker.js HTTP/1.1\r\nHost: a\r\n\r\n", count: 1000)
        var batches = 0
        while batches < 200, (try? greedy.send(batch)) != nil { batches += 1 }
        #expect(batches < 200, "12 MB of requests were taken without one answer read")
        try expectService(site)
        #expect(residentKilobytes(site) < Self.maxResidentKilobytes)
        try eventually("it is dropped") { try connections(site) <= 3 }
    }

    @Test func `a client that has closed its half gets all its answers, in order`() throws {
        let site = try Site()
        let connection = try site.receiver.connect()
        // More than are served at once.
        for number in 0..<300 {
            let sent = event("customer.login", id: "e\(number)", customer: ["email": "a@example.com"])
            try connection.send(Self.request(sent.text))
        }
        connection.finishSending()
        for number in 0..<300 {
            #expect(try connection.readResponse().json()["event_id"]?.string == "e\(number)")
        }
        #expect(connection.isClosedByPeer())
    }

    @Test func `a client that closes its half within a request is closed too`() throws {
        let site = try Site()
        let connection = try site.receiver.connect()
        try connection.send(String(Self.request().dropLast(5)))
        connection.finishSending()
        #expect(connection.isClosedByPeer())
        #expect(try site.client.contents().values.isEmpty)
    }

    @Test func `requests that are half here hold no more than MAX_BUFFERED_BYTES`() throws {
        let site = try Site(["MAX_BUFFERED_BYTES": "4194304"])
        let slow = try many(40, site)
        let head = "POST \(Site.base)/track-events HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"
        let part = head + String(repeating: " ", count: 400_000)
        for connection in slow { try? connection.send(part) }
        try eventually("most are refused", within: 30) { slow.count { $0.isClosedOrAnswered() } >= 20 }
        for connection in slow where connection.isClosedOrAnswered() {
            let response = try connection.readResponse()
            #expect(response.status == 503)
            #expect(try response.json()["error"] == "too_busy")
        }
        #expect(residentKilobytes(site) < Self.maxResidentKilobytes)
        try expectService(site)
    }
}
