import Store
import CRM

/// One contact as it was seen: its hash, and where it stands in every index.
struct ContactFacts {
    /// Whom the key of an email or of a customer id names.
    enum Owner: Equatable {
        /// Nobody.
        case nobody
        /// This contact.
        case this
        /// Another one; whether that exists, and has the same email or id.
        case other(String, exists: Bool, claims: Bool)
        /// The key holds another type.
        case unknown
    }

    let id: String
    var fields: [String: String]
    var emailOwner = Owner.nobody
    var customerOwner = Owner.nobody
    var recent = Standing.absent
    var revenue = Standing.absent
    /// In the order of ``LeadStatus``.
    var statuses: [Standing]
    var bookingsOpen = Standing.absent
    var bookingsLeaving = Standing.absent
    /// What the funnel says about the booking in progress; `nil` where its key holds another type.
    var step: Step?
    /// How many booking ids were counted.
    var counted: Int64 = 0
    /// Whether there is a list of all the contact's customer ids, and whether the present one is in it.
    var hasCustomers = false
    var customersHavePresent = false

    /// The booking in progress.
    struct Step: Equatable {
        var at: String?
        var hasDetails = false
        /// Whether the booking is among those that were counted: then it is over.
        var isCounted = false
        /// When its browser said that it may be leaving.
        var leavingAt: String?
    }

    var key: String { Keys.contact(id) }

    /// Everything that is wrong with it.
    var findings: [Finding] {
        identity + numbers + times + revenueFindings + statusFindings + bookingFindings + leavingFindings
            + emailFindings + customerFindings
    }

    func set(_ name: String, _ value: String) -> [String] { ["HSET", key, name, value] }

    /// When it was last active, as far as anything tells.
    var lastActive: Timestamp? {
        StoredValue.time(fields["last_activity"])?.value
            ?? recent.score.flatMap { Timestamp(milliseconds: $0) } ?? StoredValue.time(fields["created_at"])?.value
    }

    // MARK: Fields

    private var identity: [Finding] {
        var found: [Finding] = []
        if fields["id"] != id {
            found.append(
                .repair(.contactField, key, "its id is \(fields["id"] ?? "missing")", "writes the id", set("id", id)))
        }
        for field in Rules.newContact where fields[field.name] == nil && !Self.derived.contains(field.name) {
            found.append(
                .repair(
                    .contactField, key, "\(field.name) is missing", "writes \(field.value)",
                    set(field.name, field.value)))
        }
        if let source = Rules.newContact.first(where: { $0.name == "lead_source" })?.value,
            let other = fields["lead_source"], other != source
        {
            found.append(
                .repair(
                    .contactField, key, "lead_source is \(other)", "writes \(source)", set("lead_source", source)))
        }
        if fields["last_action"] == nil {
            found.append(
                .person(.contactField, key, "last_action is missing", "nothing: the contact's next event writes it"))
        }
        if fields["email"] == nil, fields["customer_id"] == nil {
            found.append(
                .person(
                    .contactField, key, "has neither an email nor a customer id, so no event can reach it",
                    "give it one, or erase it"))
        }
        return found
    }

    /// Fields that follow from what else is kept, if they are missing.
    private static let derived: Set<String> = ["total_bookings", "total_revenue"]

    private var numbers: [Finding] {
        var found: [Finding] = []
        for (name, _) in Rules.newContact where !["lead_source", "total_revenue"].contains(name) {
            if let text = fields[name], StoredValue.count(text) == nil {
                found.append(
                    .person(
                        .contactField, key, "\(name) is \(text), not a whole number",
                        "write the number; until then events that count there are refused"))
            }
        }
        let bookings = fields["total_bookings"]
        if bookings == nil {
            found.append(
                .repair(
                    .contactField, key, "total_bookings is missing", "writes \(counted), as many as were counted by id",
                    set("total_bookings", String(counted))))
        } else if let count = StoredValue.count(bookings), count < counted {
            found.append(
                .repair(
                    .bookingCount, key, "total_bookings is \(count), and \(counted) were counted by their id",
                    "writes \(counted)", set("total_bookings", String(counted))))
        }
        if let text = fields["estimated_deal_value"] {
            found += amount("estimated_deal_value", text, otherwise: "write the amount, or delete the field")
        }
        return found
    }

    private func amount(_ name: String, _ text: String, otherwise todo: String) -> [Finding] {
        guard let cents = StoredValue.cents(text) else {
            return [.person(.contactField, key, "\(name) is \(text), not an amount", todo)]
        }
        guard !cents.isExact, let money = Money(cents: cents.value)?.description else { return [] }
        return [
            .repair(
                .contactField, key, "\(name) is \(text), not an amount with two digits", "writes \(money)",
                set(name, money))
        ]
    }

