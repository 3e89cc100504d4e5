import Foundation
import TestSupport
import Testing

/// Contract section 3: what is answered, and that a refusal leaves Redis as it was.
@Suite struct AnswerTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let why: String
        let body: String
        let status: Int
        let code: String
        var testDescription: String { why }

        init(_ why: String, _ body: String, _ status: Int, _ code: String) {
            self.why = why
            self.body = body
            self.status = status
            self.code = code
        }

        init(_ why: String, _ event: JSON, _ code: String) {
            self.init(why, event.text, 422, code)
        }
    }

    static let unreadable = [
        Refusal("nothing", "", 400, "invalid_json"),
        Refusal("text", "hello", 400, "invalid_json"),
        Refusal("half an object", #"{"event_type":"page.viewed""#, 400, "invalid_json"),
        Refusal("something behind the object", #"{"event_type":"page.viewed"} x"#, 400, "invalid_json"),
        Refusal("an array", "[]", 400, "invalid_shape"),
        Refusal("a string", "\"page.viewed\"", 400, "invalid_shape"),
        Refusal("null", "null", 400, "invalid_shape"),
        Refusal("a customer that is text", #"{"event_type":"page.viewed","customer":"j@x.org"}"#, 400, "invalid_shape"),
        Refusal(
            "data that is an array", #"{"event_type":"page.viewed","customer":{"email":"j@x.org"},"event_data":[1]}"#,
            400, "invalid_shape"),
        Refusal(
            "an event type that is a number", #"{"event_type":7,"customer":{"email":"j@x.org"}}"#, 400, "invalid_shape"),
        Refusal(
            "a control character inside a string",
            "{\"event_type\":\"page.viewed\",\"customer\":{\"email\":\"a\u{0}@x.org\"}}", 400,
            "invalid_json"),
    ]

    static let unusable = [
        Refusal("nobody", event("page.viewed", customer: nil), "customer_required"),
        Refusal("an empty customer", event("page.viewed", customer: [:]), "customer_required"),
        Refusal("a customer with a name only", event("page.viewed", customer: ["name": "J"]), "customer_required"),
        Refusal("an empty email", event("page.viewed", customer: ["email": " "]), "customer_required"),
        Refusal("an unknown event type", event("car.washed"), "unknown_event_type"),
        Refusal("another case", event("Page.Viewed"), "unknown_event_type"),
        Refusal("no event type", ["customer": john], "unknown_event_type"),
        Refusal("an email without @", event("page.viewed", customer: ["email": "john"]), "invalid_email"),
        Refusal("an email with two @", event("page.viewed", customer: ["email": "a@b@c.org"]), "invalid_email"),
        Refusal("an email with a space", event("page.viewed", customer: ["email": "a b@c.org"]), "invalid_email"),
        Refusal("an email without a name", event("page.viewed", customer: ["email": "@c.org"]), "invalid_email"),
        Refusal(
            "an email that is too long",
            event("page.viewed", customer: ["email": .string(String(repeating: "a", count: 300) + "@x.org")]),
            "invalid_email"),
        Refusal(
            "a bad email beside an id", event("page.viewed", customer: ["id": "a", "email": "b"]), "invalid_email"),
        Refusal("a negative amount", event("booking.completed", data: ["total_amount": -1]), "invalid_amount"),
        Refusal("an absurd amount", event("booking.completed", data: ["total_amount": 1e15]), "invalid_amount"),
        Refusal("an amount in words", event("booking.completed", data: ["total_amount": "much"]), "invalid_amount"),
        Refusal("a time in words", event("page.viewed", at: "yesterday"), "invalid_timestamp"),
        Refusal("a day that is none", event("page.viewed", at: "2024-02-30T10:00:00Z"), "invalid_timestamp"),
        Refusal("a time in seconds", stamped(1_715_335_200), "invalid_timestamp"),
        Refusal("a time before 2000", event("page.viewed", at: "1999-12-31T23:59:59Z"), "invalid_timestamp"),
        Refusal("a negative time", stamped(-1), "invalid_timestamp"),
        Refusal(
            "a customer id that is too long",
            event("page.viewed", customer: ["id": .string(String(repeating: "x", count: 2000))]), "invalid_customer_id"),
    ]

    static func stamped(_ time: Double) -> JSON {
        var sent = event("page.viewed")
        sent["timestamp"] = .number(time)
        return sent
    }

    @Test(arguments: unreadable + unusable)
    func `what cannot be used is refused, and Redis stays as it was`(refusal: Refusal) throws {
        let site = try Site()
        try site.track(event("page.viewed", id: "before"))
        let before = try site.client.contents()
        let response = try site.post(refusal.body)
        #expect(response.status == refusal.status, "\(response.text)")
        let answer = try response.json()
        #expect(answer["success"] == false)
        #expect(answer["error"]?.string == refusal.code)
        #expect(answer["message"]?.string?.isEmpty == false)
        #expect(response["content-type"]?.hasPrefix("application/json") == true)
        #expect(try site.client.contents() == before)
        // The service goes on, and so does the connection.
        try site.track(event("page.viewed", id: "after"))
    }

    @Test func `an applied event is answered as promised`() throws {
        let site = try Site()
        let response = try site.post(event("page.viewed"))
        #expect(response.status == 200)
        #expect(response["content-type"]?.hasPrefix("application/json") == true)
        let answer = try response.json()
        #expect(answer["success"] == true)
        #expect(answer["message"] == "Event tracked successfully")
        #expect(answer["contact_id"]?.string == (try site.contactID(email: "john@example.com")))
    }

    @Test func `a body of the greatest size is taken and one byte more is refused`() throws {
        let site = try Site(["MAX_BODY_BYTES": "1000"])
        let text = event("page.viewed").text
        let full = text + String(repeating: " ", count: 1000 - text.utf8.count)
        #expect(try site.post(full).status == 200)
        let before = try site.client.contents()
        let response = try site.post(full + " ")
        #expect(response.status == 413)
        #expect(try response.json()["error"] == "too_large")
        #expect(try site.client.contents() == before)
    }

    @Test func `64 KiB is the limit when nobody says otherwise`() throws {
        let site = try Site()
        let text = event("page.viewed").text
        #expect(try site.post(text + String(repeating: " ", count: 65536 - text.utf8.count)).status == 200)
        #expect(try site.post(text + String(repeating: " ", count: 65537 - text.utf8.count)).status == 413)
    }

    @Test func `headers that are too large are refused`() throws {
        let site = try Site()
        let response = try site.post("{}", headers: [("X-Filler", String(repeating: "x", count: 200_000))])
        #expect(response.status == 431)
        #expect(try response.json()["success"] == false)
        try site.track(event("page.viewed"))
    }

    @Test func `an unknown path and a wrong method are told apart`() throws {
        let site = try Site()
        let connection = try site.receiver.connect()
        for path in ["/", "/track-event", "\(Site.base)/track-eventx", "\(Site.base)", "/favicon.ico"] {
            let response = try connection.get(path)
            #expect(response.status == 404, "\(path)")
            #expect(try response.json()["error"] == "not_found")
        }
        for method in ["GET", "PUT", "DELETE", "PATCH"] {
            try connection.send(method, "\(Site.base)/track-event", body: method == "GET" ? nil : "{}")
            let response = try connection.readResponse()
            #expect(response.status == 405, "\(method)")
            #expect(response["allow"]?.contains("POST") == true)
            #expect(try response.json()["error"] == "method_not_allowed")
        }
    }

    @Test func `methods that no path takes are not implemented, and OPTIONS * is answered`() throws {
        let site = try Site()
        for method in ["BREW", "get", "post", "PROPFIND"] {
            let connection = try site.receiver.connect()
            try connection.send(method, "\(Site.base)/track-event")
            let response = try connection.readResponse()
            #expect(response.status == 501, "\(method)")
            #expect(try response.json()["error"] == "not_implemented")
            #expect(try connection.get("/healthz").status == 200, "the connection stays")
        }
        for path in ["/healthz", "\(Site.base)/track-event", "\(Site.base)/admin", "\(Site.base)/openapi.json"] {
            let connection = try site.receiver.connect()
            try connection.send("TRACE", path, headers: [("X-Secret", "zebra")])
            let response = try connection.readResponse()
            #expect(response.status == 405)
            #expect(response["allow"] != nil)
            #expect(!response.text.contains("zebra"), "nothing is sent back")
        }
        let connection = try site.receiver.connect()
        try connection.send("OPTIONS", "*")
        let options = try connection.readResponse()
        #expect(options.status == 204)
        #expect(options["allow"] == "GET, HEAD, POST, DELETE, OPTIONS")
        try connection.send(
            "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n")
        #expect(try connection.readResponse().status == 501)
        #expect(connection.isClosedByPeer(), "what comes behind CONNECT is meant for a tunnel")
    }

    @Test func `HEAD is answered as GET without a body`() throws {
        let site = try Site()
        let connection = try site.receiver.connect()
        for path in ["/healthz", "/readyz", "\(Site.base)/tracker.js", "\(Site.base)/admin", "/nowhere"] {
            let get = try connection.get(path)
            try connection.send("HEAD", path)
            let head = try connection.readResponse(toHead: true)
            #expect(head.status == get.status, "\(path)")
            #expect(head["content-length"] == get["content-length"])
            #expect(head["content-type"] == get["content-type"])
        }
        #expect(try connection.get("/healthz").status == 200, "no body was left on the connection")
    }

    @Test(arguments: [
        "application/json", "application/json; charset=utf-8", "Application/JSON", "text/plain;charset=UTF-8",
    ])
    func `JSON is taken under every type that websites send`(type: String) throws {
        let site = try Site()
        #expect(try site.post(event("page.viewed").text, headers: [("Content-Type", type)]).status == 200)
    }

    @Test func `JSON is taken without a type`() throws {
        let site = try Site()
        let connection = try site.receiver.connect()
        try connection.send("POST", "\(Site.base)/track-event", body: event("page.viewed").text)
        #expect(try connection.readResponse().status == 200)
    }

    @Test(arguments: ["application/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
    func `other types are refused`(type: String) throws {
        let site = try Site()
        let response = try site.post(event("page.viewed").text, headers: [("Content-Type", type)])
        #expect(response.status == 415)
        #expect(try response.json()["error"] == "unsupported_media_type")
        #expect(try site.client.contents().values.isEmpty)
    }

    @Test func `the base path can be another one`() throws {
        let site = try Site(["BASE_PATH": "/crm"])
        let connection = try site.receiver.connect()
        try connection.send("POST", "/crm/track-event", body: event("page.viewed").text)
        #expect(try connection.readResponse().status == 200)
        try connection.send("POST", "\(Site.base)/track-event", body: event("page.viewed").text)
        #expect(try connection.readResponse().status == 404)
    }
}
