import Foundation
import TestSupport
import Testing

/// `GET /alerts`: urgent tasks as they open and close.
@Suite struct AlertStreamTests {
    private func leave(_ desk: ReadingDesk, _ user: String) throws -> String {
        let id = try desk.site.track(event("booking.abandoned", customer: ["id": .string(user), "name": "Ann B"]))
        return try #require(try desk.site.openTasks(id).first?["id"])
    }

    @Test func `an urgent task is told when it opens and when it closes`() throws {
        let desk = try ReadingDesk()
        let stream = try EventStream(desk.site.receiver, "/alerts")
        #expect(stream.head["content-type"] == "text/event-stream")
        #expect(try stream.next() == .init(name: "open", data: #"{"open":[]}"#))
        let task = try leave(desk, "u1")
        let opened = try stream.next()
        #expect(opened.name == "urgent")
        #expect(opened.id == task)
        #expect(try opened.json()["task"]?["id"]?.string == task)
        #expect(try opened.json()["contact"]?["first_name"] == "Ann")
        #expect(try desk.decide(task, "complete").status == 200)
        let closed = try stream.next()
        #expect(closed.name == "closed")
        #expect(try closed.json()["task"]?["status"] == "done")
        // Somebody listened, so the task does not count as unheard.
        #expect(try desk.site.client.contents().keys("crm_index_tasks_unheard") == [])
    }

    @Test func `listeners that come and go at once do no harm`() throws {
        let desk = try ReadingDesk()
        for _ in 0..<150 {
            // An event of its own leaves its bytes in memory that a subscription uses next.
            try desk.site.track(event("page.viewed", data: ["note": "$ $9 $$$"]))
            let stream = try EventStream(desk.site.receiver, "/alerts")
            _ = try stream.next()
        }
        #expect(desk.site.receiver.exit == nil, "\(desk.site.receiver.log.suffix(2000))")
        let task = try leave(desk, "u1")
        #expect(try EventStream(desk.site.receiver, "/alerts").next().id == task)
    }

    @Test func `a listener that was away gets what it does not know, and a list of what is open`() throws {
        let desk = try ReadingDesk()
        let first = try leave(desk, "u1")
        let second = try leave(desk, "u2")
        let third = try leave(desk, "u3")
        #expect(try desk.decide(second, "complete").status == 200)
        let stream = try EventStream(desk.site.receiver, "/alerts", lastEventID: first)
        #expect(try stream.next().id == third)
        let open = try stream.next()
        #expect(open.name == "open")
        #expect(try open.json()["open"] == [.string(first), .string(third)])
        let fresh = try EventStream(desk.site.receiver, "/alerts")
        #expect(try fresh.next().id == first)
        #expect(try fresh.next().id == third)
    }

    @Test(arguments: [("☃", 1), ("z", 4), ("z", 12_000), ("task_☃", 1)])
    func `a listener that knows what is no task gets everything`(text: String, count: Int) throws {
        let last = String(repeating: text, count: count)
        let desk = try ReadingDesk()
        let task = try leave(desk, "u1")
        #expect(try EventStream(desk.site.receiver, "/alerts", lastEventID: last).next().id == task)
    }

    @Test func `when Redis comes back, listeners catch up`() throws {
        let desk = try ReadingDesk()
        let stream = try EventStream(desk.site.receiver, "/alerts")
        #expect(try stream.next().name == "open")
        let task = try leave(desk, "u1")
        #expect(try stream.next().id == task)
        // The listening connection alone is cut; a task opens before it is back.
        try desk.site.client.run("CLIENT", "KILL", "TYPE", "pubsub")
        let missed = try leave(desk, "u2")
        var ids: [String] = []
        while !ids.contains(missed) { if let id = try stream.next().id { ids.append(id) } }
        #expect(Set(ids) == [missed])
    }

