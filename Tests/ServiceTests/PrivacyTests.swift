import Foundation
import TestSupport
import Testing

/// Contract section 3: what must not be stored, and what must not be logged.
@Suite struct PrivacyTests {
    /// Each is told from all others and from any id by its text.
    static let secretNames = [
        "password", "Password", "user_password", "passwd", "token", "access_token", "accessToken", "refresh-token",
        "secret", "client_secret", "api_key", "apiKey", "card_number", "cardNumber", "credit_card", "cvv", "cvc",
        "cvv2",
        "iban", "ssn", "pin", "authorization",
    ]

    @Test(arguments: secretNames)
    func `a field whose name says a secret is stored and logged nowhere`(name: String) throws {
        let site = try Site(["LOG_LEVEL": "debug"])
        let value: JSON = "hush-zebra-7531"
        let sent = event(
            "form.submitted", customer: ["email": "john@example.com", name: value],
            data: [name: value, "form_name": "Contact"], session: [name: value, "device": "mobile"])
        let id = try site.track(sent)
        let contents = try site.client.contents().text
        #expect(!contents.contains("zebra"))
        #expect(!site.receiver.log.contains("zebra"))
        let entry = try #require(try site.timeline(id).first)
        #expect(entry["data"] == ["form_name": "Contact"])
        #expect(entry["session"] == ["device": "mobile"])
    }

    @Test(arguments: [
        "4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005", "6011111111111117",
    ])
    func `a payment card number is stored and logged nowhere, whatever its field is called`(card: String) throws {
        let site = try Site(["LOG_LEVEL": "debug"])
        let sent = event(
            "payment.failed", customer: ["email": "john@example.com", "name": .string(card), "phone": .string(card)],
            data: ["note": .string(card), "vehicle_name": .string(card), "booking_id": "b1"],
            session: ["browser": .string(card)])
        let id = try site.track(sent)
        let contents = try site.client.contents().text
        let tail = String(card.suffix(8))
        #expect(!contents.contains(card))
        #expect(!contents.contains(tail))
        #expect(!site.receiver.log.contains(tail))
        #expect(try site.timeline(id).first?["data"] == ["booking_id": "b1"])
    }

    @Test func `a card number that is sent as a number is dropped too`() throws {
        let site = try Site()
        let text = """
            {"event_type":"payment.failed","customer":{"email":"john@example.com"},\
            "event_data":{"note":4111111111111111,"count":3}}
            """
        #expect(try site.post(text).status == 200)
        let id = try #require(try site.contactID(email: "john@example.com"))
        #expect(try site.timeline(id).first?["data"] == ["count": 3])
        #expect(!(try site.client.contents().text.contains("411111")))
    }

