import Foundation
import TestSupport
import Testing

/// "Why is nothing arriving?": each refusal is a log line, an entry of the live feed and a count.
@Suite struct RefusedEventTests {
    /// A request that is refused, and what has to be reported of it.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var settings: [String: String] = [:]
        var method = "POST"
        var path = Site.base + "/track-event"
        var headers: [(String, String)] = []
        var body: String? = event("booking.completed", id: "e-17").text
        var code: String
        var line = "Refused event"
        /// What the log line has beyond code and origin.
        var facts: [String] = []
        var metric = "crmsync_events_refused_total"
        var labels = ""
        var testDescription: String { name }
    }

    static let origin = "https://shop.example"

    static let cases: [Case] = [
        Case(name: "no write key", settings: ["WRITE_KEYS": "pk_publishable_one"], code: "write_key_required"),
        Case(
            name: "page of another origin", settings: ["ALLOWED_ORIGINS": "https://other.example"],
            code: "origin_not_allowed"),
        Case(
            name: "preflight of another origin", settings: ["ALLOWED_ORIGINS": "https://other.example"],
            method: "OPTIONS", body: nil, code: "origin_not_allowed"),
        Case(
            name: "wrong server key", settings: ["SERVER_KEYS": "sk_secret_number_one"],
            headers: [("Authorization", "Bearer sk_secret_number_two")], code: "server_key_unknown"),
        Case(name: "content type", headers: [("Content-Type", "text/xml")], code: "unsupported_media_type"),
        Case(
            name: "body too large", settings: ["MAX_BODY_BYTES": "256"], body: String(repeating: "x", count: 257),
            code: "too_large"),
        Case(
            name: "batch too long", path: Site.base + "/track-events",
            body: "{\"events\":[\(Array(repeating: "{}", count: 501).joined(separator: ","))]}", code: "too_large"),
        Case(name: "no JSON", body: "{", code: "invalid_json"),
        Case(
            name: "unknown type", body: event("bookingDone", id: "e-17").text, code: "unknown_event_type",
            line: "Refused event", facts: ["field=event_type", "event_id=e-17"]),
        Case(
            name: "nobody's event", body: #"{"event_type":"customer.login","event_id":7}"#, code: "customer_required",
            line: "Refused event: customer.login", facts: ["field=customer", "event_id=7"],
            labels: ",type=\"customer.login\""),
        Case(
            name: "the id of the header", headers: [("Idempotency-Key", "key-9")],
            body: #"{"event_type":"customer.login"}"#, code: "customer_required",
            line: "Refused event: customer.login", facts: ["event_id=key-9"], labels: ",type=\"customer.login\""),
        Case(
            name: "one of a batch", path: Site.base + "/track-events",
            body: "{\"events\":[\(event("page.viewed").text),\(event("page.viewed", id: " ").text)]}",
            code: "invalid_event_id", line: "Refused event: page.viewed", facts: ["event_id=(withheld)"],
            labels: ",type=\"page.viewed\""),
        Case(
            name: "no signature", settings: ["IDENTITY_SECRET": "a secret of the shop"], code: "identity_unverified",
            line: "Refused event: booking.completed", facts: ["event_id=e-17"], labels: ",type=\"booking.completed\""),
        Case(name: "wrong method", method: "GET", body: nil, code: "method_not_allowed"),
        Case(name: "unknown method", method: "BREW", body: nil, code: "not_implemented"),
        Case(name: "no base path", path: "/track-event", code: "not_found"),
        Case(name: "a slash at the end", path: Site.base + "/track-event/", code: "not_found"),
        Case(name: "another spelling", path: "/crm/trackEvents", code: "not_found"),
        Case(name: "a post below the base path", path: Site.base + "/events", code: "not_found"),
        Case(
            name: "wrong admin token", method: "GET", path: Site.base + "/contacts",
            headers: [("Authorization", "Bearer wrong-token")], body: nil, code: "unauthorized", line: "Refused read",
            metric: "crmsync_reads_refused_total"),
    ]

    @Test(arguments: cases)
    func `each refusal is one log line, one entry of the live feed and one count`(refused: Case) throws {
        let desk = try ReadingDesk(refused.settings)
        let connection = try desk.site.receiver.connect()
        let headers = [("Origin", Self.origin), ("User-Agent", "Mozilla/5.0 (X11)")] + refused.headers
        try connection.send(refused.method, refused.path, headers: headers, body: refused.body)
        _ = try connection.readResponse()
        let stream = try EventStream(desk.site.receiver, "/events/live")
        var entry = try stream.next().json()
        // One event of the batch was applied.
        if entry["result"] == "applied" { entry = try stream.next().json() }
        #expect(entry["result"] == "refused")
        #expect(entry["error"]?.string == refused.code)
        #expect(entry["reason"]?.string?.hasPrefix(refused.code + ": ") == true)
        #expect(entry["origin"]?.string == Self.origin)
        #expect(entry["agent"] == "Mozilla/5.0 (X11)")
        #expect(entry["path"]?.string == refused.path)
        #expect(entry["client"] == nil)
        let lines = { desk.site.receiver.output.split(separator: "\n").filter { $0.contains(" INFO Refused ") } }
        try eventually("it is logged: \(lines())") { lines().count == 1 }
        let line = try #require(lines().first)
        #expect(line.contains("\(refused.line) error=\(refused.code)"))
        for fact in refused.facts + ["origin=\(Self.origin)", "path=\(refused.path)"] { #expect(line.contains(fact)) }
        let page = try desk.site.receiver.connect().get("/metrics").text
        #expect(page.contains("\(refused.metric){error=\"\(refused.code)\"\(refused.labels)} 1\n"), "\(page)")
        #expect(page.split(separator: "\n").filter { $0.contains("_refused_total{") }.count == 1)
    }

    @Test func `a request that cannot be read is reported without what it holds`() throws {
        let desk = try ReadingDesk()
        let connection = try desk.site.receiver.connect()
        try connection.send(
            "POST /ann@example.com HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n")
        #expect(try connection.readResponse().status == 400)
        let entry = try EventStream(desk.site.receiver, "/events/live").next().json()
        #expect(entry["error"] == "repeated_content_length")
        #expect(entry["refused"] == "request")
        try eventually("it is logged") {
            desk.site.receiver.output.contains("Refused request error=repeated_content_length\n")
        }
    }

    @Test func `what comes too fast is reported event by event, with type and id`() throws {
        let desk = try ReadingDesk(["RATE_LIMIT": "1/h,burst=1"])
        _ = try desk.site.trackBatch([event("page.viewed", id: "e1"), event("customer.login", id: "e2")])
        let stream = try EventStream(desk.site.receiver, "/events/live")
        let entries = try [stream.next().json(), stream.next().json()]
        let entry = try #require(entries.first { $0["result"] == "refused" })
        #expect(entry["event_type"] == "customer.login")
        #expect(entry["event_id"] == "e2")
        #expect(entry["error"] == "too_many_requests")
    }

    @Test func `a flood is counted whole, and its log lines and entries are few`() throws {
        let desk = try ReadingDesk(["THREADS": "2"])
        let connections = try (0..<2).map { _ in try desk.site.receiver.connect() }
        try desk.site.track(event("page.viewed", id: "good"))
        let (rounds, size) = (4, 500)
        let body = JSON.object(["events": .array((0..<size).map { event("no.such", id: .init("e\($0)")) })]).text
        for _ in 0..<rounds / 2 {
            for connection in connections { try connection.send("POST", Site.base + "/track-events", body: body) }
            for connection in connections { #expect(try connection.readResponse().status == 200) }
        }
        let line = #"crmsync_events_refused_total{error="unknown_event_type"} \#(rounds * size)"#
        #expect(try desk.site.receiver.connect().get("/metrics").text.contains(line))
        func sum() -> (lines: Int, omitted: Int, summaries: Int) {
            let lines = desk.site.receiver.output.split(separator: "\n")
            let counts = lines.compactMap { $0.firstMatch(of: /Refused more events like these .*count=(\d+)/)?.1 }
            let shown = lines.count { $0.contains("Refused event error=unknown_event_type") }
            return (shown, counts.compactMap { Int($0) }.reduce(0, +), counts.count)
        }
        try eventually("all are accounted for: \(sum())") { sum().lines + sum().omitted == rounds * size }
        // Ten a second, and the flood was over within some seconds.
        #expect(sum().lines < rounds * size / 4)
        #expect(sum().summaries <= sum().lines)
        let entries = try EventStream(desk.site.receiver, "/events/live")
        #expect(try entries.next().json()["event_id"] == "good", "the flood has not pushed it out")
    }

    @Test func `what the last second left out is reported at the end`() throws {
        let desk = try ReadingDesk()
        let events = JSON.array((0..<30).map { event("no.such", id: .init("e\($0)")) })
        _ = try desk.site.post(JSON.object(["events": events]).text, to: "track-events")
        #expect(try desk.site.receiver.stop() == .code(0))
        let lines = desk.site.receiver.output.split(separator: "\n")
        let shown = lines.count { $0.contains("Refused event error=") }
        let omitted = lines.compactMap { $0.firstMatch(of: /Refused more events like these .*count=(\d+)/)?.1 }
        #expect(shown + omitted.compactMap { Int($0) }.reduce(0, +) == 30)
    }

    @Test func `no personal data is logged, whatever carries it, and names of types make no labels`() throws {
        let site = try Site()
        let mail = "ann.secret@example.com"
        let refused = event(mail, id: mail, customer: ["email": "x"], data: ["note": .string(mail)])
        let headers = [("Origin", "https://\(mail)"), ("User-Agent", "Bot (+mailto:\(mail)) 4111 1111 1111 1111")]
        #expect(try site.post(refused, headers: headers).status == 422)
        _ = try site.post(event("login", customer: ["id": "4111111111111111", "email": "x"]))
        let connection = try site.receiver.connect()
        try connection.send("POST", "/\(mail)/track-event", body: "{}")
        #expect(try connection.readResponse().status == 404)
        try eventually("all are logged") { site.receiver.output.contains("error=not_found path=(withheld)") }
        #expect(!site.receiver.output.contains("secret"))
        #expect(!site.receiver.output.contains("4111"))
        #expect(!site.receiver.output.contains("client="))
        let page = try connection.get("/metrics").text
        #expect(!page.contains("secret") && !page.contains("\"login\""))
        #expect(page.contains(#"crmsync_events_refused_total{error="unknown_event_type"} 2"#))
    }

    @Test func `the address of a client is logged where that is asked for`() throws {
        let site = try Site([
            "LOG_CLIENTS": "1", "TRUSTED_PROXIES": "127.0.0.1", "ALLOWED_ORIGINS": "https://a.example",
        ])
        let headers = [("Origin", "https://b.example"), ("X-Forwarded-For", "9.9.9.9, 2001:db8::7")]
        #expect(try site.post(event("page.viewed"), headers: headers).status == 403)
        try eventually("it is logged") { site.receiver.output.contains("client=2001:db8::7\n") }
        #expect(try site.post(event("page.viewed"), headers: [("Origin", "https://b.example")]).status == 403)
        try eventually("it is logged") { site.receiver.output.contains("client=127.0.0.1\n") }
    }
}
