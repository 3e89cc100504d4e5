import HTTP
import Store

/// How an event can end that was neither rejected nor denied: what everybody is told about each, side by side.
enum Fate: Int, CaseIterable, Sendable {
    case applied, superseded, duplicate, deferred, dropped, erased, queued, declined, unavailable

    /// One fate in every vocabulary.
    struct Words {
        /// Of an answer about this event alone.
        let status: Status
        /// The sentence of the answer.
        let answer: StaticString
        /// The name in metrics, log and `crmsync explain`. Wire format: programs compare it.
        let label: StaticString
        /// The word of the live feed, and why.
        let feed: StaticString
        let feedReason: StaticString?
        /// Why, in `crmsync explain`: what would happen.
        let explanation: StaticString
    }

    /// What it is called.
    var words: Words { Self.table[rawValue] }

    /// The name in metrics, log and `crmsync explain`, as a string that is made once.
    var label: String { Self.labels[rawValue] }
    private static let labels = allCases.map { $0.words.label.description }

    /// The fate of an event that the store decided about.
    init(_ applied: Applied) {
        switch applied {
        case .applied(let outcome): self = outcome.isSuperseded ? .superseded : .applied
        case .duplicate: self = .duplicate
        case .deferred: self = .deferred
        case .dropped: self = .dropped
        case .erased: self = .erased
        }
    }

    /// Made once: the rows in the order of the cases.
    private static let table: [Words] = allCases.map { fate in
        switch fate {
        case .applied:
            Words(
                status: .ok, answer: "Event tracked successfully", label: "applied", feed: "applied", feedReason: nil,
                explanation: "one atomic change")
        case .superseded:
            Words(
                status: .ok, answer: "Event tracked successfully", label: "superseded", feed: "applied",
                feedReason: nil,
                explanation: "the contact has moved past it; it goes on the timeline and makes no task")
        case .duplicate:
            Words(
                status: .ok, answer: "Event already tracked", label: "duplicate", feed: "duplicate",
                feedReason: "this event_id was applied before",
                explanation: "this event_id was applied before; nothing changes")
        case .deferred:
            Words(
                status: .accepted, answer: "Event accepted: it applies unless the customer does more", label: "held",
                feed: "waits", feedReason: "applies unless the customer does more",
                explanation: "it applies later, unless the customer does more before")
        case .dropped:
            Words(
                status: .ok, answer: "Event dropped: the booking goes on, or is over", label: "void",
                feed: "dropped", feedReason: "the booking goes on, or is over",
                explanation: "dropped: the contact has no such booking in progress, or has done something later")
        case .erased:
            Words(
                status: .ok, answer: "Event dropped: this person was erased", label: "erased", feed: "dropped",
                feedReason: "this person was erased",
                explanation: "the person was erased; within 30 days only a later customer.created begins anew")
        case .queued:
            Words(
                status: .accepted, answer: "Event queued", label: "queued", feed: "queued",
                feedReason: "Redis is away", explanation: "it is on disk and will be applied")
        case .declined:
            Words(
                status: .ok, answer: "Event not kept: the browser asks not to be tracked", label: "declined",
                feed: "dropped", feedReason: "the browser asks not to be tracked",
                explanation: "the browser asks not to be tracked")
        case .unavailable:
            Words(
                status: .serviceUnavailable,
                answer: """
                    The event could not be stored. Send it again, with the same event_id, after the seconds in Retry-After.
                    """, label: "unavailable", feed: "not stored", feedReason: "Redis is away",
                explanation: "it can be stored nowhere")
        }
    }
}
