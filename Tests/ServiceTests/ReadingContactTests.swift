import Foundation
import TestSupport
import Testing

/// Contract section 5: contacts and timelines over HTTP.
@Suite struct ReadingContactTests {
    static let paths = [
        "/contacts", "/contacts/contact_1", "/contacts/contact_1/timeline", "/contacts/contact_1/tasks",
        "/contacts/contact_1/export", "/tasks", "/stats",
    ]

    @Test func `a missing token and a wrong one get the same answer everywhere`() throws {
        let desk = try ReadingDesk()
        for path in Self.paths {
            let missing = try desk.response(path, token: nil)
            let wrong = try desk.response(path, token: "reading-tokem")
            #expect(missing.status == 401)
            #expect(missing["www-authenticate"] == "Bearer")
            #expect(missing.body == wrong.body)
            #expect(try missing.json()["error"] == "unauthorized")
        }
    }

    @Test func `a contact is found by its email in any case and by the website's id`() throws {
        let desk = try ReadingDesk()
        let id = try desk.site.track(event("page.viewed", customer: ["id": "u 1/2", "email": "john@example.com"]))
        #expect(try desk.list("/contacts?email=%20John%40Example.com", "contacts", "id") == [id])
        #expect(try desk.list("/contacts?customer_id=u+1%2F2", "contacts", "id") == [id])
        #expect(try desk.list("/contacts?email=nobody@example.com", "contacts", "id") == [])
        let contact = try desk.read("/contacts?email=john@example.com")["contacts"]?.array?.first
        #expect(contact == JSON.object(try desk.site.contact(id).mapValues { .string($0) }))
    }

    @Test(arguments: ["hot_lead_abandoned", "Hot%20Lead%20-%20Abandoned", "hot+lead+-+abandoned"])
    func `a status is its slug or its name`(status: String) throws {
        let desk = try ReadingDesk()
        let left = try (1...3).map {
            try desk.site.track(event("booking.abandoned", at: clock("10:0\($0)"), customer: ["id": .string("u\($0)")]))
        }
        try desk.site.track(event("page.viewed", customer: ["id": "other"]))
        #expect(try desk.list("/contacts?status=\(status)", "contacts", "id") == left.reversed())
    }

    @Test func `most revenue comes first`() throws {
        let desk = try ReadingDesk()
        let ids = try [300, 9000, 20.5].enumerated().map { index, amount in
            try desk.site.track(
                event(
                    "booking.completed", customer: ["id": .string("u\(index)")],
                    data: ["booking_id": .string("b\(index)"), "total_amount": .number(amount)]))
        }
        #expect(try desk.list("/contacts?sort=revenue", "contacts", "id") == [ids[1], ids[0], ids[2]])
    }

