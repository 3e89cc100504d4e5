import Text

/// Why an event was refused. Nothing of a refused event is stored.
public enum Rejection: Error, Equatable, Sendable {
    /// The body is not JSON.
    case notJSON(JSONError)
    /// A part of the document has the wrong JSON type.
    case wrongShape(field: String, expected: String)
    /// Neither `customer.id` nor `customer.email`: anonymous visitors are not tracked.
    case customerRequired
    /// `event_type` is missing or none of ours.
    case unknownEventType
    /// `event_id` (or `Idempotency-Key`) is empty, too long or has control characters.
    case badEventID
    /// `customer.id` is too long or has control characters.
    case badCustomerID
    /// `customer.email` is not an address.
    case badEmail
    /// `timestamp` or `sent_at` cannot be read.
    case badTimestamp(field: String)
    /// An amount is negative, absurd or not a number.
    case badAmount(field: String, MoneyError)
    /// `if_idle_for` is no fitting number of seconds, or on an event that cannot wait.
    case badIdleTime
    /// The JSON text of an event of a batch has more than `limit` bytes.
    case tooLarge(limit: Int)

    /// The HTTP status: 400 for what has the wrong shape, 413 for what is too large, 422 for a wrong value.
    public var status: Int {
        switch self {
        case .notJSON, .wrongShape: 400
        case .tooLarge: 413
        case .customerRequired, .unknownEventType, .badEventID, .badCustomerID, .badEmail, .badTimestamp,
            .badAmount, .badIdleTime:
            422
        }
    }

    /// A stable word for programs.
    public var code: String {
        switch self {
        case .notJSON: "invalid_json"
        case .wrongShape: "invalid_shape"
        case .customerRequired: "customer_required"
        case .unknownEventType: "unknown_event_type"
        case .badEventID: "invalid_event_id"
        case .badCustomerID: "invalid_customer_id"
        case .badEmail: "invalid_email"
        case .badTimestamp: "invalid_timestamp"
        case .badAmount: "invalid_amount"
        case .badIdleTime: "invalid_if_idle_for"
        case .tooLarge: "too_large"
        }
    }

    /// The field at fault, as a path from the event; `nil` where it is the document itself.
    public var field: String? {
        switch self {
        case .notJSON, .tooLarge: nil
        case .wrongShape(let field, _): field.isEmpty ? nil : field
        case .customerRequired: "customer"
        case .unknownEventType: "event_type"
        case .badEventID: "event_id"
        case .badCustomerID: "customer.id"
        case .badEmail: "customer.email"
        case .badTimestamp(let field): field
        case .badAmount(let field, _): field
        case .badIdleTime: "if_idle_for"
        }
    }

    /// What is wrong and what to do; never quotes a value, which may be personal.
    public var message: String {
        switch self {
        case .notJSON(let error):
            "The body is not valid JSON: \(error.message). Send one JSON object in UTF-8."
        case .wrongShape(let field, let expected):
            "\(field.isEmpty ? "The event" : "`\(field)`") must be \(expected)."
        case .customerRequired:
            "`customer.id` or `customer.email` is required: anonymous visitors are not tracked."
        case .unknownEventType:
            "`event_type` must be one of: " + EventType.allCases.map(\.rawValue).joined(separator: ", ") + "."
        case .badEventID:
            "`event_id` must be a string of 1 to \(EventID.maxLength) characters without control characters."
        case .badCustomerID:
            "`customer.id` must be a string or integer of 1 to \(CustomerID.maxLength) characters without control "
                + "characters."
        case .badEmail:
            "`customer.email` must be one address such as john@example.com; leave it out when it is not known."
        case .badTimestamp(let field):
            "`\(field)` must be ISO 8601 (2026-11-23T06:20:00.000Z) or epoch milliseconds, from the year 2000 on."
        case .badAmount(let field, let error):
            "`\(field)` \(error.message)."
        case .badIdleTime:
            "`if_idle_for` must be a number of seconds, more than 0 and at most \(Event.maxIdleWait / 1000), and belongs to "
                + "booking.abandoned alone."
        case .tooLarge(let limit):
            "The JSON text of the event is larger than \(limit) bytes (MAX_BODY_BYTES), which one event may have also in a "
                + "batch; leave out what is not needed."
        }
    }
}
