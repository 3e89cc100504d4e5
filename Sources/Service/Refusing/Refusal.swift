import Text
import CRM
import HTTP

/// What can be a reason to refuse something. Codes are constants of this program, so whatever counts by them is
/// bounded.
protocol RefusalReason {
    /// A stable word for programs.
    var code: String { get }
    /// What is wrong and what to do; quotes nothing that was sent.
    var message: String { get }
    /// The field at fault, as a path from the event; `nil` where there is none.
    var field: String? { get }
}

extension RefusalReason {
    var field: String? { nil }
}

extension Denial: RefusalReason {}
extension Rejection: RefusalReason {}
extension RequestError: RefusalReason {}

/// Something that was refused, and why.
struct Refusal: Sendable {
    /// What was refused.
    enum Subject: String, Sendable {
        /// An event, or a request that was to bring some.
        case event
        /// A request for what only the admin may read.
        case read
        /// A request that could not be read, or a connection.
        case request
    }

    let subject: Subject
    let code: String
    let message: String
    let field: String?
    /// What is known of the event.
    let sighting: Sighting

    init(_ reason: some RefusalReason, of subject: Subject, _ sighting: Sighting = .nothing) {
        self.subject = subject
        code = reason.code
        message = reason.message
        field = reason.field
        self.sighting = sighting
    }
}

/// What can be told of an event that was not accepted.
struct Sighting: Sendable {
    /// Its type, where it is one of ours.
    let type: EventType?
    /// Its type as it was sent: for the live feed, not for the log, since anything may be in it.
    let typeText: String?
    /// Its id, as far as it may be logged.
    let id: String?
    /// Its customer, masked: for the live feed, not for the log.
    let customer: String?

    /// Nothing is known.
    static let nothing = Sighting(type: nil, typeText: nil, id: nil, customer: nil)

    private init(type: EventType?, typeText: String?, id: String?, customer: String?) {
        self.type = type
        self.typeText = typeText
        self.id = id
        self.customer = customer
    }

    /// What is known of an event that was read.
    init(_ event: Event) {
        self.init(
            type: event.type, typeText: event.type.rawValue, id: event.id.forLog,
            customer: EventFeed.Entry.masked(event.customer))
    }

    /// What is known of JSON that is no event; `key` is its `Idempotency-Key`.
    init(_ json: JSONValue, idempotencyKey key: String?) {
        let name = json.member("event_type")?.string
        let type = name.flatMap { EventType(rawValue: $0) }
        let id = json.member("event_id").flatMap { $0.string ?? $0.numberText } ?? key
        self.init(
            type: type, typeText: type?.rawValue ?? name.map(LogText.word), id: id.map(LogText.word), customer: nil)
    }
}