    @Test func `pages neither repeat nor hide a contact while others come, go and move`() throws {
        let desk = try ReadingDesk()
        let site = desk.site
        // All of one time, so that only the order within it can tell them apart.
        let ids = try (10..<35).map {
            try site.track(event("page.viewed", at: clock("10:00"), customer: ["id": .string("u\($0)")]))
        }
        let order = try site.client.sortedSet("crm_index_contacts_recent").map(\.member).reversed().map { $0 }
        #expect(Set(order) == Set(ids))
        let pages = try desk.pages("/contacts?limit=4", "contacts", "id") { page in
            // A newcomer, one that moves to the front, and the very contact that the cursor names goes away.
            try site.track(event("page.viewed", at: clock("11:00"), customer: ["id": .string("new\(page)")]))
            try site.track(event("page.viewed", at: clock("12:00"), customer: ["id": "u34"]))
            if page == 2 { #expect(try desk.response("/contacts/\(order[7])", "DELETE").status == 200) }
        }
        let moved = try #require(try site.text("crm_index_customer_u34"))
        let seen = pages.flatMap(\.self)
        #expect(seen.filter { $0 != moved } == order.filter { $0 != moved })
        #expect(pages.dropLast().allSatisfy { $0.count == 4 })
    }

    @Test func `a card has the contact, its tasks, last activities and cars`() throws {
        let desk = try ReadingDesk()
        let id = try desk.site.track(event("vehicle.viewed", at: clock("10:00"), data: ["vehicle_name": "Camry"]))
        try desk.site.track(event("booking.abandoned", at: clock("10:01"), data: ["vehicle_id": "v1"]))
        let card = try desk.read("/contacts/\(id)")
        #expect(card["contact"] == JSON.object(try desk.site.contact(id).mapValues { .string($0) }))
        #expect(card["tasks"]?.array?.compactMap { $0["type"]?.string } == ["abandoned_booking"])
        let types = card["activities"]?.array?.compactMap { $0["type"]?.string }
        #expect(types == ["booking.abandoned", "vehicle.viewed"])
        #expect(card["vehicles"] == [["name": "Camry", "views": 1]])
    }

    @Test(arguments: ["", "/timeline", "/tasks", "/export"])
    func `a contact that is not there is not found`(path: String) throws {
        let desk = try ReadingDesk()
        let response = try desk.response("/contacts/contact_0" + path)
        #expect(response.status == 404)
        #expect(try response.json()["error"] == "contact_not_found")
    }

    @Test(arguments: [
        "/contacts/Contact_1", "/contacts/a%2Fb", "/contacts/a%20b", "/contacts/%0a", "/contacts/a:b",
        "/contacts/\(String(repeating: "a", count: 65))", "/contacts?limit=0", "/contacts?limit=201",
        "/contacts?limit=-1", "/contacts?limit=1e2", "/contacts?cursor=x", "/contacts?cursor=c00",
        "/contacts?cursor=czz",
        "/contacts?status=lost", "/contacts?sort=name", "/contacts?email=nobody", "/contacts?email=a@b.io&sort=recent",
        "/tasks?status=late", "/tasks?priority=low", "/stats?days=0", "/stats?days=401",
        "/contacts/contact_1/timeline?before=yesterday",
    ])
    func `what cannot be used is refused and named`(path: String) throws {
        let desk = try ReadingDesk()
        let response = try desk.response(path)
        #expect(response.status == 400)
        #expect(try response.json()["error"] == "bad_parameter")
        #expect(try response.json()["message"]?.string?.hasPrefix("`") == true)
    }

    @Test(arguments: [
        ("/contacts?emial=a@b.io", "`emial` must be left out: this path takes email, customer_id, status, sort"),
        ("/contacts?email=a@b.io&days=1", "`days` must be left out"), ("/contacts?Email=a@b.io", "`Email` must"),
        ("/contacts?%65mial", "`emial` must"), ("/contacts?=x", "`` must"), ("/tasks?prio=high", "`prio` must"),
        ("/contacts/contact_1?limit=5", "`limit` must be left out: this path takes no parameters"),
        ("/contacts/contact_1/timeline?cursor=x", "`cursor` must be left out: this path takes limit, before"),
        ("/contacts/contact_1/export?format=csv", "`format` must"), ("/stats?day=3", "`day` must"),
        ("/status?x=1", "`x` must"), ("/alerts?last=1", "`last` must"), ("/events/live?k=1", "`k` must"),
    ])
    func `a parameter that the path does not take is refused and named`(path: String, message: String) throws {
        let desk = try ReadingDesk()
        try desk.site.track(event("page.viewed", customer: ["email": "a@b.io"]))
        let response = try desk.response(path)
        #expect(response.status == 400)
        #expect(try response.json()["error"] == "bad_parameter")
        #expect(try response.json()["message"]?.string?.hasPrefix(message) == true, "\(response.text)")
        #expect(try desk.response(path, token: nil).status == 401, "who may not read learns nothing of the parameters")
    }

    @Test func `a decision with a parameter is refused and not carried out`() throws {
        let desk = try ReadingDesk()
        let id = try desk.site.track(event("booking.abandoned"))
        let task = try #require(try desk.site.openTasks(id).first?["id"])
        #expect(try desk.response("/tasks/\(task)/complete?by=ann", "POST").status == 400)
        #expect(try desk.response("/contacts/\(id)?confirm=no", "DELETE").status == 400)
        #expect(try desk.site.client.hash("crm_task_\(task)")["status"] == "open")
    }

    @Test func `ids of 64 characters and pages of 200 pass`() throws {
        let desk = try ReadingDesk()
        #expect(try desk.response("/contacts/\(String(repeating: "a", count: 64))").status == 404)
        #expect(try desk.response("/contacts?limit=200").status == 200)
        #expect(try desk.response("/stats?days=400").status == 200)
    }

    @Test func `a path takes its methods only`() throws {
        let desk = try ReadingDesk()
        #expect(try desk.response("/contacts", "POST")["allow"] == "GET, HEAD")
        #expect(try desk.response("/contacts/contact_1", "PUT")["allow"] == "GET, HEAD, DELETE")
        #expect(try desk.response("/tasks/task_1/complete").status == 405)
        #expect(try desk.response("/contacts/contact_1/secrets").status == 404)
        #expect(try desk.response("/stats", "HEAD").status == 200)
    }

    @Test func `a timeline is paged, newest first, even within one millisecond`() throws {
        let desk = try ReadingDesk()
        for number in 0..<9 { try desk.site.track(event("page.viewed", at: clock("10:00"), id: "e\(number)")) }
        let id = try desk.site.track(event("page.viewed", at: clock("10:01"), id: "last"))
        let path = "/contacts/\(id)/timeline"
        let pages = try desk.pages(path + "?limit=3", "activities", "event_id", cursor: "before") { _ in
            try desk.site.track(event("page.viewed", at: clock("10:02")))
        }
        #expect(pages.flatMap(\.self) == ["last"] + (0..<9).reversed().map { "e\($0)" })
        #expect(pages.map(\.count) == [3, 3, 3, 1])
        let before = try desk.list(path + "?before=\(clock("10:01"))", "activities", "event_id")
        #expect(before == (0..<9).reversed().map { "e\($0)" })
        #expect(try desk.list(path + "?before=\(year)-05-10T10:00:00Z", "activities", "event_id") == [])
    }

    @Test func `without Redis a read is refused for now`() throws {
        let desk = try ReadingDesk()
        try desk.site.redis.stop()
        try eventually("the loss is noticed") { try desk.response("/contacts").status == 503 }
        #expect(try desk.response("/stats")["retry-after"] == "2")
    }
}
