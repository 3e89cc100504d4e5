import Text

extension Event {
    /// The `booking.abandoned` of a browser that fell silent, or that said that it may be leaving and was silent since;
    /// made by the service.
    ///
    /// It is a guess, so it is dated at its evidence, the last step: whatever is later about that booking undoes it.
    /// Any number of receivers may make one; ``Change/expectation`` has one of them applied. `step` is what the last
    /// step was about, as ``Change`` remembers it. Nil when the contact has neither id nor email.
    public convenience init?(
        abandonedBy customerID: String?, email: String?, lastStep: Timestamp, step: String, hasLeft: Bool,
        at now: Timestamp, ulid: ULID
    ) {
        let customer = Customer(id: customerID.flatMap { CustomerID($0) }, email: email.flatMap { Email($0) })
        guard customer.id != nil || customer.email != nil else { return nil }
        var text = step
        let (data, session, isHistory) = text.withUTF8 { bytes -> (BusinessData, BusinessData, Bool) in
            guard let json = try? JSONDocument.parse(bytes).root else { return (.empty, .empty, false) }
            return (
                BusinessData(json.member("event_data")), BusinessData(json.member("session")),
                json.member("history")?.kind == .true
            )
        }
        self.init(
            type: .bookingAbandoned, id: EventID(ulid), ulid: ulid, time: lastStep, receivedAt: now,
            customer: customer, data: hasLeft ? data.withReason("left") : data, session: session, source: .server,
            isHistory: isHistory && !hasLeft)
    }
}

extension BusinessData {
    /// The same with one more field, `reason`.
    fileprivate func withReason(_ reason: StaticString) -> BusinessData {
        var json = Array(json.dropLast())
        json.appendJSON(raw: isEmpty ? "\"reason\":\"" : ",\"reason\":\"")
        json.appendJSON(raw: reason)
        json.appendJSON(raw: "\"}")
        return json.withUnsafeBufferPointer { bytes in
            (try? JSONDocument.parse(bytes)).map { BusinessData($0.root) } ?? self
        }
    }
}

extension Customer {
    /// Somebody of whom nothing but the name in the website or the address is told.
    init(id: CustomerID?, email: Email?) {
        self.id = id
        self.email = email
        firstName = nil
        lastName = nil
        phone = nil
        signature = nil
    }
}
