import Foundation
import TestSupport
import Testing

/// `crmsync explain`: what it tells is what happens, and nothing happens by it.
@Suite struct ExplainTests {
    private static let limits = ["TIMELINE_LIMIT": "4"]

    private func explain(_ redis: String, _ event: String, _ words: String...) throws -> (status: Int32, output: String)
    {
        let folder = try TemporaryFolder()
        try event.write(toFile: folder.file("event.json"), atomically: true, encoding: .utf8)
        let run = try Program.run(
            ["explain", folder.file("event.json")] + words,
            environment: ["REDIS_URL": redis, "REDIS_TIMEOUT_SECONDS": "30", "COLUMNS": "100"].merging(Self.limits) {
                $1
            })
        guard case .code(let status) = run.exit else { throw Failure("ended by a signal: \(run.exit)") }
        return (status, run.output)
    }

    /// What is known of the person before the event in question.
    private static let pasts: [String: [JSON]] = [
        "nobody knows the person": [],
        "the person has a past": [
            event("customer.created", at: clock("09:00"), customer: ["id": "u1", "email": "ann@x.org"]),
            event("vehicle.viewed", at: clock("09:10"), customer: ["id": "u1"], data: ["vehicle_name": "Camry"]),
            event("booking.started", at: clock("09:20"), customer: ["id": "u1"], data: ["booking_id": "b1"]),
            event("booking.abandoned", at: clock("09:50"), customer: ["id": "u1"], data: ["booking_id": "b1"]),
            event("payment.failed", at: clock("09:55"), customer: ["id": "u1"], data: ["booking_id": "b1"]),
        ],
        "the booking was made later": [
            event("booking.completed", at: clock("11:00"), customer: ["id": "u1"], data: ["booking_id": "b0"]),
            event("payment.successful", at: clock("11:01"), customer: ["id": "u1"], data: ["booking_id": "b0"]),
        ],
        "the id is new and the email known": [
            event("booking.started", at: clock("09:00"), customer: ["email": "ann@x.org"], data: ["booking_id": "b1"])
        ],
        "the email changes": [
            event("page.viewed", at: clock("09:00"), customer: ["id": "u1", "email": "old@x.org"]),
            event("page.viewed", at: clock("09:01"), customer: ["id": "u1", "email": "older@x.org"]),
        ],
        "id and email name two persons": [
            event("page.viewed", at: clock("09:00"), customer: ["id": "u1"]),
            event("page.viewed", at: clock("09:01"), customer: ["email": "ann@x.org"]),
        ],
        "the event was seen before": [event("page.viewed", at: clock("09:00"), id: "e1", customer: ["id": "u1"])],
    ]

    private static let types = [
        "customer.created", "customer.login", "customer.updated", "search.performed", "vehicle.viewed", "page.viewed",
        "booking.started", "booking.step_completed", "booking.abandoned", "booking.completed", "payment.attempted",
        "payment.successful", "payment.failed", "form.submitted", "chat.message",
    ]

