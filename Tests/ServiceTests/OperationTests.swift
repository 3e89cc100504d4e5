import Foundation
import TestSupport
import Testing

/// Contract section 5: what operators see, and HTTP as a client meets it.
@Suite struct OperationTests {
    @Test func `each event writes its log line to standard output`() throws {
        let site = try Site()
        for type in EventTests.types { try site.track(event(type)) }
        try eventually("the last line is there") { site.receiver.output.contains("Received event: chat.message") }
        for type in EventTests.types {
            let lines = site.receiver.output.split(separator: "\n").filter { $0.contains("Received event: \(type)") }
            #expect(lines.count == 1, "\(type)")
        }
    }

    @Test func `where it listens and the token that it made are told at any level`() throws {
        let site = try Site(["LOG_LEVEL": "error"])
        try site.track(event("customer.login"))
        let lines = site.receiver.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.contains("listening address=127.0.0.1:\(site.receiver.port) ") == true)
        let token = try #require(lines.last?.firstMatch(of: /admin_token=(\w{16,})$/)?.1)
        let connection = try site.receiver.connect()
        try connection.send("GET", "\(Site.base)/contacts", headers: [("Authorization", "Bearer \(token)")])
        #expect(try connection.readResponse().status == 200)
    }

    @Test func `why Redis cannot be reached is told once`() throws {
        let folder = try TemporaryFolder()
        let receiver = try Receiver(redis: "unix:" + folder.file("none"), awaitsReady: false)
        try eventually("it is told") { receiver.output.contains("Redis is away") }
        #expect(receiver.output.contains("/none/0 reason=\"No such file or directory\"\n"))
    }

    @Test func `a log in JSON has one object in each line`() throws {
        let site = try Site(["LOG_FORMAT": "json"])
        let id = try site.track(event("booking.completed", id: "e1"))
        try eventually("the line is there") { site.receiver.output.contains("Received event") }
        let lines = try site.receiver.output.split(separator: "\n").map { try JSON(parsing: String($0)) }
        let line = try #require(lines.first { $0["message"] == "Received event: booking.completed" })
        #expect(line["level"] == "info")
        #expect(line.object?.values.contains(.string(id)) == true)
    }

    @Test func `lines of two threads do not mix in a pipe`() throws {
        let redis = try PrivateRedis()
        let folder = try TemporaryFolder()
        let pipe = folder.file("out")
        #expect(mkfifo(pipe, 0o600) == 0)
        // Open for both, so that neither side waits for the other to come.
        let reader = open(pipe, O_RDWR | O_CLOEXEC | O_NONBLOCK)
        defer { close(reader) }
        let port = try freePort()
        let settings = [
            "PORT": String(port), "HOST": "127.0.0.1", "REDIS_URL": redis.url, "THREADS": "2", "LOG_FORMAT": "json",
        ]
        let process = try ChildProcess(
            try Program.path(), ["serve"], environment: settings, output: pipe, errors: folder.file("err"))
        try eventually("it is ready") { (try? HTTPConnection(port: port).get("/readyz").status) == 200 }
        var text: [UInt8] = []
        let drain = {
            var buffer = [UInt8](repeating: 0, count: 65536)
            while case let count = read(reader, &buffer, buffer.count), count > 0 { text += buffer[..<count] }
        }
        let connections = try (0..<6).map { _ in try HTTPConnection(port: port) }
        for round in 0..<20 {
            let events = (0..<40).map { event("page.viewed", id: "e\(round)-\($0)") }
            let body = JSON.object(["events": .array(events)]).text
            for connection in connections { try connection.send("POST", "\(Site.base)/track-events", body: body) }
            for connection in connections { #expect(try connection.readResponse().status == 200) }
            drain()
        }
        process.send(SIGTERM)
        try process.wait()
        drain()
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        #expect(lines.count > 1000)
        for line in lines { _ = try JSON(parsing: String(line)) }
    }

    @Test func `it is alive from the start and ready once Redis has answered`() throws {
        let redis = try PrivateRedis()
        redis.killHard()
        let receiver = try Receiver(redis: redis.url, awaitsReady: false)
        let connection = try receiver.connect()
        #expect(try connection.get("/healthz").status == 200)
        #expect(try connection.get("/readyz").status == 503)
        try redis.start()
        try eventually("it is ready") { try connection.get("/readyz").status == 200 }
    }

    @Test func `its metrics are Prometheus text with no personal data`() throws {
        let site = try Site()
        let customer: JSON = [
            "id": "user-zebra", "email": "zebra@example.com", "name": "Zebra", "phone": "+49170555123",
        ]
        try site.track(event("customer.login", id: "e1", customer: customer))
        try site.track(event("customer.login", id: "e1", customer: customer))
        _ = try site.post(event("zebra.washed"))
        let connection = try site.receiver.connect()
        let page = try connection.get("/metrics")
        #expect(page.status == 200)
        #expect(page["content-type"]?.hasPrefix("text/plain") == true)
        for line in page.text.split(separator: "\n") where !line.hasPrefix("#") {
            #expect(
                line.wholeMatch(of: /[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [0-9.e+-]+/) != nil, "\(line)")
        }
        #expect(page.text.contains("customer.login"))
        let lowered = page.text.lowercased()
        for personal in ["zebra", "49170555123", "contact_"] { #expect(!lowered.contains(personal)) }
    }

    @Test func `requests that come at once are answered in their order`() throws {
        let site = try Site()
        let connection = try site.receiver.connect()
        var text = ""
        for index in 0..<50 {
            let body = event(index % 5 == 4 ? "car.washed" : "customer.login", id: "e\(index)").text
            text +=
                "POST \(Site.base)/track-event HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            if index % 10 == 0 { text += "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" }
        }
        try connection.send(text)
        for index in 0..<50 {
            #expect(try connection.readResponse().status == (index % 5 == 4 ? 422 : 200))
            if index % 10 == 0 { #expect(try connection.readResponse().status == 200) }
        }
        let id = try #require(try site.contactID(email: "john@example.com"))
        #expect(try site.contact(id)["website_visits"] == "40")
    }

    @Test func `a request is understood however it is cut`() throws {
        let site = try Site()
        let body = event("customer.login", id: "e1").text
        let text = Array(
            "POST \(Site.base)/track-event HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                .utf8)
        for cut in stride(from: 1, to: text.count, by: 7) {
            let connection = try site.receiver.connect()
            try connection.send(Array(text[..<cut]))
            try connection.send(Array(text[cut...]))
            #expect(try connection.readResponse().status == 200)
        }
        let id = try #require(try site.contactID(email: "john@example.com"))
        #expect(try site.contact(id)["website_visits"] == "1")
    }

    @Test func `a chunked body and an expected continue are understood`() throws {
        let site = try Site()
        let connection = try site.receiver.connect()
        let body = event("customer.login").text
        let half = body.utf8.count / 2
        try connection.send("POST \(Site.base)/track-event HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        try connection.send("\(String(half, radix: 16))\r\n\(body.prefix(half))\r\n")
        try connection.send("\(String(body.utf8.count - half, radix: 16))\r\n\(body.dropFirst(half))\r\n0\r\n\r\n")
        #expect(try connection.readResponse().status == 200)
        let head = "POST \(Site.base)/track-event HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        try connection.send("\(head)Content-Length: \(body.utf8.count)\r\n\r\n")
        #expect(try connection.readInterim().status == 100)
        try connection.send(body)
        #expect(try connection.readResponse().status == 200)
    }

    @Test func `a framing that can be read in two ways is refused and ends the connection`() throws {
        let site = try Site()
        let bad = [
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 5\r\nContent-Length: 6\r\n",
            "Content-Length: +5\r\n", "Content-Length : 5\r\n", "Transfer-Encoding: xchunked\r\n",
        ]
        for headers in bad {
            let connection = try site.receiver.connect()
            try connection.send("POST \(Site.base)/track-event HTTP/1.1\r\nHost: x\r\n\(headers)\r\nhello")
            let response = try connection.readResponse()
            #expect(response.status == 400 || response.status == 501, "\(headers)")
            #expect(try response.json()["success"] == false)
            #expect(connection.isClosedByPeer(), "\(headers)")
        }
        #expect(try site.client.contents().values.isEmpty)
    }

    @Test func `a page of another origin may post`() throws {
        let site = try Site()
        let connection = try site.receiver.connect()
        let origin = [("Origin", "https://shop.example")]
        let asked =
            origin + [("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "content-type")]
        try connection.send("OPTIONS", "\(Site.base)/track-event", headers: asked)
        let preflight = try connection.readResponse()
        #expect((200...204).contains(preflight.status))
        #expect(preflight["access-control-allow-methods"]?.contains("POST") == true)
        #expect(preflight["access-control-allow-headers"]?.lowercased().contains("content-type") == true)
        #expect(["*", "https://shop.example"].contains(preflight["access-control-allow-origin"]))
        let answer = try site.post(event("page.viewed").text, headers: origin)
        #expect(["*", "https://shop.example"].contains(answer["access-control-allow-origin"]))
    }

    @Test func `HEAD is GET without a body`() throws {
        let site = try Site()
        let connection = try site.receiver.connect()
        try connection.send("HEAD", "/healthz")
        #expect(try connection.readResponse(toHead: true).status == 200)
        #expect(try connection.get("/healthz").status == 200)
    }
}
