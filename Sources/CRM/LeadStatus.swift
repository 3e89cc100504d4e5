/// How far a contact has come. A contact is in exactly one status.
///
/// The original design spelled one of them in two ways; `Hot Lead - Abandoned` is the one that is stored.
public enum LeadStatus: String, CaseIterable, Sendable {
    /// Known, and no booking begun.
    case newLead = "New Lead"
    /// In the booking funnel now.
    case bookingInProgress = "Hot Lead - Booking In Progress"
    /// Left the funnel without booking.
    case bookingAbandoned = "Hot Lead - Abandoned"
    /// Has booked.
    case customer = "Customer - Active"

    /// The name in keys and URLs.
    public var slug: String {
        switch self {
        case .newLead: "new_lead"
        case .bookingInProgress: "hot_lead_booking_in_progress"
        case .bookingAbandoned: "hot_lead_abandoned"
        case .customer: "customer_active"
        }
    }
}
