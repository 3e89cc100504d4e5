import Text
import CRM
import HTTP
import Store

/// What became of one event, and what its sender is told.
enum Verdict {
    /// The store decided; `lacksAmount`: a booking counts as 0.00, because its website sent no amount.
    case stored(Applied, EventID, lacksAmount: Bool = false)
    /// It is safe on disk and will be in Redis.
    case queued(EventID)
    /// The browser asks not to be tracked, and the operator heeds that.
    case declined
    /// It could be stored nowhere; the sender should try again.
    case unavailable
    /// It cannot be an event of ours.
    case rejected(Rejection)
    /// Its sender may not post it.
    case denied(Denial)

    /// What it is called; `nil` for a refusal, which has a code and a message of its own.
    var fate: Fate? {
        switch self {
        case .stored(let applied, _, _): Fate(applied)
        case .queued: .queued
        case .declined: .declined
        case .unavailable: .unavailable
        case .rejected, .denied: nil
        }
    }

    /// The status of an answer about this event alone.
    var status: Status {
        switch self {
        case .stored, .queued, .declined, .unavailable: fate?.words.status ?? .ok
        case .rejected(let rejection):
            switch rejection.status {
            case 400: .badRequest
            case 413: .contentTooLarge
            default: .unprocessableContent
            }
        case .denied(let denial): denial.status
        }
    }

    /// The word that counts it in the metrics and names it in the answer, for what was not accepted.
    var errorCode: String? {
        switch self {
        case .stored, .queued, .declined: nil
        case .rejected(let rejection): rejection.code
        case .denied(let denial): denial.code
        case .unavailable: Fate.unavailable.words.label.description
        }
    }

    /// The contact that it belongs to, where one is known.
    var contactID: String? { if case .stored(let applied, _, _) = self { applied.contactID } else { nil } }

    /// The word and the reason for the live feed.
    var feedWords: (result: String, reason: String?) {
        switch self {
        case .rejected(let rejection): ("refused", "\(rejection.code): \(rejection.message)")
        case .denied(let denial): ("refused", "\(denial.code): \(denial.message)")
        case .stored(.duplicate(_, isOther: true), _, _):
            (
                Fate.duplicate.words.feed.description,
                "this event_id belongs to an event of another contact or type; send each event with an id of its own"
            )
        case .stored, .queued, .declined, .unavailable:
            (fate?.words.feed.description ?? "", fate?.words.feedReason?.description)
        }
    }

    /// Why it was refused; `nil` where it was not.
    var refusalReason: (any RefusalReason)? {
        switch self {
        case .rejected(let rejection): rejection
        case .denied(let denial): denial
        case .stored, .queued, .declined, .unavailable: nil
        }
    }

    /// The answer to a request with this one event.
    var response: Response {
        var body: [UInt8] = []
        body.reserveCapacity(192)
        append(to: &body)
        return .json(status, body, headers: retryAfter.map { [("Retry-After", String($0))] } ?? [])
    }

    /// The answer to a batch: 200 with a result for each event. Where not one passed and sending all again is the
    /// remedy, 429 (all were too fast) or 503 (the others could be stored nowhere).
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
        case .stored, .queued, .declined, .rejected: nil
        }
    }

    /// Appends the body: one JSON object.
    func append(to body: inout [UInt8]) {
        switch self {
        case .stored(let applied, let event, _): success(Fate(applied), applied.contactID, event, to: &body)
        case .queued(let event): success(.queued, nil, event, to: &body)
        case .declined: success(.declined, nil, nil, to: &body)
        case .rejected(let rejection): failure(rejection.code, rejection.message, field: rejection.field, to: &body)
        case .denied(let denial): failure(denial.code, denial.message, field: nil, to: &body)
        case .unavailable:
            let words = Fate.unavailable.words
            failure(words.label.description, words.answer.description, field: nil, to: &body)
        }
    }

    private func success(_ fate: Fate, _ contact: String?, _ event: EventID?, to body: inout [UInt8]) {
        body.appendJSON(raw: "{\"success\":true,\"contact_id\":")
        if let contact { body.appendJSON(contact) } else { body.appendJSON(raw: "null") }
        body.appendJSON(raw: ",\"message\":\"")
        body.appendJSON(raw: fate.words.answer)
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
