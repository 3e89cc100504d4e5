import CRM
import Testing

@testable import Inspection
@testable import Store

/// What is wrong with a record, judged without a Redis.
@Suite struct CheckingTests {
    private static let noon = 1_715_342_400_000
    private static let time = "2024-05-10T12:00:00.000Z"

    private static func contact(_ change: (inout ContactFacts) -> Void = { _ in }) -> ContactFacts {
        var facts = ContactFacts(
            id: "contact_1",
            fields: [
                "id": "contact_1", "email": "a@x.org", "customer_id": "u1", "created_at": time, "last_activity": time,
                "last_action": "Registered", "lead_source": "Website", "lead_status": "New Lead", "total_bookings": "2",
                "total_revenue": "450.00", "website_visits": "0",
            ], statuses: [.at(String(noon)), .absent, .absent, .absent])
        facts.emailOwner = .this
        facts.customerOwner = .this
        facts.recent = .at(String(noon))
        facts.revenue = .at("45000")
        facts.step = ContactFacts.Step()
        facts.counted = 2
        change(&facts)
        return facts
    }

    @Test func `a sound contact has nothing wrong`() {
        #expect(Self.contact().findings.isEmpty)
    }

    @Test(arguments: ["07", "1e3", "-1", " 1", "1.0", "", "9999999999999999"])
    func `a counter is digits without a leading zero, and exact in Lua`(text: String) {
        let findings = Self.contact { $0.fields["website_visits"] = text }.findings
        #expect(findings.map(\.kind) == [.contactField])
        #expect(findings.first?.isRepairable == false)
    }

    @Test(arguments: [("450", "450.00"), ("450.0", "450.00"), (" 450.00", "450.00"), ("0450.00", "450.00")])
    func `an amount that can be read gets its two digits`(text: String, right: String) {
        let findings = Self.contact { $0.fields["total_revenue"] = text }.findings
        #expect(findings.map(\.kind) == [.contactField])
        #expect(findings.first?.writes == [["HSET", "crm_contact_contact_1", "total_revenue", right]])
    }

    @Test func `revenue that cannot be derived is left to a person`() {
        let findings = Self.contact {
            $0.fields["total_revenue"] = "much"
            $0.revenue = .absent
        }.findings
        #expect(findings.map(\.kind) == [.contactField])
        #expect(findings.first?.isRepairable == false)
    }

    @Test func `a list of another type is not blamed on the contact`() {
        let facts = Self.contact {
            $0.recent = .unknown
            $0.revenue = .unknown
            $0.statuses = [.unknown, .unknown, .unknown, .unknown]
            $0.bookingsOpen = .unknown
            $0.bookingsLeaving = .unknown
            $0.step = nil
            $0.emailOwner = .unknown
            $0.customerOwner = .unknown
        }
        #expect(facts.findings.isEmpty)
    }

