import Foundation
import TestSupport

/// Compares all that Redis holds with all that was acknowledged.
struct Check {
    private(set) var lost = 0
    private(set) var doubled = 0
    /// Other differences, for people.
    private(set) var wrong: [String] = []
    private(set) var customers = 0
    private(set) var tasks = 0
    private(set) var cents = 0
    private(set) var bookings = 0

    /// Whether there is none.
    var isClean: Bool { lost == 0 && doubled == 0 && wrong.isEmpty }

    private let redis: RedisClient

    init(_ redis: RedisClient, _ customers: [Customer]) throws {
        self.redis = redis
        redis.setDeadline(seconds: 60)
        for customer in customers { try check(customer) }
        try checkSums(customers)
    }

    private mutating func expect(_ found: String?, _ expected: String?, _ what: String) {
        if found != expected { wrong.append("\(what) is \(found ?? "absent") and should be \(expected ?? "absent")") }
    }

    private mutating func check(_ customer: Customer) throws {
        guard !customer.events.isEmpty else { return }
        customers += 1
        guard let id = try redis.run("GET", "crm_index_customer_\(customer.id)").text else {
            lost += customer.events.count
            return
        }
        expect(try redis.run("GET", "crm_contact_email_\(customer.email)").text, id, "contact of \(customer.email)")
        let contact = try redis.hash("crm_contact_\(id)")
        for (field, value) in customer.fields { expect(contact[field], value, "\(customer.id) \(field)") }
        try checkTimeline(customer, id, contact)
        let viewed = try redis.sortedSet("crm_index_vehicles_\(id)").map { ($0.member, Int($0.score)) }
        if Dictionary(viewed, uniquingKeysWith: +) != customer.views {
            wrong.append("\(customer.id) views are \(viewed)")
        }
        try checkIndexes(customer, id)
        var found: [String: Int] = [:]
        for task in try redis.run("ZRANGE", "crm_index_tasks_\(id)", "0", "-1").texts {
            let hash = try redis.hash("crm_task_\(task)")
            found["\(hash["type"] ?? "") \(hash["status"] ?? "")", default: 0] += 1
            tasks += 1
        }
        let expected = customer.tasks.filter { $0.value > 0 }
        if found != expected { wrong.append("\(customer.id) tasks are \(found) and should be \(expected)") }
    }

    private mutating func checkTimeline(_ customer: Customer, _ id: String, _ contact: [String: String]) throws {
        let entries = try redis.run("ZRANGE", "crm_activity_\(id)", "0", "-1").texts.map { try JSON(parsing: $0) }
        let ids = entries.compactMap { $0["event_id"]?.string }
        let missing = Set(customer.events).subtracting(ids)
        lost += missing.count
        doubled += ids.count - Set(ids).count
        if !missing.isEmpty || ids.count != Set(ids).count {
            wrong.append("\(customer.id): missing \(missing.sorted()), \(ids.count) entries, \(Set(ids).count) events")
        } else if ids != customer.events {
            let index = zip(ids, customer.events).enumerated().first { $0.element.0 != $0.element.1 }
            wrong.append("\(customer.id): the order is wrong at \(String(describing: index))")
        }
        expect(contact["last_action"], entries.last?["description"]?.string, "\(customer.id) last_action")
    }

    private mutating func checkIndexes(_ customer: Customer, _ id: String) throws {
        let slugs = [
            "New Lead": "new_lead", "Hot Lead - Booking In Progress": "hot_lead_booking_in_progress",
            "Hot Lead - Abandoned": "hot_lead_abandoned", "Customer - Active": "customer_active",
        ]
        for (status, slug) in slugs {
            let isIn = try redis.run("ZSCORE", "crm_index_status_\(slug)", id).text != nil
            expect("\(isIn)", "\(customer.fields["lead_status"] == status)", "\(customer.id) in status \(slug)")
        }
        let isOpen = try redis.run("ZSCORE", "crm_index_bookings_open", id).text != nil
        expect("\(isOpen)", "\(customer.isBooking)", "\(customer.id) among the bookings in progress")
    }

    private mutating func checkSums(_ all: [Customer]) throws {
        var days: [String: Int] = [:]
        for key in try redis.run("KEYS", "crm_stats_2*").texts {
            for (name, value) in try redis.hash(key) { days[name, default: 0] += Int(value) ?? 0 }
        }
        func sum(_ value: (Customer) -> Int) -> Int { all.reduce(0) { $0 + value($1) } }
        (bookings, cents) = (sum(\.bookings), sum(\.cents))
        let expected = [
            "events": sum { $0.events.count }, "bookings": bookings, "revenue_cents": cents,
            "contacts_created": customers, "tasks_created": sum(\.tasksCreated),
        ]
        for (name, value) in expected { expect(days[name].map { "\($0)" }, "\(value)", "statistics of \(name)") }
        for (kind, counts) in [("vehicles", all.map(\.views)), ("locations", all.map(\.searches))] {
            var found: [String: Int] = [:]
            for key in try redis.run("KEYS", "crm_stats_\(kind)_*").texts {
                for entry in try redis.sortedSet(key) { found[entry.member, default: 0] += Int(entry.score) }
            }
            let expected = counts.reduce(into: [String: Int]()) { $0.merge($1, uniquingKeysWith: +) }
            if found != expected { wrong.append("\(kind) are \(found) and should be \(expected)") }
        }
        // Nothing of an event that was applied by half, such as a second contact.
        let contacts = try redis.run("KEYS", "crm_contact_contact_*").texts.count
        expect("\(contacts)", "\(customers)", "number of contacts")
        expect(try redis.run("GET", "crm_half").text, nil, "the half-written key")
    }
}
