import Testing

@testable import CRM
import Text

/// Events as they are read, with a clock that the test sets.
@Suite struct EventDecoderTests {
    private static let now = Timestamp(clamping: 1_795_477_835_347)

    private func event(_ json: String, source: Event.Source = .browser, key: String? = nil) throws -> Event {
        var ulids = ULIDGenerator()
        let arrival = Arrival(
            receivedAt: Self.now, ulid: ulids.next(at: Self.now), idempotencyKey: key, source: source)
        var json = json
        return try json.withUTF8 { try Event(JSONDocument.parse($0).root, arrival: arrival) }
    }

    private func login(_ rest: String) throws -> Event {
        try event(#"{"event_type":"customer.login","customer":{"id":"u1"}"# + rest + "}")
    }

    @Test(arguments: [
        "0", "\"0\"", "\"undefined\"", "\"null\"", "null", "\"\"", "\"  \"", "\"NaN\"", "\"[object Object]\"",
    ])
    func `what programs send for nobody is nobody`(id: String) {
        #expect(throws: Rejection.customerRequired) {
            try event(#"{"event_type":"page.viewed","customer":{"id":\#(id)}}"#)
        }
    }

    @Test(arguments: [
        (#"{"name":"John Doe"}"#, "John", "Doe"), (#"{"name":" Mary Ann Lee "}"#, "Mary", "Ann Lee"),
        (#"{"name":"Cher"}"#, "Cher", nil), (#"{"first_name":"A","name":"B C"}"#, "A", "C"),
        (#"{"last_name":"Z","name":"B"}"#, "B", "Z"), (#"{"name":""}"#, nil, nil), (#"{"name":null}"#, nil, nil),
    ])
    func `a name splits at its first space`(customer: String, first: String?, last: String?) throws {
        let json = #"{"event_type":"customer.login","customer":{"id":"u1","# + customer.dropFirst() + "}"
        let read = try event(json)
        #expect(read.customer.firstName == first)
        #expect(read.customer.lastName == last)
    }

    @Test func `a time is the sender's, within limits`() throws {
        #expect(try login("").time == Self.now)
        #expect(try login(#","timestamp":"2026-11-23T10:00:00Z""#).time == Timestamp("2026-11-23T10:00:00.000Z"))
        let soon = Self.now.milliseconds + 5 * 60_000
        #expect(try login(",\"timestamp\":\(soon)").time.milliseconds == soon)
        #expect(try login(",\"timestamp\":\(soon + 1)").time == Self.now)
        for bad in ["\"tomorrow\"", "1763881234", "true", "{}"] {
            #expect(throws: Rejection.badTimestamp(field: "timestamp")) { try login(",\"timestamp\":\(bad)") }
        }
    }

    @Test(arguments: [3_600_000, 10_001, 10_000, 0, -1, -10_000, -3_600_000] as [Int64])
    func `sent_at corrects a wrong clock and not a slow network`(behind: Int64) throws {
        // The sender's clock is `behind` ours, and the event is a minute older than its sending.
        let sent = Self.now.milliseconds - behind
        let read = try login(",\"timestamp\":\(sent - 60_000),\"sent_at\":\(sent)")
        // What arrives before it was sent tells of a clock that is ahead.
        let isWrong = behind > 10_000 || behind < 0
        #expect(read.time.milliseconds - Self.now.milliseconds == (isWrong ? -60_000 : -behind - 60_000))
    }

    @Test func `an id is the body's, else the header's, else ours`() throws {
        #expect(try login(#","event_id":"e1""#).id.text == "e1")
        let body = #"{"event_type":"customer.login","customer":{"id":"u1"}}"#
        #expect(try event(body, key: "k1").id.text == "k1")
        #expect(try event(body).id.text.hasPrefix("event_"))
        #expect(throws: Rejection.badEventID) { try login(",\"event_id\":\"\(String(repeating: "x", count: 129))\"") }
    }

    private func abandoned(_ idle: String, type: String = "booking.abandoned") throws -> Event {
        try event(#"{"event_type":"\#(type)","customer":{"id":"u1"},"if_idle_for":\#(idle)}"#)
    }

    private static let waits: [(String, Int64)] = [
        ("1.5", 1500), ("60", 60_000), ("0.0001", 1), ("4.035", 4035), ("6e1", 60_000),
    ]

    @Test(arguments: waits)
    func `a browser in doubt says how long to wait, and the queue keeps it`(text: String, milliseconds: Int64) throws {
        let sent = try abandoned(text)
        #expect(sent.idleFor == milliseconds)
        #expect(Event(sent, isFromRobot: true).idleFor == milliseconds)
        var ulids = ULIDGenerator()
        let back = try Event(
            queued: sent.encoded, receivedAt: Self.now, flags: sent.queueFlags, ulid: ulids.next(at: Self.now))
        #expect(back.idleFor == milliseconds)
        #expect(back.encoded == sent.encoded)
        #expect(back.namespace == sent.namespace)
    }

    @Test func `who does not say how long does not wait`() throws {
        #expect(try abandoned("null").idleFor == nil)
        #expect(try abandoned("null", type: "page.viewed").idleFor == nil)
        #expect(try login("").idleFor == nil)
    }

    @Test(arguments: ["0", "-1", "60.001", "1e400", "\"1\"", "true", "{}", "[1]"])
    func `a wait that is none is refused`(text: String) {
        #expect(throws: Rejection.badIdleTime) { try abandoned(text) }
    }

    @Test(arguments: EventType.allCases)
    func `only an abandoned booking can wait`(type: EventType) throws {
        if type == .bookingAbandoned { return }
        #expect(throws: Rejection.badIdleTime) { try abandoned("1", type: type.rawValue) }
    }

    @Test func `it is held until the wait is over, and for robots and history it is void`() throws {
        let sent = try event(
            #"{"event_type":"booking.abandoned","customer":{"id":"u1"},"event_data":{"booking_id":"b1"},"if_idle_for":2}"#
        )
        let change = Rules().change(for: sent)
        #expect(change.hold?.due == Self.now.adding(milliseconds: 2000))
        #expect(change.hold?.booking == "b1")
        #expect(change.funnel == nil && change.fields.isEmpty)
        #expect(Rules().change(for: Event(sent, isFromRobot: true)).hold.map { $0.due == nil } == true)
        #expect(Rules().change(for: Event(sent, isHistory: true)).hold.map { $0.due == nil } == true)
    }

    @Test(arguments: ["{}", #"{"event_data":{"booking_id":"b1","reason":"x"},"history":true}"#])
    func `one that the service makes is dated at the last step, its evidence`(step: String) throws {
        var ulids = ULIDGenerator()
        let lastStep = Self.now.adding(milliseconds: -2000)
        let made = try #require(
            Event(
                abandonedBy: "u1", email: nil, lastStep: lastStep, step: step, hasLeft: true, at: Self.now,
                ulid: ulids.next(at: Self.now)))
        #expect(made.time == lastStep)
        // Whoever has to act learns of it now.
        #expect(Rules().change(for: made).funnel?.task?.due == Self.now.adding(milliseconds: 3_600_000))
        #expect(made.data.string("reason") == "left")
        #expect(made.data.string("booking_id") == (step == "{}" ? nil : "b1"))
        #expect(made.namespace == .service)
        #expect(!made.isHistory && made.idleFor == nil)
    }

    @Test(arguments: [Event.Source.browser, .backend, .server])
    func `an event comes back from the queue as it was`(source: Event.Source) throws {
        let json = #"""
            {"event_type":"booking.started","event_id":"é\"1","timestamp":"2026-11-23T10:00:00.123Z",
            "customer":{"id":"u1","email":"A@B.example","name":"Jo \"X\" Doe","phone":"+1 23"},
            "event_data":{"booking_id":"b1","total_amount":450.00,"password":"p"},"session":{"session_id":"s"}}
            """#
        let sent = Event(try event(json, source: source), emailIdentifies: false, isProved: true, isFromRobot: true)
        var ulids = ULIDGenerator()
        let other = ulids.next(at: Self.now.adding(milliseconds: 1))
        let back = try Event(queued: sent.encoded, receivedAt: Self.now, flags: sent.queueFlags, ulid: other)
        #expect(back.encoded == sent.encoded)
        #expect(back.source == source && !back.emailIdentifies && back.isFromRobot)
        #expect(back.time == sent.time && back.id == sent.id && back.booking == "b1")
        #expect(back.ulid == sent.ulid, "else applying it again would make a second contact, entry and task")
        #expect(!String(decoding: sent.encoded, as: UTF8.self).contains("password"))
    }

    @Test func `the booking is named by its id, else the car, else the session`() throws {
        func booking(_ data: String, _ session: String) throws -> String {
            try event(
                #"{"event_type":"booking.started","customer":{"id":"u"},"event_data":{\#(data)},"session":{\#(session)}}"#
            ).booking
        }
        #expect(try booking(#""booking_id":"b","vehicle_id":"v""#, #""session_id":"s""#) == "b")
        #expect(try booking(#""vehicle_id":"v""#, #""session_id":"s""#) == "v")
        #expect(try booking("", #""session_id":"s""#) == "s")
        #expect(try booking("", "") == "")
    }
}