    @Test func `the connection to Redis is there only while somebody listens`() throws {
        let desk = try ReadingDesk()
        func subscribers() throws -> String? {
            try desk.site.client.run("PUBSUB", "NUMSUB", "crm_task_urgent").elements.last.map { "\($0)" }
        }
        let before = try subscribers()
        let streams = try (0..<2).map { _ in try EventStream(desk.site.receiver, "/alerts") }
        for stream in streams { #expect(try stream.next().name == "open") }
        #expect(try subscribers() != before)
        for stream in streams { stream.connection.close() }
        try eventually("nobody subscribes") { try subscribers() == before }
    }

    @Test func `so many listeners pass and one more is refused, until one leaves`() throws {
        let desk = try ReadingDesk(["MAX_LISTENERS": "2"])
        let first = try EventStream(desk.site.receiver, "/alerts")
        let second = try EventStream(desk.site.receiver, "/events/live")
        #expect(first.head.status == 200 && second.head.status == 200)
        let refused = try desk.response("/alerts")
        #expect(refused.status == 503)
        #expect(try refused.json()["error"] == "too_many_listeners")
        first.connection.close()
        try eventually("there is room again") {
            try EventStream(desk.site.receiver, "/alerts").head.status == 200
        }
    }

    @Test func `a listener that does not read is dropped and the others go on`() throws {
        let desk = try ReadingDesk()
        let sleeper = try EventStream(desk.site.receiver, "/alerts")
        let listener = try EventStream(desk.site.receiver, "/alerts")
        #expect(try listener.next().name == "open")
        let long = String(repeating: "x", count: 60_000)
        for number in 0..<200 {
            try desk.site.client.run("PUBLISH", "crm_task_closed", #"{"number":\#(number),"text":"\#(long)"}"#)
            #expect(try listener.next().json()["number"] == .number(Double(number)))
        }
        #expect(throws: Failure.self) { while true { _ = try sleeper.next() } }
    }

    @Test func `a stream ends in order when the service stops`() throws {
        let desk = try ReadingDesk()
        let stream = try EventStream(desk.site.receiver, "/alerts")
        #expect(try stream.next().name == "open")
        let exit = try desk.site.receiver.stop()
        #expect(exit == .code(0))
        #expect(throws: Failure.self) { _ = try stream.next() }
    }

    @Test func `a stream needs the token`() throws {
        let desk = try ReadingDesk()
        for path in ["/alerts", "/events/live"] {
            #expect(try desk.response(path, token: nil).status == 401)
            #expect(try desk.response(path, "POST").status == 405)
            #expect(try desk.response(path, "HEAD")["content-type"] == "text/event-stream")
        }
    }
}

/// `GET /events/live`: events and their verdicts.
@Suite struct EventFeedTests {
    @Test func `events are told with verdict and reason, of all threads, and masked`() throws {
        let desk = try ReadingDesk(["THREADS": "2"])
        let customer: JSON = ["email": "ann@secret.org", "name": "Ann Hidden", "phone": "+4912345"]
        let id = try desk.site.track(event("vehicle.viewed", id: "e1", customer: customer))
        let stream = try EventStream(desk.site.receiver, "/events/live")
        let first = try stream.next().json()
        #expect(first["result"] == "applied")
        #expect(first["event_type"] == "vehicle.viewed")
        #expect(first["contact_id"]?.string == id)
        #expect(first["customer"] == "a…@secret.org")
        // Further connections, which the kernel gives to either thread.
        for _ in 0..<8 { _ = try desk.response("/track-event", "POST", token: nil, body: event("x").text) }
        for _ in 0..<8 {
            let refused = try stream.next()
            #expect(try refused.json()["result"] == "refused")
            #expect(try refused.json()["reason"]?.string?.hasPrefix("unknown_event_type: ") == true)
            #expect(!refused.data.contains("Hidden"))
        }
        _ = try desk.site.post(event("vehicle.viewed", id: "e1", customer: customer))
        #expect(try stream.next().json()["result"] == "duplicate")
    }

    @Test func `the last hundred are remembered`() throws {
        let desk = try ReadingDesk()
        _ = try desk.site.trackBatch((0..<120).map { event("page.viewed", id: "e\($0)") })
        let stream = try EventStream(desk.site.receiver, "/events/live")
        let ids = try (0..<100).map { _ in try stream.next().json()["event_id"]?.string }
        #expect(ids == (20..<120).map { "e\($0)" })
        try desk.site.track(event("page.viewed", id: "next"))
        #expect(try stream.next().json()["event_id"] == "next")
    }
}
