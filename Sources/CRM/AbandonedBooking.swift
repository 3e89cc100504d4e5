extension Event {
    /// The `booking.abandoned` of a browser that fell silent, made by the service.
    ///
    /// All receivers that watch one database make the same id of it, so it is applied once. `step` is what the last step
    /// was about, as ``Change`` remembers it. A step that is history is left `silence` milliseconds after it and not now:
    /// nobody can act on it, and the day's numbers are not those of today. Nil when the contact has neither id nor email.
    public convenience init?(
        abandonedBy contactID: String, customerID: String?, email: String?, lastStep: Timestamp, step: String,
        silence: Int64, at now: Timestamp, ulid: ULID
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
        self.init(
            type: .bookingAbandoned, id: id, ulid: ulid,
            time: isHistory ? min(now, lastStep.adding(milliseconds: silence)) : now, receivedAt: now,
            customer: customer, data: data, session: session, source: .server, isHistory: isHistory)
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
