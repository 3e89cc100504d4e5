/// One field of an event: one row of the reference.
package struct EventField: Sendable {
    /// As a path from the event.
    package let name: String
    package let meaning: String

    private init(_ name: String, _ meaning: String) { (self.name, self.meaning) = (name, meaning) }

    /// All fields that an event may have.
    package static let all = [
        EventField("event_type", "Required; one of the types below."),
        EventField(
            "event_id",
            "At most \(EventID.maxLength) characters; the same id of the same kind of sender is applied once. The "
                + "Idempotency-Key header stands in for it."),
        EventField("timestamp", "ISO 8601 or epoch milliseconds, from the year 2000 on; now unless given."),
        EventField("sent_at", "The sender's clock when it sent the event; corrects a wrong clock."),
        EventField(
            "if_idle_for",
            "For booking.abandoned alone: seconds, at most \(Event.maxIdleWait / 1000). The event applies only if the "
                + "customer does nothing later for so long."),
        EventField(
            "customer.id",
            "The website's own id, at most \(CustomerID.maxLength) characters. An event needs customer.id or "
                + "customer.email."),
        EventField("customer.email", "One address."),
        EventField("customer.name", "Split at the first space into first and last name."),
        EventField("customer.first_name", "Instead of customer.name."),
        EventField("customer.last_name", "Instead of customer.name."),
        EventField("customer.phone", "As the customer wrote it."),
        EventField("customer.signature", "Proof of the id or email, where IDENTITY_SECRET is set."),
        EventField("event_data", "Business data about the event: scalars."),
        EventField("session", "Business data about the visit, such as session_id: scalars."),
    ]
}
