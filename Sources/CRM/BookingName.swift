/// What a booking goes by in an event.
///
/// The same booking is the one with the same `booking_id`; where an event has none, its `vehicle_id` stands in for it,
/// and where it has neither, the session does.
public struct BookingName: Hashable, Sendable {
    /// Which field of an event it is from, the most exact first.
    public enum Kind: String, CaseIterable, Sendable {
        /// The booking's own id.
        case booking = "booking_id"
        /// The car.
        case vehicle = "vehicle_id"
        /// The visit.
        case session = "session_id"
        /// None of them.
        case unknown = ""
    }

    /// Which field it is from.
    public let kind: Kind
    /// Its value; empty where the booking has no name.
    public let text: String

    /// Whether it names one booking and no other, so that times say nothing about which is meant.
    public var isExact: Bool { kind == .booking }

    /// The name of a booking that an event does not name.
    public static let unknown = BookingName(kind: .unknown, text: "")
}

extension Event {
    /// The booking that it is about.
    public var bookingName: BookingName { bookingNames.first ?? .unknown }

    /// All names of the booking that it is about, the most exact first.
    public var bookingNames: [BookingName] {
        BookingName.Kind.allCases.compactMap { kind in
            let text: String? =
                switch kind {
                case .booking: data.string("booking_id")
                case .vehicle: data.string("vehicle_id")
                case .session: session.string("session_id")
                case .unknown: nil
                }
            return text.map { BookingName(kind: kind, text: $0) }
        }
    }
}