    @Test func `a contact in several lists stays in that of its status`() {
        let facts = Self.contact { $0.statuses = [.absent, .at("1"), .absent, .at("2")] }
        #expect(facts.findings.map(\.kind) == [.statusIndex])
        #expect(
            facts.findings.first?.writes == [
                ["ZREM", "crm_index_status_hot_lead_booking_in_progress", "contact_1"],
                ["ZREM", "crm_index_status_customer_active", "contact_1"],
                ["ZADD", "crm_index_status_new_lead", String(Self.noon), "contact_1"],
            ])
    }

    @Test func `an email in two records is for a person, one that leads to nobody is not`() {
        let both = Self.contact { $0.emailOwner = .other("contact_2", exists: true, claims: true) }
        #expect(both.findings.map(\.isRepairable) == [false])
        for owner in [
            ContactFacts.Owner.nobody, .other("contact_2", exists: false, claims: false),
            .other("contact_2", exists: true, claims: false),
        ] {
            let findings = Self.contact { $0.emailOwner = owner }.findings
            #expect(findings.map(\.writes) == [[["SET", "crm_contact_email_a@x.org", "contact_1"]]])
        }
    }

    @Test func `a customer id is not taken from a contact that exists`() {
        let facts = Self.contact { $0.customerOwner = .other("contact_2", exists: true, claims: false) }
        #expect(facts.findings.map(\.kind) == [.customerIndex])
        #expect(facts.findings.first?.isRepairable == false)
    }

    /// Status, member of `crm_index_bookings_open`, the funnel's step, and whether that is sound.
    private static let steps: [(LeadStatus, String?, String?, Bool)] = [
        (.bookingInProgress, "5", "5", true), (.bookingInProgress, "6", "5", false),
        (.bookingInProgress, nil, "5", false), (.bookingInProgress, "5", nil, false),
        (.bookingInProgress, nil, nil, false), (.newLead, nil, nil, true), (.newLead, "5", nil, false),
        // A late abandonment of another booking leaves this one in progress.
        (.bookingAbandoned, "5", "5", true), (.bookingAbandoned, nil, "x", false),
    ]

    @Test(arguments: steps)
    func `a booking in progress is known to the watch`(
        status: LeadStatus, listed: String?, step: String?, isSound: Bool
    ) {
        let facts = Self.contact {
            $0.fields["lead_status"] = status.rawValue
            $0.statuses = LeadStatus.allCases.map { $0 == status ? .at("5") : .absent }
            $0.bookingsOpen = listed.map { .at($0) } ?? .absent
            $0.step = .init(at: step)
        }
        #expect(facts.findings.map(\.kind) == (isSound ? [] : [.openBooking]))
        #expect(!facts.findings.contains { !$0.isRepairable })
    }

    /// Place in `crm_index_bookings_leaving`, the moment in the funnel, the last step, and whether that is sound.
    private static let leavings: [(Standing, String?, String?, Bool)] = [
        (.at("7"), "6", "5", true), (.absent, nil, "5", true), (.at("7"), nil, "5", false), (.absent, "6", "5", false),
        (.at("7"), "soon", "5", false), (.at("7"), "6", nil, false), (.unknown, "6", "5", true),
    ]

    @Test(arguments: leavings)
    func `a booking may be left while it is in progress, at a place and a time`(
        place: Standing, left: String?, step: String?, isSound: Bool
    ) {
        let findings = Self.contact {
            $0.bookingsOpen = step.map { .at($0) } ?? .absent
            $0.bookingsLeaving = place
            $0.step = .init(at: step, leavingAt: left)
        }.findings
        #expect(findings.map(\.kind) == (isSound ? [] : [.openBooking]))
        if !isSound {
            #expect(
                findings.map(\.writes) == [
                    [
                        ["ZREM", "crm_index_bookings_leaving", "contact_1"],
                        ["HDEL", "crm_index_funnel_contact_1", "leaving_at", "leaving_count"],
                    ]
                ])
        }
    }

    private static func task(_ change: (inout TaskFacts) -> Void = { _ in }) -> TaskFacts {
        let due = Standing.at(String(noon + 3_600_000))
        var facts = TaskFacts(
            id: "task_1",
            fields: [
                "id": "task_1", "contact_id": "contact_1", "type": "abandoned_booking", "title": "Call",
                "description": "Call", "priority": "urgent", "status": "open", "due_at": "2024-05-10T13:00:00.000Z",
                "created_at": time, "event_id": "e1", "booking": "b1",
            ], openBy: [due, .absent, .absent], closed: [.absent, .absent])
        facts.ofContact = .at(String(noon))
        facts.open = due
        facts.note = .text("task_1 \(noon)", isOpenOther: false)
        change(&facts)
        return facts
    }

    @Test func `a sound task has nothing wrong, open or closed`() {
        #expect(Self.task().findings.isEmpty)
        let closed = Self.task {
            $0.fields["status"] = "done"
            $0.fields["closed_at"] = Self.time
            $0.fields["closed_reason"] = "done"
            $0.open = .absent
            $0.openBy = [.absent, .absent, .absent]
            $0.closed = [.at(String(Self.noon)), .absent]
            $0.note = .nothing
        }
        #expect(closed.findings.isEmpty)
    }

    @Test func `a due time follows from the list, else from the type`() {
        let listed = Self.task { $0.fields["due_at"] = nil }
        #expect(listed.findings.map(\.writes) == [[["HSET", "crm_task_task_1", "due_at", "2024-05-10T13:00:00.000Z"]]])
        let derived = Self.task {
            $0.fields["due_at"] = nil
            $0.open = .absent
        }
        #expect(derived.findings.map(\.writes) == listed.findings.map(\.writes))
    }

    @Test func `a task of nobody goes with all its places`() {
        let facts = Self.task { $0.contactExists = false }
        #expect(facts.findings.map(\.kind) == [.orphan])
        #expect(
            facts.findings.first?.writes == [
                ["UNLINK", "crm_task_task_1"], ["ZREM", "crm_index_tasks_open", "task_1"],
                ["ZREM", "crm_index_tasks_open_urgent", "task_1"], ["ZREM", "crm_index_tasks_contact_1", "task_1"],
            ])
    }

    @Test func `two open tasks about one booking are for a person, a stale note is not`() {
        let two = Self.task { $0.note = .text("task_2 5", isOpenOther: true) }
        #expect(two.findings.map(\.kind) == [.doubleTask])
        #expect(two.findings.first?.isRepairable == false)
        let stale = Self.task { $0.note = .text("task_2 5", isOpenOther: false) }
        #expect(stale.findings.map(\.kind) == [.funnel])
        #expect(stale.findings.first?.isRepairable == true)
    }

    private static func entry(_ changed: (String) -> String = { $0 }) -> String {
        changed(
            #"{"id":"activity_1","contact_id":"contact_1","type":"page.viewed","description":"Viewed","#
                + #""timestamp":"\#(time)","event_id":"e1","data":{"page":"/"},"session":{},"source":"server"}"#)
    }

    private static func judge(_ member: String, at score: Int = noon) -> [Finding] {
        TimelineEntry(contact: "contact_1", member: member, score: String(score)).findings()
    }

    @Test func `a sound entry of a timeline has nothing wrong`() {
        #expect(Self.judge(Self.entry()).isEmpty)
    }

    @Test(arguments: [
        ("\"id\":\"activity_1\",", ""), ("contact_1", "contact_2"), ("page.viewed", "page.eaten"),
        (".000Z", "Z"), ("\"data\":{\"page\":\"/\"}", "\"data\":[]"), ("\"e1\"", "1"),
        ("\"id\":\"activity_1\",\"contact_id\":\"contact_1\"", "\"contact_id\":\"contact_1\",\"id\":\"activity_1\""),
    ])
    func `an entry that lacks something or has it at another place is for a person`(part: String, other: String) {
        let findings = Self.judge(Self.entry { $0.replacing(part, with: other) })
        #expect(findings.map(\.kind) == [.timeline])
        #expect(findings.first?.isRepairable == false)
    }

    @Test func `an entry that is no line of JSON goes, one at another time is moved`() {
        for member in ["", "{", "[]", "1", Self.entry { $0.replacing(",\"event_id\"", with: ",\n\"event_id\"") }] {
            #expect(Self.judge(member).map(\.writes) == [[["ZREM", "crm_activity_contact_1", member]]])
        }
        let moved = Self.judge(Self.entry(), at: 5)
        #expect(moved.map(\.writes) == [[["ZADD", "crm_activity_contact_1", String(Self.noon), Self.entry()]]])
    }

    @Test func `a name tells what a key holds`() {
        let places: [(String, KeyPlace?)] = [
            ("crm_contact_contact_1", .contact("contact_1")), ("crm_contact_email_a@x.org", .email("a@x.org")),
            ("crm_contact_email_contact_1", .email("contact_1")), ("crm_contact_foo", .strange),
            ("crm_activity_contact_1", .timeline("contact_1")), ("crm_activity_x", .strange),
            ("crm_task_task_1", .task("task_1")), ("crm_task_urgent", .strange), ("crm_event_x", .event),
            ("crm_index_customer_contact_1", .customer("contact_1")),
            ("crm_index_customers_contact_1", .customers("contact_1")), ("crm_index_tasks_open", .taskList),
            ("crm_index_emails_contact_1", .emails("contact_1")), ("crm_index_named_vehicles_2024-05", .named),
            ("crm_index_named_locations_2024-05", .named),
            ("crm_index_tasks_open_urgent", .taskList), ("crm_index_tasks_open_later", .strange),
            ("crm_index_tasks_contact_1", .tasksOfContact("contact_1")), ("crm_index_bookings_open", .contactList),
            ("crm_index_bookings_leaving", .contactList),
            ("crm_index_bookings_contact_1", .bookings("contact_1")), ("crm_index_status_new_lead", .contactList),
            ("crm_index_status_old_lead", .strange), ("crm_index_vehicles_contact_1", .vehicles("contact_1")),
            ("crm_index_funnel_contact_1", .funnel("contact_1")), ("crm_stats_2024-05-10", .day),
            ("crm_stats_2024-5-10", .strange), ("crm_stats_vehicles_2024-05", .ranking),
            ("crm_stats_vehicles_2024-05-10", .strange), ("crm_index_moves_2024-05-10", .moves),
            ("crm_index_erasure_salt", .tombstone), ("crm_index_erased_0a", .tombstone), ("crm_", .strange),
            ("other", nil),
        ]
        for (key, place) in places { #expect(KeyPlace(key) == place, "\(key)") }
    }

    @Test func `the numbers of a day are whole, and add up`() {
        func kinds(_ fields: [String: String]) -> [Bool] {
            Expiring.wrong("crm_stats_2024-05-10", fields, true).map(\.isRepairable)
        }
        #expect(kinds(["events": "3", "events:page.viewed": "2", "events:customer.login": "1"]) == [])
        #expect(kinds(["events": "4", "events:page.viewed": "2", "events:customer.login": "1"]) == [false])
        #expect(kinds(["events": "x", "events:page.viewed": "2"]) == [true])
        #expect(kinds(["events": "2", "events:page.viewed": "x"]) == [false])
        #expect(kinds(["revenue_cents": "1.5"]) == [false])
    }
}
