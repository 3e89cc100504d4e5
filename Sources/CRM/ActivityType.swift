/// What a timeline may hold beside events: what people at the desk did.
public enum ActivityType: String, CaseIterable, Sendable {
    /// A person set the lead status.
    case statusSet = "contact.status_set"

    /// Whether an entry of a timeline may have this type.
    public static func isKnown(_ type: String) -> Bool {
        EventType(rawValue: type) != nil || ActivityType(rawValue: type) != nil
    }
}
