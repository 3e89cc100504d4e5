/// One thing that one known customer did: checked, masked, and with its time set right.
///
/// What is in an `Event` may be stored. Nothing that the privacy rules drop ever gets this far.
///
/// A class, although nothing in it changes: an event is handed on a dozen times, and each time a struct of a dozen
/// texts would count a dozen references up and down again (a quarter of all such counting in the service).
public final class Event: Sendable {
    /// Who vouches for an event.
    public enum Source: String, Sendable {
        /// A visitor's browser: anybody can have written it.
        case browser
        /// The website's own back end, known by its secret key.
        case backend
        /// This service itself (a booking whose browser fell silent).
        case server
    }

    /// What happened.
    public let type: EventType
    /// The name under which the event is applied once: the sender's, else one of ours.
    public let id: EventID
    /// Shared by all the ids that are made for this event; in order of arrival.
    public let ulid: ULID
    /// When it happened, by our clock.
    public let time: Timestamp
    /// When it reached us.
    public let receivedAt: Timestamp
    /// Whose event it is.
    public let customer: Customer
    /// `event_data`, masked.
    public let data: BusinessData
    /// `session`, masked.
    public let session: BusinessData
    /// Who sent it.
    public let source: Source
    /// Whether the email may say whose event it is. Not when only the id beside it is proved: a signed id must not
    /// reach the record of somebody else's email.
    public let emailIdentifies: Bool
    /// Whether the sender has proved who the customer is: then its id counts for that customer only, and nobody can use
    /// up the ids of others.
    public let isProved: Bool
    /// Whether a program sent it that says so: it makes no task.
    public let isFromRobot: Bool
    /// Whether it comes too late for anybody to act on it: it makes no task, nor does the booking that it leaves open.
    public let isHistory: Bool
    /// Milliseconds for which nothing later of the customer may follow: only then it applies. `nil`: it applies at
    /// once.
    public let idleFor: Int64?

    init(
        type: EventType, id: EventID, ulid: ULID, time: Timestamp, receivedAt: Timestamp, customer: Customer,
        data: BusinessData, session: BusinessData, source: Source, emailIdentifies: Bool = true,
        isProved: Bool = false, isFromRobot: Bool = false, isHistory: Bool = false, idleFor: Int64? = nil
    ) {
        self.type = type
        self.id = id
        self.ulid = ulid
        self.time = time
        self.receivedAt = receivedAt
        self.customer = customer
        self.data = data
        self.session = session
        self.source = source
        self.emailIdentifies = emailIdentifies
        self.isProved = isProved
        self.isFromRobot = isFromRobot
        self.isHistory = isHistory
        self.idleFor = idleFor
    }

    /// The same event with another word on its sender, or on what it is still good for.
    public convenience init(
        _ event: Event, emailIdentifies: Bool? = nil, isProved: Bool? = nil, isFromRobot: Bool? = nil,
        isHistory: Bool? = nil
    ) {
        self.init(
            type: event.type, id: event.id, ulid: event.ulid, time: event.time, receivedAt: event.receivedAt,
            customer: event.customer, data: event.data, session: event.session, source: event.source,
            emailIdentifies: emailIdentifies ?? event.emailIdentifies, isProved: isProved ?? event.isProved,
            isFromRobot: isFromRobot ?? event.isFromRobot, isHistory: isHistory ?? event.isHistory,
            idleFor: event.idleFor)
    }

    /// The booking it is about, as tasks and the booking in progress name it; empty when it names none.
    public var booking: String { bookingName.text }

    /// The same event without its data, for who keeps it to show it; itself where that is no more than usual.
    public var withoutLargeData: Event {
        guard data.json.count + session.json.count > Self.usualDataBytes else { return self }
        return Event(
            type: type, id: id, ulid: ulid, time: time, receivedAt: receivedAt, customer: customer, data: .empty,
            session: .empty, source: source, emailIdentifies: emailIdentifies, isProved: isProved,
            isFromRobot: isFromRobot, isHistory: isHistory, idleFor: idleFor)
    }

    /// Bytes of data that a usual event has at most.
    static let usualDataBytes = 4_096
}

/// Whom an event names; at least one of `id` and `email` is there.
public struct Customer: Sendable {
    /// The website's own id of the customer.
    public let id: CustomerID?
    /// Where to write to.
    public let email: Email?
    /// The part of the name before the first space.
    public let firstName: String?
    /// The rest of the name.
    public let lastName: String?
    /// As the customer wrote it.
    public let phone: String?
    /// The website's proof that the browser speaks for this customer; never stored.
    public let signature: String?
}

/// What is known of an event before its body is read.
public struct Arrival: Sendable {
    /// The clock when the request was complete.
    public let receivedAt: Timestamp
    /// The id of the event, should it bring none of its own.
    public let ulid: ULID
    /// The `Idempotency-Key` header: the event's id where the body has none.
    public let idempotencyKey: String?
    /// Who vouches for the request.
    public let source: Event.Source
    /// Whether it was sent long ago and kept: then it must say when it happened, and `sent_at` tells of no clock.
    public let isArchived: Bool

    /// What is known of an event before its body is read.
    public init(
        receivedAt: Timestamp, ulid: ULID, idempotencyKey: String? = nil, source: Event.Source = .browser,
        isArchived: Bool = false
    ) {
        self.receivedAt = receivedAt
        self.ulid = ulid
        self.idempotencyKey = idempotencyKey
        self.source = source
        self.isArchived = isArchived
    }
}