    private var times: [Finding] {
        var found: [Finding] = []
        for name in ["created_at", "last_activity"] {
            let time = StoredValue.time(fields[name])
            if time?.isExact == true { continue }
            let problem = "\(name) is \(fields[name] ?? "missing"), not a time such as \(Timestamp.earliest)"
            let known = name == "last_activity" ? recent.score.flatMap { Timestamp(milliseconds: $0) } : nil
            if let right = time?.value ?? known {
                found.append(
                    .repair(.contactField, key, problem, "writes \(right)", set(name, right.iso8601)))
            } else {
                found.append(.person(.contactField, key, problem, "write the time"))
            }
        }
        if let time = StoredValue.time(fields["last_activity"])?.value, recent.differs(from: time.milliseconds) {
            found.append(
                .repair(
                    .recentIndex, key, "is not at its last activity in \(Keys.recent)", "puts it there",
                    ["ZADD", Keys.recent, String(time.milliseconds), id]))
        }
        return found
    }

    private var revenueFindings: [Finding] {
        guard let text = fields["total_revenue"] else {
            let cents = max(0, revenue.score ?? 0)
            let money = Money(cents: cents)?.description ?? "0.00"
            return [
                .repair(
                    .contactField, key, "total_revenue is missing", "writes \(money), as \(Keys.revenue) has it",
                    set("total_revenue", money))
            ]
        }
        guard let cents = StoredValue.cents(text)?.value else {
            let problem = "total_revenue is \(text), not an amount"
            if let known = revenue.score, let money = Money(cents: known)?.description {
                return [
                    .repair(
                        .contactField, key, problem, "writes \(money), as \(Keys.revenue) has it",
                        set("total_revenue", money))
                ]
            }
            return [.person(.contactField, key, problem, "write the amount: nothing else that is kept tells it")]
        }
        let found = amount("total_revenue", text, otherwise: "")
        if cents > 0, revenue.differs(from: cents) {
            return found + [
                .repair(
                    .revenueIndex, key, "is not at \(cents) cents in \(Keys.revenue)", "puts it there",
                    ["ZADD", Keys.revenue, String(cents), id])
            ]
        }
        if cents == 0, revenue.isMember {
            return found + [
                .repair(
                    .revenueIndex, key, "has no revenue and stands in \(Keys.revenue)", "takes it out",
                    ["ZREM", Keys.revenue, id])
            ]
        }
        return found
    }

    // MARK: Status

    private var statusFindings: [Finding] {
        let text = fields["lead_status"]
        let places = zip(LeadStatus.allCases, statuses).filter { $1.isMember }.map(\.0)
        guard let status = text.flatMap(LeadStatus.init(rawValue:)) else { return unknownStatus(text, places) }
        var writes = places.filter { $0 != status }.map { ["ZREM", Keys.status($0.slug), id] }
        var problem = "is \(status.rawValue), and stands in the lists of: "
        problem += places.isEmpty ? "none" : places.map(\.rawValue).joined(separator: ", ")
        if own(status) == .absent {
            guard let time = lastActive else { return [] }
            writes.append(["ZADD", Keys.status(status.slug), String(time.milliseconds), id])
        }
        if writes.isEmpty { return [] }
        return [
            Finding(
                kind: .statusIndex, key: key, problem: problem, remedy: .repair("leaves it in its own alone", writes))
        ]
    }

    func own(_ status: LeadStatus) -> Standing {
        LeadStatus.allCases.firstIndex(of: status).map { statuses[$0] } ?? .unknown
    }

    private func unknownStatus(_ text: String?, _ places: [LeadStatus]) -> [Finding] {
        let problem = text.map { "lead_status is \($0), which is none" } ?? "lead_status is missing"
        if places.count == 1 {
            return [
                .repair(
                    .leadStatus, key, problem, "writes \(places[0].rawValue), in whose list it stands",
                    set("lead_status", places[0].rawValue))
            ]
        }
        if text == nil, places.isEmpty, let time = lastActive {
            let first = Rules.firstStatus
            return [
                .repair(
                    .leadStatus, key, problem, "writes \(first.rawValue)", set("lead_status", first.rawValue),
                    ["ZADD", Keys.status(first.slug), String(time.milliseconds), id])
            ]
        }
        let names = LeadStatus.allCases.map(\.rawValue).joined(separator: ", ")
        return [.person(.leadStatus, key, problem, "write one of: \(names)")]
    }
}