    @Test func `a number that only looks long is kept`() throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", data: ["order": "4111111111111112", "phone_model": "12345"]))
        #expect(try site.timeline(id).first?["data"] == ["order": "4111111111111112", "phone_model": "12345"])
    }

    @Test func `the query and the fragment of an URL are dropped`() throws {
        let site = try Site(["LOG_LEVEL": "debug"])
        let data: JSON = [
            "page_url": "https://shop.example/cars?reset=zebra#zebra", "path": "/cars/1?session=zebra",
            "referrer": "http://x.org/#zebra",
        ]
        let id = try site.track(event("page.viewed", data: data, session: ["landing": "https://x.org/?t=zebra"]))
        let entry = try #require(try site.timeline(id).first)
        #expect(entry["data"]?["page_url"] == "https://shop.example/cars")
        #expect(entry["data"]?["path"] == "/cars/1")
        #expect(entry["data"]?["referrer"] == "http://x.org/")
        #expect(entry["session"]?["landing"] == "https://x.org/")
        #expect(!(try site.client.contents().text.contains("zebra")))
        #expect(!site.receiver.log.contains("zebra"))
    }

    @Test func `an id that may be a card number is not logged`() throws {
        let site = try Site(["LOG_LEVEL": "debug"])
        for id in ["4111111111111111", "order-4111-1111-1111-1111", "a@b.example"] {
            let sent = event("page.viewed", id: id)
            #expect(try site.post(sent).json()["event_id"]?.string == id)
        }
        try eventually("they are logged") { site.receiver.log.components(separatedBy: "(withheld)").count == 4 }
        #expect(!site.receiver.log.contains("1111"))
    }

    @Test(arguments: ["4111+1111+1111+1111", "4111/1111/1111/1111", "4111%201111%201111%201111"])
    func `a card number whose groups a form or a URL has joined is stored nowhere`(card: String) throws {
        let site = try Site()
        let id = try site.track(event("page.viewed", data: ["note": .string(card), "path": .string("/pay/" + card)]))
        #expect(try site.timeline(id).first?["data"] == ["path": "/pay/[card]"])
        #expect(!(try site.client.contents().text.contains("1111")))
    }

    @Test func `a secret within text is stored and logged nowhere, also when it was queued`() throws {
        let site = try Outage(["LOG_LEVEL": "debug"])
        let sent = event(
            "chat.message", customer: ["email": "john@example.com", "name": "John password=zebra"],
            data: [
                "note": "a=1&token=zebra&b=2", "body": #"{"cvv":"zebra","n":"{\"pin\":\"zebra\"}"}"#, "cid": "zebra",
                "card": "4111&nbsp;1111&nbsp;1111&nbsp;1111", "text": "card+378282246310005",
            ])
        site.redis.killHard()
        #expect(try site.post(sent).status == 202)
        try site.redis.start()
        try site.awaitReplay()
        let client = try site.redis.client()
        let contents = try client.contents().text
        #expect(contents.contains("a=1&token=[secret]&b=2"))
        for secret in ["zebra", "1111", "378282"] {
            #expect(!contents.contains(secret), "\(secret)")
            #expect(!site.receiver.log.contains(secret), "\(secret)")
        }
    }

    @Test func `a session in a path is dropped`() throws {
        let site = try Site(["LOG_LEVEL": "debug"])
        let data: JSON = [
            "page_url": "https://shop.example/cars;jsessionid=zebra/red", "path": "/cars;jsessionid=zebra",
            "note": "came from index.jsp;jsessionid=zebra",
        ]
        let id = try site.track(event("page.viewed", data: data))
        let entry = try #require(try site.timeline(id).first)
        #expect(entry["data"]?["page_url"] == "https://shop.example/cars/red")
        #expect(entry["data"]?["path"] == "/cars")
        #expect(entry["data"]?["note"] == "came from index.jsp")
        #expect(!(try site.client.contents().text.contains("zebra")))
    }

    @Test func `no log line holds an email, a phone number or a name`() throws {
        let site = try Site(["LOG_LEVEL": "debug"])
        let customer: JSON = [
            "id": "user123", "email": "zoe.zebra@example.com", "name": "Zoe Zebra", "phone": "+49170555123",
        ]
        for type in EventTests.types {
            try site.track(event(type, customer: customer, data: ["message": "call me, Zoe Zebra"]))
        }
        // Refusals quote nothing either.
        _ = try site.post(event("page.viewed", customer: ["email": "zoe.zebra@@example"]))
        _ = try site.post(event("zebra.event", customer: customer))
        _ = try site.post("zoe.zebra@example.com is not JSON")
        _ = try site.trackBatch([event("page.viewed", customer: customer), event("zebra.seen", customer: customer)])
        let log = site.receiver.log.lowercased()
        #expect(log.contains("received event: booking.completed"))
        for personal in ["zebra", "zoe", "49170555123"] { #expect(!log.contains(personal), "\(personal)") }
    }

    @Test func `what is no business data is dropped: nested values, the 33rd field, the rest of a long text`() throws {
        let site = try Site()
        let nested = try site.track(
            event("form.submitted", at: clock("10:00"), data: ["a": ["b": "c"], "d": ["e"], "kept": "yes"]))
        #expect(try site.timeline(nested).first?["data"] == ["kept": "yes"])

        var many: [String: JSON] = [:]
        for index in 0..<40 { many["field\(index)"] = .number(Double(index)) }
        try site.track(event("form.submitted", at: clock("10:01"), data: .object(many)))
        #expect(try site.timeline(nested).last?["data"]?.object?.count == 32)

        let long: JSON = ["text": .string(String(repeating: "ä", count: 2000))]
        try site.track(event("chat.message", at: clock("10:02"), data: long))
        let text = try site.timeline(nested).last?["data"]?["text"]?.string ?? ""
        #expect(text.count <= 1024)
    }

    @Test func `secrets of the settings appear in no log and no answer`() throws {
        let password = "zebra-password"
        let redis = try PrivateRedis {
            $0.password = password
            $0.opensPort = true
        }
        let settings = [
            "ADMIN_TOKEN": "zebra-admin-token", "WRITE_KEYS": "zebra-write-key-0123",
            "SERVER_KEYS": "zebra-server-key-0123456789",
            "IDENTITY_SECRET": "zebra-identity-secret-0123456789", "IDENTITY_MODE": "log", "LOG_LEVEL": "debug",
        ]
        let receiver = try Receiver(redis: redis.url, settings: settings)
        let connection = try receiver.connect()
        var answers = ""
        for target in [
            "/healthz", "/readyz", "/metrics", "\(Site.base)/track-event?k=zebra-write-key-0123", "/nowhere?k=zebra",
        ] {
            answers += try connection.get(target).text
        }
        try connection.send(
            "POST", "\(Site.base)/track-event", headers: [("X-Write-Key", "zebra-write-key-0123")],
            body: event("page.viewed").text)
        answers += try connection.readResponse().text
        #expect(!answers.contains("zebra"))
        #expect(!receiver.log.contains("zebra"))
    }
}
