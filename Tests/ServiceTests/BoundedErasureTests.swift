import Foundation
import TestSupport
import Testing

@testable import Store

/// Erasing and exporting a contact that holds far more than any honest one.
@Suite struct BoundedErasureTests {
    private static let entries = 200
    private static let entryBytes = 225_000

    /// A contact whose timeline has large entries, each with the mark of its event.
    private func poisoned(_ site: Site) throws -> String {
        let customer: JSON = ["id": "poison", "email": "poison@x.org"]
        let id = try site.track(event("page.viewed", at: clock("10:00"), id: "first", customer: customer))
        let filling = String(repeating: "x", count: Self.entryBytes)
        for number in 0..<Self.entries {
            let entry = """
                {"id":"activity_\(number)","contact_id":"\(id)","type":"page.viewed","description":"Viewed page",\
                "timestamp":"2024-05-10T10:01:00.000Z","event_id":"e\\"\(number)","data":{"a":"\(filling)"},"session":{}}
                """
            let score = String(Int64(milliseconds(clock("10:01"))) + Int64(number))
            try site.client.run("ZADD", "crm_activity_\(id)", score, entry)
            try site.client.run("SET", "crm_event_e\"\(number)", id)
        }
        return id
    }

    private func calls(_ client: RedisClient, _ command: String) throws -> Int {
        let info = try client.run("INFO", "commandstats").text ?? ""
        let line = info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("cmdstat_\(command):calls=") }
        return line.flatMap { Int($0.split(separator: "=")[1].prefix { $0.isNumber }) } ?? 0
    }

    /// The most memory that the receiver ever had, in bytes.
    private func peak(_ receiver: Receiver) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(receiver.pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) * 1_024
    }

    @Test func `a large contact is erased in many small steps, and the receipt counts all of it`() throws {
        let desk = try ReadingDesk()
        let id = try poisoned(desk.site)
        let before = try calls(desk.site.client, "eval")
        let receipt = try desk.read("/contacts/\(id)", "DELETE")
        #expect(receipt["complete"] == true)
        #expect(receipt["erased"]?["crm_event_"]?.number == Double(Self.entries + 1))
        let steps = try calls(desk.site.client, "eval") - before
        #expect(steps > Self.entries * Self.entryBytes / (Store.maxBytesPerStep + Self.entryBytes))
        let contents = try desk.site.client.contents()
        for trace in [id, "poison"] { #expect(!contents.text.contains(trace), "\(trace)") }
        #expect(contents.keys("crm_event_").isEmpty)
        #expect(contents.keys("crm_index_eras").allSatisfy { (contents.expiries[$0] ?? 0) > 29 * 86_400 })
    }

    @Test func `an erasure that was broken off has its receipt, and a running service finishes it`() throws {
        let redis = try PrivateRedis()
        let client = try redis.client()
        let id = "contact_01m8fddw1ydna57s1w77k45eys"
        try client.run("HSET", "crm_contact_\(id)", "id", id, "email", "ann@x.org", "customer_id", "ann")
        try client.run("SET", "crm_contact_email_ann@x.org", id)
        for number in 0..<3 {
            let entry = """
                {"id":"activity_\(number)","contact_id":"\(id)","type":"page.viewed","description":"Viewed page",\
                "timestamp":"2024-05-10T10:01:00.000Z","event_id":"e\(number)","data":{},"session":{}}
                """
            try client.run("ZADD", "crm_activity_\(id)", String(number), entry)
            try client.run("SET", "crm_event_e\(number)", id, "EX", "1000")
        }
        // Marks of what a back end and the service sent, and of what counts for the customer `ann` alone.
        let ann = "customer:744cb9a9fb3d5583744ea3ece9b4d819d90bdee2"
        for space in ["server", "service", ann] { try client.run("SET", "crm_event_\(space):e0", id, "EX", "1000") }
        let begin = ["EVAL", Script.erase.text, "0", id, now(), "1", "salt", "2592000"]
        let reply = try client.send(begin + ["new_lead", "urgent", "urgent", "crm_task_closed", "", "0"])
        #expect(reply.texts.first == "open", "\(reply)")
        #expect(try client.contents().keys("crm_contact_").isEmpty)
        #expect(try client.run("ZCARD", "crm_index_erasing_\(id)") == .integer(3))
        let check = try CheckRun(redis)
        #expect(check.findings == [])

        let receiver = try Receiver(redis: redis.url, settings: ["ADMIN_TOKEN": token])
        try eventually("the rest is removed") { try client.run("SCARD", "crm_index_erasures_open") == .integer(0) }
        let contents = try client.contents()
        #expect(contents.keys("crm_index_erasing_").isEmpty)
        #expect(contents.keys("crm_event_").isEmpty)
        #expect(!contents.text.contains("ann@x.org"))
        let connection = try receiver.connect()
        try connection.send(
            "DELETE", "\(Site.base)/contacts/\(id)", headers: [("Authorization", "Bearer \(token)")])
        let receipt = try connection.readResponse()
        #expect(receipt.status == 200)
        #expect(try receipt.json()["complete"] == true)
        #expect(try receipt.json()["erased"]?["crm_event_"] == 6)
    }

    @Test func `an erasure takes back what the person gave to the rankings`() throws {
        let desk = try ReadingDesk()
        func give(_ customer: String, _ name: String, _ times: Int) throws -> String {
            var id = ""
            for _ in 0..<times {
                let who: JSON = ["id": .string(customer)]
                let car: JSON = ["vehicle_name": .string("  \(name) ")]
                id = try desk.site.track(event("vehicle.viewed", at: clock("10:00"), customer: who, data: car))
                let place: JSON = ["pickup_location": .string(name)]
                try desk.site.track(event("search.performed", at: clock("10:00"), customer: who, data: place))
            }
            return id
        }
        let ann = try give("ann", "12 \"Home\" Street", 3)
        _ = try give("ann", "Airport", 2)
        _ = try give("bob", "Airport", 1)
        #expect(try desk.response("/contacts/\(ann)", "DELETE").status == 200)
        for list in ["vehicles", "locations"] {
            #expect(try desk.site.scores("crm_stats_\(list)_\(year)-05") == ["Airport": 1], "\(list)")
            let named = try desk.site.client.hash("crm_index_named_\(list)_\(year)-05")
            let bob = try #require(try desk.site.text("crm_index_customer_bob"))
            #expect(named == ["Airport": String(bob.suffix(8))], "\(list)")
        }
    }

    @Test func `an export of a large contact takes little memory, and waits for a client that does not read`() throws {
        let desk = try ReadingDesk()
        let id = try poisoned(desk.site)
        let before = try peak(desk.site.receiver)
        let connection = try desk.site.receiver.connect()
        let pages = try calls(desk.site.client, "eval_ro")
        try connection.send(
            "GET", "\(Site.base)/contacts/\(id)/export", headers: [("Authorization", "Bearer \(token)")])
        try eventually("it begins") { try calls(desk.site.client, "eval_ro") > pages }
        // Nothing is read here; other requests are served meanwhile.
        for _ in 0..<20 { #expect(try desk.response("/contacts/\(id)/tasks").status == 200) }
        #expect(try calls(desk.site.client, "eval_ro") - pages < Self.entries / 2)
        let export = try connection.readResponse().json()
        #expect(export["activities"]?.array?.count == Self.entries + 1)
        #expect(export["funnel"] == [:])
        #expect(try peak(desk.site.receiver) - before < 16_000_000)
    }

    @Test func `an export has every task, entry and booking once, in order`() throws {
        let desk = try ReadingDesk()
        let start = milliseconds(clock("10:00"))
        let events = (0..<260).map { number in
            var sent = event("booking.completed", id: "e\(number)", data: ["booking_id": .string("b\(number)")])
            sent["timestamp"] = .number(start + Double(number / 3))
            return sent
        }
        let id = try #require(try desk.site.trackBatch(events).first?["contact_id"]?.string)
        let export = try desk.read("/contacts/\(id)/export")
        let times = export["activities"]?.array?.compactMap { $0["timestamp"]?.string } ?? []
        #expect(times == times.sorted(by: >))
        #expect(Set(export["activities"]?.array?.compactMap { $0["event_id"]?.string } ?? []).count == 260)
        #expect(times.count == 260)
        let tasks = export["tasks"]?.array?.compactMap { $0["id"]?.string } ?? []
        #expect(tasks == tasks.sorted(by: >))
        #expect(Set(tasks).count == 260)
        let bookings = export["bookings"]?.array?.compactMap(\.string) ?? []
        #expect(bookings.sorted() == (0..<260).map { "b\($0)" }.sorted())
        let run = try Program.run(["export", id], environment: ["REDIS_URL": desk.site.redis.url], within: 30)
        let printed = try JSON(parsing: run.output)
        #expect(printed["activities"] == export["activities"])
        #expect(printed["tasks"] == export["tasks"])
    }
}
