import Foundation
import TestSupport
import Testing

/// How the service ends.
@Suite struct ShutdownTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func `a signal ends it with exit code 0`(signal: Int32) throws {
        let site = try Site(["THREADS": "2"])
        try site.track(event("page.viewed"))
        site.receiver.send(signal)
        #expect(try site.receiver.waitForExit() == .code(0))
    }

    @Test func `an idle connection does not hold it up`() throws {
        let site = try Site()
        let connection = try site.receiver.connect()
        #expect(try connection.get("/healthz").status == 200)
        #expect(try site.receiver.stop(within: 5) == .code(0))
        #expect(connection.isClosedByPeer())
    }

    @Test(arguments: [[SIGTERM], [SIGTERM, SIGINT]])
    func `what is in flight is answered before the end, also when the signal comes several times at once`(
        signals: [Int32]
    ) throws {
        let site = try Site()
        let connections = try (0..<20).map { _ in try site.receiver.connect() }
        // Redis holds all of them back, so that they are in flight when the signal comes.
        try site.client.run("CLIENT", "PAUSE", "60000", "WRITE")
        for (index, connection) in connections.enumerated() {
            try connection.send("POST", "\(Site.base)/track-event", body: event("customer.login", id: "e\(index)").text)
        }
        let probe = try site.receiver.connect()
        try eventually("all are in flight") {
            try probe.get("/metrics").text.contains("crmsync_events_in_flight 20\n")
        }
        // Two different ones: the kernel merges equal signals that are still pending.
        for signal in signals { site.receiver.send(signal) }
        try eventually("it takes no more connections") { (try? site.receiver.connect()) == nil }
        try site.client.run("CLIENT", "UNPAUSE")
        for connection in connections { #expect(try connection.readResponse().status == 200) }
        #expect(try site.receiver.waitForExit() == .code(0))
        let id = try #require(try site.contactID(email: "john@example.com"))
        #expect(try site.contact(id)["website_visits"] == "20")
    }

    @Test(arguments: [3, 30, 120, 250])
    func `a request that is half here when the signal comes is answered, with 503 or as usual when it completes`(
        sent: Int
    ) throws {
        let site = try Site()
        let body = event("customer.login").text
        let head = "POST \(Site.base)/track-event HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        let request = Array((head + body).utf8)
        #expect(request.count > sent || sent == 250)
        let part = min(sent, request.count - 1)
        let (silent, late) = (try site.receiver.connect(), try site.receiver.connect())
        for connection in [silent, late] { try connection.send(Array(request.prefix(part))) }
        // Both have been read: what comes later on the same loop is answered.
        let probe = try site.receiver.connect()
        try eventually("they are read") { try probe.get("/metrics").text.contains("crmsync_connections 4\n") }
        site.receiver.send(SIGTERM)
        try eventually("it takes no more connections") { (try? site.receiver.connect()) == nil }
        try late.send(Array(request.dropFirst(part)))
        let answer = try late.readResponse()
        #expect(answer.status == 200)
        #expect(answer["connection"] == "close")
        let refused = try silent.readResponse()
        #expect(refused.status == 503)
        #expect(refused["retry-after"] == "2")
        #expect(refused["connection"] == "close")
        #expect(try refused.json()["error"] == "shutting_down")
        silent.close()
        late.close()
        #expect(try site.receiver.waitForExit(within: 5) == .code(0))
    }

    @Test func `a request that is half here does not outlast DRAIN_SECONDS`() throws {
        let site = try Site(["DRAIN_SECONDS": "0.4"])
        let connection = try site.receiver.connect()
        try connection.send("POST \(Site.base)/track-event HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")
        let probe = try site.receiver.connect()
        try eventually("it is read") { try probe.get("/metrics").text.contains("crmsync_connections 3\n") }
        site.receiver.send(SIGTERM)
        #expect(try connection.readResponse().status == 503)
        #expect(try site.receiver.waitForExit(within: 5) == .code(0))
    }

    @Test func `a second signal, a second after the first, ends it at once`() throws {
        let site = try Site()
        let connection = try site.receiver.connect()
        site.redis.freeze()
        try connection.send("POST", "\(Site.base)/track-event", body: event("page.viewed").text)
        let probe = try site.receiver.connect()
        try eventually("the event is in flight") {
            try probe.get("/metrics").text.contains("crmsync_events_in_flight 1\n")
        }
        site.receiver.send(SIGTERM)
        try eventually("the first signal is noticed") { site.receiver.log.contains("SIGTERM") }
        try eventually("a second signal counts", within: 5) {
            site.receiver.send(SIGTERM)
            return site.receiver.exit != nil
        }
        // It says that it left something undone; a drain, however short, would end with 0.
        #expect(site.receiver.exit != .code(0))
        #expect(site.receiver.log.contains("Second signal"))
        site.redis.thaw()
    }

    @Test func `what was answered before kill -9 is in Redis, and sent again it does not count twice`() throws {
        let site = try Site()
        for index in 0..<20 { try site.track(event("customer.login", id: "e\(index)")) }
        site.receiver.killHard()
        let next = try Receiver(redis: site.redis.url)
        let connection = try next.connect()
        for index in 0..<25 {
            try connection.send("POST", "\(Site.base)/track-event", body: event("customer.login", id: "e\(index)").text)
            #expect(try connection.readResponse().status == 200)
        }
        let id = try #require(try site.contactID(email: "john@example.com"))
        #expect(try site.contact(id)["website_visits"] == "25")
    }
}
