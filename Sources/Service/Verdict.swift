import CRM
import HTTP

/// What became of one event, and what its sender is told.
enum Verdict {
    /// It is in Redis; `lacksAmount`: as a booking of 0.00, because its website sent no amount.
    case applied(contactID: String, eventID: EventID, lacksAmount: Bool = false)
    /// Its id had been in Redis before, of the same event or of another one; nothing changed.
    case duplicate(contactID: String, eventID: EventID, isOther: Bool)
    /// It applies unless the customer does more.
    case held(contactID: String, eventID: EventID)
    /// It was to apply unless the booking goes on, and that goes on or is over; it was dropped.
    case void(contactID: String?, eventID: EventID)
    /// Its person was erased; it was dropped.
    case erased(EventID)
    /// It is safe on disk and will be in Redis.
    case queued(EventID)
    /// The browser asks not to be tracked, and the operator heeds that.
    case declined
    /// It cannot be an event of ours.
    case rejected(Rejection)
    /// Its sender may not post it.
    case denied(Denial)
    /// It could be stored nowhere; the sender should try again.
    case unavailable

    /// The status of an answer that tells of this event alone.
    var status: Status {
        switch self {
        case .applied, .duplicate, .void, .erased, .declined: .ok
        case .held, .queued: .accepted
        case .rejected(let rejection):
            switch rejection.status {
            case 400: .badRequest
            case 413: .contentTooLarge
            default: .unprocessableContent
            }
        case .denied(let denial): denial.status
        case .unavailable: .serviceUnavailable
        }
    }

    /// The word that counts it in the metrics and names it in the answer, for what was not accepted.
    var errorCode: String? {
        switch self {
        case .applied, .duplicate, .held, .void, .erased, .queued, .declined: nil
        case .rejected(let rejection): rejection.code
        case .denied(let denial): denial.code
        case .unavailable: "unavailable"
        }
    }

    /// Why it was refused; `nil` where it was not.
    var refusalReason: (any RefusalReason)? {
        switch self {
        case .rejected(let rejection): rejection
        case .denied(let denial): denial
        case .applied, .duplicate, .held, .void, .erased, .queued, .declined, .unavailable: nil
        }
    }

    /// The answer to a request with this one event.
    var response: Response {
        var body: [UInt8] = []
        body.reserveCapacity(192)
        append(to: &body)
        return .json(status, body, headers: retryAfter.map { [("Retry-After", String($0))] } ?? [])
    }

    /// The answer to a batch: 200 with a result for each event. Where not one passed and sending all again is the remedy,
    /// 429 (all were too fast) or 503 (the others could be stored nowhere).
    static func response(toBatch verdicts: [Verdict]) -> Response {
        let waits = verdicts.compactMap { if case .denied(.tooFast(let seconds)) = $0 { seconds } else { nil } }
        if let first = waits.min(), waits.count == verdicts.count {
            return Verdict.denied(.tooFast(retryAfter: first)).response
        }
        let isUnavailable = verdicts.contains { $0.status == .serviceUnavailable }
        if isUnavailable, !verdicts.contains(where: { $0.errorCode == nil }) { return Verdict.unavailable.response }
        var body: [UInt8] = []
        body.appendJSON(raw: "{\"success\":true,\"results\":[")
        for (index, verdict) in verdicts.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            verdict.append(to: &body)
        }
        body.appendJSON(raw: "]}")
        return .json(.ok, body)
    }

    /// Seconds after which trying again makes sense.
    var retryAfter: Int? {
        switch self {
        case .denied(let denial): denial.retryAfter
        case .unavailable: 2
        case .applied, .duplicate, .held, .void, .erased, .queued, .declined, .rejected: nil
        }
    }

    /// Appends the body: one JSON object.
    func append(to body: inout [UInt8]) {
        switch self {
        case .applied(let contact, let event, _): success(contact, event, "Event tracked successfully", to: &body)
        case .duplicate(let contact, let event, _): success(contact, event, "Event already tracked", to: &body)
        case .held(let contact, let event):
            success(contact, event, "Event accepted: it applies unless the customer does more", to: &body)
        case .void(let contact, let event):
            success(contact, event, "Event dropped: the booking goes on, or is over", to: &body)
        case .erased(let event): success(nil, event, "Event dropped: this person was erased", to: &body)
        case .queued(let event): success(nil, event, "Event queued", to: &body)
        case .declined: success(nil, nil, "Event not kept: the browser asks not to be tracked", to: &body)
        case .rejected(let rejection):
            failure(rejection.code, rejection.message, field: rejection.field, to: &body)
        case .denied(let denial): failure(denial.code, denial.message, field: nil, to: &body)
        case .unavailable:
            failure(
                "unavailable",
                "The event could not be stored. Send it again, with the same event_id, after the "
                    + "seconds in Retry-After.", field: nil, to: &body)
        }
    }

    private func success(_ contact: String?, _ event: EventID?, _ message: StaticString, to body: inout [UInt8]) {
        body.appendJSON(raw: "{\"success\":true,\"contact_id\":")
        if let contact { body.appendJSON(contact) } else { body.appendJSON(raw: "null") }
        body.appendJSON(raw: ",\"message\":\"")
        body.appendJSON(raw: message)
        body.appendJSON(raw: "\"")
        if let event {
            body.appendJSON(raw: ",\"event_id\":")
            body.appendJSON(event.text)
        }
        body.appendJSON(raw: "}")
    }

    private func failure(_ code: String, _ message: String, field: String?, to body: inout [UInt8]) {
        body.appendJSON(raw: "{\"success\":false,\"error\":")
        body.appendJSON(code)
        body.appendJSON(raw: ",\"message\":")
        body.appendJSON(message)
        if let field {
            body.appendJSON(raw: ",\"field\":")
            body.appendJSON(field)
        }
        if let retryAfter {
            body.appendJSON(raw: ",\"retry_after\":")
            body.append(text: String(retryAfter))
        }
        body.appendJSON(raw: "}")
    }
}
