import TestSupport
import Testing

@testable import CRM
@testable import Store

/// Facts outrank guesses: what is known of a booking in the end does not depend on the order in which its events come,
/// nor on how wrong the browser's clock is.
@Suite struct BookingOrderTests {
    enum Fact: String, CaseIterable {
        case started, step, abandoned, givenUp, completed, failed, paid

        /// The second at which it happens; the service gives up when it is asked to.
        var second: Int64 {
            switch self {
            case .started: 0
            case .step: 10
            case .abandoned: 20
            case .failed: 30
            case .paid: 40
            case .completed: 50
            case .givenUp: 0
            }
        }

        var type: String {
            switch self {
            case .started: "booking.started"
            case .step: "booking.step_completed"
            case .abandoned, .givenUp: "booking.abandoned"
            case .completed: "booking.completed"
            case .failed: "payment.failed"
            case .paid: "payment.successful"
            }
        }

        /// Whether the browser's clock dates it; the website's back end has a clock that is right.
        var isOfBrowser: Bool { self != .completed && self != .paid }
    }

    /// How the events name their booking.
    enum Naming: String, CaseIterable {
        case id, vehicle, session, vehicleThenID, sessionThenID, none

        func data(_ fact: Fact) -> (data: String, session: String) {
            switch self {
            case .id: (#"{"booking_id":"b1","vehicle_id":"v1"}"#, "{}")
            case .vehicle: (#"{"vehicle_id":"v1"}"#, #"{"session_id":"s1"}"#)
            case .session: ("{}", #"{"session_id":"s1"}"#)
            // The browser does not know the id that the back end gives the booking.
            case .vehicleThenID:
                fact.isOfBrowser
                    ? (#"{"vehicle_id":7}"#, #"{"session_id":"s1"}"#)
                    : (#"{"booking_id":"b1","vehicle_id":"7","total_amount":450}"#, "{}")
            case .sessionThenID:
                fact.isOfBrowser
                    ? ("{}", #"{"session_id":"s1"}"#) : (#"{"booking_id":"b1"}"#, #"{"session_id":"s1"}"#)
            case .none: ("{}", "{}")
            }
        }
    }

    private static let noon = Timestamp(clamping: 1_795_477_835_000)
    private static let offsets: [Int64] = [-60, -8, 0, 3, 8, 60]

    private let redis: PrivateRedis
    private let scripts: ScriptedStore

    init() throws {
        redis = try PrivateRedis()
        scripts = ScriptedStore(try redis.client())
    }

    /// Applies the facts in this order, and returns what should be known in the end.
    private func tell(_ facts: [Fact], _ naming: Naming, offset: Int64, to customer: String) throws -> [String: String]
    {
        var givenUpAt: Int64?
        for fact in facts {
            if fact == .givenUp {
                givenUpAt = try scripts.giveUp(customer, at: Self.noon.adding(milliseconds: 3_600_000)) ?? givenUpAt
                continue
            }
            let second = fact.second + (fact.isOfBrowser ? offset : 0)
            let (data, session) = naming.data(fact)
            try scripts.track(
                fact.type, of: customer, at: Self.noon.adding(milliseconds: second * 1000), data: data,
                session: session, source: fact.isOfBrowser ? .browser : .backend)
        }
        let steps = facts.filter { $0 == .started || $0 == .step }
        let lastStep = steps.map { Self.noon.adding(milliseconds: ($0.second + offset) * 1000).milliseconds }.max()
        let isGivenUp = facts.contains(.abandoned) || givenUpAt != nil && givenUpAt == lastStep
        let status: LeadStatus =
            if facts.contains(.completed) { .customer } else if isGivenUp { .bookingAbandoned } else if !steps.isEmpty {
                .bookingInProgress
            } else { .newLead }
        let hasFailed = facts.contains(.failed) && !facts.contains(.paid)
        return [
            "status": status.rawValue, "abandoned_booking": status == .bookingAbandoned ? "1" : "0",
            "payment_failed": hasFailed ? "1" : "0", "booking_confirmation": facts.contains(.completed) ? "1" : "0",
            "bookings": facts.contains(.completed) ? "1" : "0",
            "in progress": status == .bookingInProgress ? "true" : "false", "lists": status.slug,
        ]
    }

    private func check(_ facts: [Fact], _ naming: Naming, offset: Int64, _ number: inout Int) throws {
        number += 1
        let customer = "u\(number)"
        let expected = try tell(facts, naming, offset: offset, to: customer)
        guard let found = try scripts.summary(of: customer) else { return }
        let what = "\(facts.map(\.rawValue)), named by \(naming), browser \(offset) s off"
        #expect(found == expected, "\(what)")
    }

    /// Every order of every selection of these.
    static func orders(_ facts: [Fact]) -> [[Fact]] {
        [[]]
            + facts.flatMap { first in
                orders(facts.filter { $0 != first }).map { [first] + $0 }
            }
    }

    @Test(arguments: Naming.allCases)
    func `a booking ends as its facts say, in every order and with every clock`(naming: Naming) throws {
        var number = 0
        // A wrong clock matters to what another clock dates; without that every offset is the same.
        for facts in Self.orders([.started, .step, .abandoned, .givenUp, .completed]) where !facts.isEmpty {
            let offsets = facts.contains(.completed) ? Self.offsets : [0]
            for offset in offsets { try check(facts, naming, offset: offset, &number) }
        }
        #expect(number > 1_000)
    }

    @Test(arguments: Naming.allCases)
    func `a payment that went through leaves nothing to follow up`(naming: Naming) throws {
        var number = 0
        for facts in Self.orders([.failed, .paid, .completed]) where !facts.isEmpty {
            for offset in Self.offsets { try check(facts, naming, offset: offset, &number) }
        }
    }

    @Test func `all facts in random orders end in the same way`() throws {
        var random = SeededRandom()
        var number = 0
        for _ in 0..<600 {
            let facts = Fact.allCases.shuffled(using: &random).prefix(Int.random(in: 4...7, using: &random))
            let naming = Naming.allCases.randomElement(using: &random) ?? .id
            let offset = Int64.random(in: -60...60, using: &random)
            try check(Array(facts), naming, offset: offset, &number)
        }
    }

    @Test func `what stands in for a booking is another booking once the clocks cannot explain it`() throws {
        let car = #"{"vehicle_id":"v1"}"#
        for (seconds, status) in [(60, LeadStatus.customer), (61, .bookingInProgress)] as [(Int64, LeadStatus)] {
            for isFirst in [true, false] {
                let customer = "c\(seconds)-\(isFirst)"
                let start = Self.noon.adding(milliseconds: seconds * 1000)
                func begin() throws { try scripts.track("booking.started", of: customer, at: start, data: car) }
                if isFirst { try begin() }
                try scripts.track("booking.completed", of: customer, at: Self.noon, data: car, source: .backend)
                if !isFirst { try begin() }
                #expect(try scripts.summary(of: customer)?["status"] == status.rawValue, "\(customer)")
            }
        }
        // A booking id needs no clock.
        let booking = #"{"booking_id":"b1"}"#
        let later = Self.noon.adding(milliseconds: 86_400_000)
        for customer in ["first", "last"] {
            if customer == "first" { try scripts.track("booking.started", of: customer, at: later, data: booking) }
            try scripts.track("booking.completed", of: customer, at: Self.noon, data: booking)
            if customer == "last" { try scripts.track("booking.started", of: customer, at: later, data: booking) }
            #expect(try scripts.summary(of: customer)?["status"] == LeadStatus.customer.rawValue)
        }
    }

    @Test func `a step that arrives after the service gave the booking up calls the alert off`() throws {
        let booking = #"{"booking_id":"b1"}"#
        let id = try scripts.track("booking.started", of: "u1", at: Self.noon, data: booking)
        _ = try scripts.giveUp("u1", at: Self.noon.adding(milliseconds: 1_800_000))
        #expect(try scripts.summary(of: "u1")?["status"] == LeadStatus.bookingAbandoned.rawValue)
        let member = try #require(scripts.client.run("ZRANGE", "crm_activity_\(id)", "-1", "-1").texts.first)
        #expect(try JSON(parsing: member)["timestamp"]?.string == Self.noon.iso8601, "dated at its evidence")
        let listener = try redis.client()
        try listener.run("SUBSCRIBE", "crm_task_closed")
        listener.setDeadline(seconds: 10)
        try scripts.track(
            "booking.step_completed", of: "u1", at: Self.noon.adding(milliseconds: 60_000), data: booking)
        #expect(try JSON(parsing: listener.nextMessage().elements.last?.text ?? "")["task"]?["status"] == "cancelled")
        #expect(
            try scripts.summary(of: "u1")?["status"] == LeadStatus.bookingInProgress.rawValue)
    }

    @Test func `an older step of a booking that was abandoned again leaves its task open`() throws {
        let booking = #"{"booking_id":"b1"}"#
        func at(_ second: Int64) -> Timestamp { Self.noon.adding(milliseconds: second * 1000) }
        try scripts.track("booking.abandoned", of: "u1", at: at(0), data: booking)
        try scripts.track("booking.abandoned", of: "u1", at: at(20), data: booking)
        try scripts.track("booking.step_completed", of: "u1", at: at(10), data: booking)
        #expect(try scripts.summary(of: "u1")?["abandoned_booking"] == "1")
        // A later step cancels it, even where a later abandonment of another booking keeps the status.
        try scripts.track("booking.abandoned", of: "u1", at: at(60), data: #"{"booking_id":"b2"}"#)
        try scripts.track("booking.step_completed", of: "u1", at: at(30), data: booking)
        #expect(try scripts.summary(of: "u1")?["abandoned_booking"] == "1")
        #expect(try scripts.summary(of: "u1")?["status"] == LeadStatus.bookingAbandoned.rawValue)
    }

    @Test func `of a contact the newest 1000 facts are kept`() throws {
        let id = try scripts.track("page.viewed", of: "u1", at: Self.noon)
        let key = "crm_index_settled_\(id)"
        for number in 0..<999 { try scripts.client.run("ZADD", key, String(number), "paid:booking_id:\(number)") }
        for (number, oldest) in [(1, "paid:booking_id:0"), (2, "paid:booking_id:1")] {
            try scripts.track("payment.successful", of: "u1", at: Self.noon, data: #"{"booking_id":"b\#(number)"}"#)
            #expect(try scripts.client.run("ZCARD", key) == .integer(1_000))
            #expect(try scripts.client.run("ZRANGE", key, "0", "0").texts == [oldest])
        }
    }

    @Test func `times that a wrong clock wrote count as now`() throws {
        let now = Timestamp(clamping: try scripts.milliseconds())
        let year: Int64 = 365 * 86_400_000
        let id = try scripts.track("booking.started", of: "u1", at: now, data: #"{"booking_id":"b1"}"#)
        let far = String(now.adding(milliseconds: year).milliseconds)
        try scripts.client.run("HSET", "crm_contact_\(id)", "last_activity", now.adding(milliseconds: year).iso8601)
        for list in ["contacts_recent", "bookings_open", "status_hot_lead_booking_in_progress"] {
            try scripts.client.run("ZADD", "crm_index_\(list)", far, id)
        }
        try scripts.client.run("HSET", "crm_index_funnel_\(id)", "step_at", far, "closed_at", far, "completed_at", far)
        try scripts.track("booking.abandoned", of: "u1", at: now, data: #"{"booking_id":"b1"}"#)
        #expect(try scripts.summary(of: "u1")?["status"] == LeadStatus.bookingAbandoned.rawValue)
        #expect(try scripts.client.hash("crm_contact_\(id)")["last_activity"] == now.iso8601)
        #expect(try scripts.client.hash("crm_contact_\(id)")["last_action"] == "Abandoned booking")
    }

    @Test func `days that are older than their numbers are kept are not counted`() throws {
        let now = Timestamp(clamping: try scripts.milliseconds())
        let old = now.adding(milliseconds: -401 * 86_400_000)
        for (type, data) in [
            ("vehicle.viewed", #"{"vehicle_name":"Camry"}"#), ("search.performed", #"{"location":"Airport"}"#),
            ("booking.started", "{}"), ("booking.completed", #"{"total_amount":5}"#), ("booking.abandoned", "{}"),
        ] {
            try scripts.track(type, of: "u1", at: old, data: data, receivedAt: now)
        }
        #expect(try scripts.client.run("KEYS", "crm_stats_*").texts.isEmpty)
        #expect(try scripts.client.run("KEYS", "crm_index_moves_*").texts.isEmpty)
        #expect(try scripts.summary(of: "u1")?["bookings"] == "1")
        try scripts.track("page.viewed", of: "u1", at: now.adding(milliseconds: -399 * 86_400_000), receivedAt: now)
        #expect(try scripts.client.run("KEYS", "crm_stats_*").texts.count == 1)
    }
}
