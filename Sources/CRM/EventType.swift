/// What a customer did on the website. The raw value is the `event_type` of the wire format.
public enum EventType: String, CaseIterable, Sendable {
    /// An account was made.
    case customerCreated = "customer.created"
    /// The customer signed in.
    case customerLogin = "customer.login"
    /// The profile was edited.
    case customerUpdated = "customer.updated"
    /// A search for cars ran.
    case searchPerformed = "search.performed"
    /// The page of one car was seen.
    case vehicleViewed = "vehicle.viewed"
    /// Any page was seen.
    case pageViewed = "page.viewed"
    /// The booking funnel was entered.
    case bookingStarted = "booking.started"
    /// One step of the funnel was finished.
    case bookingStepCompleted = "booking.step_completed"
    /// The customer left with a booking in progress.
    case bookingAbandoned = "booking.abandoned"
    /// The booking was made.
    case bookingCompleted = "booking.completed"
    /// A payment was submitted.
    case paymentAttempted = "payment.attempted"
    /// A payment went through.
    case paymentSuccessful = "payment.successful"
    /// A payment was declined.
    case paymentFailed = "payment.failed"
    /// A form was sent.
    case formSubmitted = "form.submitted"
    /// A chat message was sent.
    case chatMessage = "chat.message"

    /// The type of that name, given in bytes: no `String` is made to find it.
    init?(wireName: UnsafeBufferPointer<UInt8>) {
        let found = Self.wireNames.first { $0.name.count == wireName.count && $0.name.elementsEqual(wireName) }
        guard let found else { return nil }
        self = found.type
    }

    private static let wireNames = allCases.map { (type: $0, name: Array($0.rawValue.utf8)) }

    /// Whether it tells of mere looking around.
    public var isBrowsing: Bool { self == .pageViewed || self == .vehicleViewed || self == .searchPerformed }

    /// Whether it may give work to a person.
    public var makesTask: Bool { self == .bookingAbandoned || self == .bookingCompleted || self == .paymentFailed }

    /// Whether the event claims that money moved, which only the website's own back end can know.
    public var movesMoney: Bool {
        switch self {
        case .bookingCompleted, .paymentAttempted, .paymentSuccessful, .paymentFailed: true
        case .customerCreated, .customerLogin, .customerUpdated, .searchPerformed, .vehicleViewed, .pageViewed,
            .bookingStarted, .bookingStepCompleted, .bookingAbandoned, .formSubmitted, .chatMessage:
            false
        }
    }
}
