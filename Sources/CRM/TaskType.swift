/// The kinds of tasks and what is fixed for each.
public enum TaskType: String, CaseIterable, Sendable {
    /// Call the customer who left the funnel.
    case abandonedBooking = "abandoned_booking"
    /// Help with a declined payment.
    case paymentFailed = "payment_failed"
    /// Welcome the customer who booked.
    case bookingConfirmation = "booking_confirmation"

    /// The headline.
    public var title: String {
        switch self {
        case .abandonedBooking: "URGENT: Follow up - Abandoned Booking"
        case .paymentFailed: "Follow up - Payment Failed"
        case .bookingConfirmation: "Send Booking Confirmation & Welcome"
        }
    }

    /// `urgent`, `high` or `normal`.
    public var priority: String {
        switch self {
        case .abandonedBooking: "urgent"
        case .paymentFailed: "high"
        case .bookingConfirmation: "normal"
        }
    }

    /// Milliseconds from the event until it is due.
    public var dueAfter: Int64 {
        let hour: Int64 = 3_600_000
        return switch self {
        case .abandonedBooking: hour
        case .paymentFailed: 4 * hour
        case .bookingConfirmation: 24 * hour
        }
    }

    /// Whether a listener is told at once when it opens and when it closes.
    public var isUrgent: Bool { priority == "urgent" }

    /// Whether a contact has at most one open for one booking.
    public var isUniquePerBooking: Bool {
        switch self {
        case .abandonedBooking, .paymentFailed: true
        case .bookingConfirmation: false
        }
    }
}