    @Test(arguments: pasts.keys.sorted(), [false, true])
    func `the writes that are told are those that are made`(past: String, isHeard: Bool) throws {
        let site = try Site(Self.limits)
        let shadow = try site.redis.client()
        try shadow.run("SELECT", "1")
        let listener = isHeard ? try AlertListener(site.redis) : nil
        for type in Self.types {
            try site.client.run("FLUSHALL")
            for earlier in Self.pasts[past] ?? [] {
                _ = try site.trackBatch([earlier])
                if earlier["event_type"] == "booking.abandoned" { _ = try listener?.next() }
            }
            let data: JSON = [
                "booking_id": "b1", "vehicle_name": "Camry", "location": "Airport", "total_amount": 450.5,
            ]
            let customer: JSON = ["id": "u1", "email": "ann@x.org", "name": "Ann B", "phone": "+49 1"]
            let event = event(type, at: clock("10:00"), id: "e1", customer: customer, data: data)
            for key in try site.client.run("KEYS", "*").texts { try site.client.run("COPY", key, key, "DB", "1") }

            let before = try site.client.contents()
            let told = try JSON(parsing: explain(site.redis.url, event.text, "--json").output)
            #expect(try site.client.contents() == before, "\(type)")
            let contact = try site.track(event)
            let real = try site.rawTimeline(contact).first { $0.contains(#""event_id":"e1""#) } ?? ""
            let planned = told["timeline"].flatMap(Self.ulid) ?? "none"
            let made = try Self.ulid(JSON(parsing: real)) ?? "none"
            let writes = told["writes"]?.array ?? []
            #expect(writes.isEmpty == (told["verdict"] == "duplicate"), "\(type)")
            for write in writes where write.array?.first != "PUBLISH" {
                let words = (write.array ?? []).compactMap(\.string)
                // Who gave a name is told by the end of the contact's id.
                let reply = try shadow.send(
                    words.map {
                        $0 == planned.suffix(8) ? String(made.suffix(8)) : $0.replacing(planned, with: made)
                    })
                if case .error(let text) = reply { Issue.record("\(words): \(text)") }
            }
            #expect(try shadow.contents() == site.client.contents(), "\(type): \(told.text)")
            for alert in told["alerts"]?.array ?? [] {
                guard let heard = try listener?.next() else { continue }
                let message = alert["message"]?.text.replacing(planned, with: made)
                #expect(alert["channel"]?.string == heard.channel)
                #expect(try JSON(parsing: message ?? "") == JSON(parsing: heard.text), "\(type)")
            }
        }
    }

    @Test func `of one that waits it is told what is kept, until when, and that the booking may go on`() throws {
        let site = try Site()
        let shadow = try site.redis.client()
        try shadow.run("SELECT", "1")
        let data: JSON = ["booking_id": "b1"]
        let id = try site.track(event("booking.started", data: data))
        var left = event("booking.abandoned", data: data)
        left["if_idle_for"] = 60
        for key in try site.client.run("KEYS", "*").texts { try site.client.run("COPY", key, key, "DB", "1") }
        let before = try site.client.contents()
        let told = try JSON(parsing: explain(site.redis.url, left.text, "--json").output)
        #expect(told["verdict"] == "held")
        #expect(told["contact"]?["id"]?.string == id)
        #expect(try site.client.contents() == before)
        #expect(try site.post(left).status == 202)
        for write in told["writes"]?.array ?? [] { _ = try shadow.send((write.array ?? []).compactMap(\.string)) }
        #expect(Set(try shadow.contents().values.keys) == Set(try site.client.contents().values.keys))
        let (status, text) = try explain(site.redis.url, left.text)
        #expect(status == 0)
        for line in ["held: it applies later, unless the customer does more", "applies 60.0 s after it arrived"] {
            #expect(text.contains(line), "\(text)")
        }
        left["event_data"] = ["booking_id": "b2"]
        let (_, other) = try explain(site.redis.url, left.text)
        #expect(other.contains("void: dropped: the contact has no such booking in progress"), "\(other)")
        left["customer"] = ["id": "nobody"]
        #expect(try explain(site.redis.url, left.text).output.contains("void: dropped"))
    }

    /// What all ids of one event have in common.
    private static func ulid(_ entry: JSON) -> String? {
        entry["id"]?.string.map { String($0.dropFirst("activity_".count)) }
    }

    @Test func `it is told for people: contact, status, tasks, rules and writes`() throws {
        let site = try Site()
        let started = event(
            "booking.started", customer: ["id": "u1", "email": "ann@x.org"], data: ["booking_id": "b1"])
        let id = try site.track(started)
        let left = event(
            "booking.abandoned", customer: ["id": "u1", "last_name": "\u{1B}[31mEve"], data: ["booking_id": "b1"])
        let (status, text) = try explain(site.redis.url, left.text)
        #expect(status == 0)
        for line in [
            "applied", "\(id)  ann@x.org", "Hot Lead - Booking In Progress -> Hot Lead - Abandoned",
            "opens urgent URGENT: Follow up - Abandoned Booking", "no listener now", "HSET     crm_contact_\(id)",
            "a later booking.completed",
        ] { #expect(text.contains(line), "\(line): \(text)") }
        #expect(!text.contains("\u{1B}"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 }, "\(text)")
        let rejected = try explain(site.redis.url, #"{"event_type":"page.viewed"}"#)
        #expect(rejected.status == 2)
        #expect(rejected.output.contains("rejected: customer_required"))
        #expect(try explain(site.redis.url, "{").status == 2)
    }

    @Test func `what Redis would refuse, and who was erased, is told`() throws {
        let desk = try ReadingDesk()
        let site = desk.site
        let id = try site.track(event("page.viewed", customer: ["id": "u1"]))
        try site.client.run("HSET", "crm_contact_\(id)", "website_visits", "many")
        let damaged = try explain(site.redis.url, event("customer.login", customer: ["id": "u1"]).text)
        #expect(damaged.status == 2)
        #expect(damaged.output.contains("refused: DAMAGED"))
        #expect(try desk.response("/contacts/\(id)", "DELETE").status == 200)
        let erased = try explain(site.redis.url, event("customer.login", customer: ["id": "u1"]).text, "--json")
        #expect(try JSON(parsing: erased.output)["verdict"] == "erased")
    }

    @Test func `without Redis the rules are told, and what is unknown`() throws {
        let (status, text) = try explain("redis://127.0.0.1:1", event("booking.abandoned").text)
        #expect(status == 1)
        #expect(text.contains("unknown: Redis at 127.0.0.1:1/0 cannot be reached"))
        #expect(text.contains("opens a task of type abandoned_booking: urgent, due in 1 hour"))
        #expect(text.contains("Unknown without Redis"))
    }

    @Test func `an event is read from standard input, and a browser is not believed about money where that is set`()
        throws
    {
        let site = try Site()
        let folder = try TemporaryFolder()
        try event("booking.completed").text.write(
            toFile: folder.file("event"), atomically: true, encoding: .utf8)
        func run(_ more: String) throws -> JSON {
            let output = folder.file("out")
            try? FileManager.default.removeItem(atPath: output)
            let process = try ChildProcess(
                "sh", ["-c", "\(try Program.path()) explain - --json \(more) < \(folder.file("event"))"],
                environment: ["REDIS_URL": site.redis.url, "MONEY_EVENTS": "server"], output: output,
                errors: folder.file("err"))
            #expect(try process.wait() == .code(0))
            return try JSON(parsing: String(contentsOfFile: output, encoding: .utf8))
        }
        #expect(try run("")["status"]?["after"] == "New Lead")
        #expect(try run("")["rules"]?.text.contains("MONEY_EVENTS=server") == true)
        #expect(try run("--server")["status"]?["after"] == "Customer - Active")
        #expect(try site.client.contents().values.isEmpty)
    }
}
