extension Event {
    /// The `booking.abandoned` of a browser that fell silent, or that said at `leftAt` that it may be leaving and was
    /// silent since; made by the service.
    ///
    /// All receivers that watch one database make the same id of it, so it is applied once. `step` is what the last step
    /// was about, as ``Change`` remembers it. A step that is history is left `silence` milliseconds after it and not now:
    /// nobody can act on it, and the day's numbers are not those of today. Nil when the contact has neither id nor email.
    public convenience init?(
        abandonedBy contactID: String, customerID: String?, email: String?, lastStep: Timestamp, step: String,
        leftAt: Timestamp? = nil, silence: Int64, at now: Timestamp, ulid: ULID
    ) {
        let customer = Customer(id: customerID.flatMap { CustomerID($0) }, email: email.flatMap { Email($0) })
        guard customer.id != nil || customer.email != nil,
            let id = EventID("abandoned_\(contactID)_\(lastStep.milliseconds)")
        else { return nil }
        var text = step
        let (data, session, isHistory) = text.withUTF8 { bytes -> (BusinessData, BusinessData, Bool) in
            guard let json = try? JSONDocument.parse(bytes).root else { return (.empty, .empty, false) }
            return (
                BusinessData(json.member("event_data")), BusinessData(json.member("session")),
                json.member("history")?.kind == .true
            )
        }
        // By the browser's own clock: if the customer comes back, that has to be later, however wrong the clock is.
        let time = leftAt ?? (isHistory ? min(now, lastStep.adding(milliseconds: silence)) : now)
        self.init(
            type: .bookingAbandoned, id: id, ulid: ulid, time: time, receivedAt: now, customer: customer,
            data: leftAt == nil ? data : data.withReason("left"), session: session, source: .server,
            isHistory: isHistory && leftAt == nil)
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
