import Text

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
    /// Somebody has reached the customer.
    case contacted = "Contacted"
    /// The customer wants to book, says somebody who asked.
    case qualified = "Qualified"
    /// The customer does not want to book.
    case notInterested = "Lost - Not Interested"

    /// Who sets a status.
    public enum Setter: String, Sendable {
        /// The rules, from what customers do.
        case events
        /// A person.
        case people
        /// Both.
        case both
    }

    /// The name in keys and URLs: ``rawValue`` in lower case, with an underscore for each run of other characters. The
    /// scripts derive it in the same way. Written out: deriving it took 3,000 instructions of an event.
    public var slug: String {
        switch self {
        case .newLead: "new_lead"
        case .bookingInProgress: "hot_lead_booking_in_progress"
        case .bookingAbandoned: "hot_lead_abandoned"
        case .customer: "customer_active"
        case .contacted: "contacted"
        case .qualified: "qualified"
        case .notInterested: "lost_not_interested"
        }
    }

    /// Who sets it.
    public var setter: Setter {
        switch self {
        case .newLead, .customer: .both
        case .bookingInProgress, .bookingAbandoned: .events
        case .contacted, .qualified, .notInterested: .people
        }
    }

    /// Whether nobody has to win the contact back any more, so that setting it cancels the tasks for that.
    public var endsFollowUp: Bool { self == .notInterested }

    /// Those that a person may set.
    public static let settable = allCases.filter { $0.setter != .events }

    /// The status of this name or slug, in either case.
    public init?(named text: String) {
        let wish = text.lowercased()
        guard let status = Self.allCases.first(where: { [$0.slug, $0.rawValue.lowercased()].contains(wish) }) else {
            return nil
        }
        self = status
    }
}
