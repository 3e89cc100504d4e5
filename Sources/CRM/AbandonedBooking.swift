extension Event {
    /// The `booking.abandoned` of a browser that fell silent, made by the service.
    ///
    /// All receivers that watch one database make the same id of it, so it is applied once. `step` is what the last step
    /// was about, as ``Change`` remembers it. Nil when the contact has neither id nor email.
    public convenience init?(
        abandonedBy contactID: String, customerID: String?, email: String?, lastStep: Timestamp, step: String,
        at now: Timestamp, ulid: ULID
    ) {
        let customer = Customer(id: customerID.flatMap { CustomerID($0) }, email: email.flatMap { Email($0) })
        guard customer.id != nil || customer.email != nil,
            let id = EventID("abandoned_\(contactID)_\(lastStep.milliseconds)")
        else { return nil }
        var text = step
        let (data, session) = text.withUTF8 { bytes -> (BusinessData, BusinessData) in
            guard let json = try? JSONDocument.parse(bytes).root else { return (.empty, .empty) }
            return (BusinessData(json.member("event_data")), BusinessData(json.member("session")))
        }
        self.init(
            type: .bookingAbandoned, id: id, ulid: ulid, time: now, receivedAt: now, customer: customer, data: data,
            session: session, source: .server)
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
