import Text

extension Event {
    /// How far a sender's clock may run ahead of ours before its times are set back, in milliseconds.
    public static let clockTolerance: Int64 = 5 * 60_000
    /// How long after `sent_at` an event may arrive before that means a clock that is behind and not a slow network, in
    /// milliseconds: correcting every delay would put two events that overtook each other into the wrong order.
    static let networkTolerance: Int64 = 10_000
    /// Longest time for which an event may wait whether its customer does more, in milliseconds.
    static let maxIdleWait: Int64 = 60_000

    /// Reads one event of the wire format.
    ///
    /// - Parameter isQueued: it was accepted before and comes back from the queue.
    /// - Throws: the first reason for which it is refused.
    public convenience init(_ json: JSONValue, arrival: Arrival, isQueued: Bool = false) throws(Rejection) {
        guard json.kind == .object else { throw .wrongShape(field: "", expected: "a JSON object") }
        let members = EventMembers(json)
        let type = try Self.type(members.type)
        let customer = try Customer(Self.object(members.customer, "customer"))
        guard customer.id != nil || customer.email != nil else { throw .customerRequired }
        let data = try Self.object(members.data, "event_data")
        // What is queued was accepted, by the rules of its day.
        if !isQueued { try Self.checkAmounts(data, of: type) }
        let time = try Self.time(members, arrival: arrival)
        self.init(
            type: type, id: try Self.id(members.id, arrival: arrival), ulid: arrival.ulid, time: time,
            receivedAt: arrival.receivedAt, customer: customer,
            data: data.map(BusinessData.init) ?? .empty,
            session: try Self.object(members.session, "session").map(BusinessData.init) ?? .empty,
            source: arrival.source, idleFor: try Self.idleFor(members.idleFor, type))
    }

    private static func type(_ value: JSONValue?) throws(Rejection) -> EventType {
        guard let value, !value.isNull else { throw .unknownEventType }
        guard value.kind == .string else { throw .wrongShape(field: "event_type", expected: "a string") }
        guard let type = value.piece.withPlainText({ EventType(wireName: $0) }) else { throw .unknownEventType }
        return type
    }

    private static func id(_ value: JSONValue?, arrival: Arrival) throws(Rejection) -> EventID {
        if let value, !value.isNull {
            guard let id = EventID(json: value) else { throw .badEventID }
            return id
        }
        if let key = arrival.idempotencyKey {
            guard let id = EventID(key) else { throw .badEventID }
            return id
        }
        return EventID(arrival.ulid)
    }

    private static func object(_ value: JSONValue?, _ name: StaticString) throws(Rejection) -> JSONValue? {
        guard let value, !value.isNull else { return nil }
        guard value.kind == .object else { throw .wrongShape(field: "\(name)", expected: "a JSON object") }
        return value
    }

    private static func time(_ members: EventMembers, arrival: Arrival) throws(Rejection) -> Timestamp {
        guard var time = try timestamp(members.timestamp, "timestamp") else {
            if arrival.isArchived { throw .badTimestamp(field: "timestamp") }
            return arrival.receivedAt
        }
        if !arrival.isArchived, let sentAt = try timestamp(members.sentAt, "sent_at") {
            let skew = arrival.receivedAt.milliseconds(since: sentAt)
            // What arrives before it was sent tells of a clock that is ahead: no network is that fast.
            if skew < 0 || skew > networkTolerance { time = Timestamp(clamping: time.milliseconds + skew) }
        }
        let latest = arrival.receivedAt.adding(milliseconds: clockTolerance)
        return time > latest ? arrival.receivedAt : time
    }

    private static func idleFor(_ value: JSONValue?, _ type: EventType) throws(Rejection) -> Int64? {
        guard let value, !value.isNull else { return nil }
        guard type == .bookingAbandoned, let seconds = value.numberText.flatMap({ Double($0) }), seconds > 0,
            seconds * 1000 <= Double(maxIdleWait)
        else { throw .badIdleTime }
        return max(1, Int64((seconds * 1000).rounded()))
    }

    private static func timestamp(_ value: JSONValue?, _ name: StaticString) throws(Rejection) -> Timestamp? {
        guard let value, !value.isNull else { return nil }
        guard let time = Timestamp(json: value) else { throw .badTimestamp(field: "\(name)") }
        return time
    }
}

/// What stands in an event; of a name that repeats, the last one.
private struct EventMembers {
    private(set) var type, id, timestamp, sentAt, idleFor: JSONValue?
    private(set) var customer, data, session: JSONValue?

    init(_ json: JSONValue) {
        json.withMembers { name, value in
            switch name {
            case "event_type": type = value
            case "event_id": id = value
            case "timestamp": timestamp = value
            case "sent_at": sentAt = value
            case "if_idle_for": idleFor = value
            case "customer": customer = value
            case "event_data": data = value
            case "session": session = value
            default: break
            }
        }
    }
}

/// What stands in a customer; of a name that repeats, the last one.
private struct CustomerMembers {
    private(set) var id, email, name, firstName, lastName, phone, signature: JSONValue?

    init(_ json: JSONValue?) {
        json?.withMembers { key, value in
            switch key {
            case "id": id = value
            case "email": email = value
            case "name": name = value
            case "first_name": firstName = value
            case "last_name": lastName = value
            case "phone": phone = value
            case "signature": signature = value
            default: break
            }
        }
    }
}

extension Customer {
    /// Bytes that a signature may have as JSON text; it is 64 hexadecimal digits.
    static let maxSignatureBytes = 256

    init(_ json: JSONValue?) throws(Rejection) {
        let members = CustomerMembers(json)
        id = try Self.present(members.id).flatMap { Self.isPlaceholder($0) ? nil : $0 }.map {
            (value) throws(Rejection) in
            guard let id = CustomerID(json: value) else { throw .badCustomerID }
            return id
        }
        email = try Self.present(members.email).map { (value) throws(Rejection) in
            guard let email = value.string.flatMap({ Email($0) }) else { throw .badEmail }
            return email
        }
        let name = Self.text(members.name)
        let space = name?.utf8.firstIndex(of: .space)
        firstName = Self.text(members.firstName) ?? name.map { String($0[..<(space ?? $0.endIndex)]) }
        lastName =
            Self.text(members.lastName)
            ?? name.flatMap { name in space.flatMap { BusinessData.label(String(name[$0...])) } }
        phone = Self.text(members.phone, masked: Masking.phone)
        // A longer text is none, and would be kept with the event.
        signature = members.signature.flatMap { $0.raw.count <= Self.maxSignatureBytes ? $0.string : nil }
    }

    /// What programs send for nobody: as an id it would make one contact of all guests.
    private static func isPlaceholder(_ id: JSONValue) -> Bool {
        switch id.string ?? id.numberText {
        case "0", "undefined", "null", "NaN", "[object Object]": true
        default: false
        }
    }

    /// An empty or null value says nothing.
    private static func present(_ value: JSONValue?) -> JSONValue? {
        guard let value, !value.isBlank else { return nil }
        return value
    }

    private static func text(_ value: JSONValue?, masked: (String) -> String = Masking.text) -> String? {
        guard let value, let text = value.string ?? value.numberText else { return nil }
        return BusinessData.label(masked(text))
    }
}
