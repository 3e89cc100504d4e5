import CRM
import HTTP
import Loop

/// What became of the last events of all workers, for people who look.
///
/// Remembering one costs a lock that is almost never contended and no formatting: that is done for whoever looks.
final class EventFeed: Sendable {
    /// How many are remembered.
    static let size = 100

    /// One event and its verdict.
    struct Entry {
        let number: Int
        let time: Timestamp
        /// Who it is about; `nil` where it could not be read.
        let event: Event?
        let verdict: Verdict

        /// One line of JSON. Whom an event is about is told as far as people need to recognise it.
        var json: [UInt8] {
            var body = JSONBody()
            body.add("at", time.iso8601)
            if let event {
                body.add("event_type", event.type.rawValue)
                body.add("event_id", event.id.text)
                body.add("source", event.source.rawValue)
                body.add("customer", Self.masked(event.customer))
            }
            let (result, contact, reason) = verdict.summary
            body.add("result", result)
            if let contact { body.add("contact_id", contact) }
            if let reason { body.add("reason", reason) }
            if case .applied(_, _, lacksAmount: true) = verdict {
                body.add("warning", "no amount: 0.00 was counted; send event_data.total_amount")
            }
            return body.finished
        }

        /// `j…@example.com`, or the first two characters of an id.
        static func masked(_ customer: Customer) -> String {
            if let email = customer.email?.text, let at = email.firstIndex(of: "@") {
                return "\(email.prefix(1))…\(email[at...])"
            }
            return "\(customer.id?.text.prefix(2) ?? "")…"
        }
    }

    private struct Ring {
        var entries: [Entry] = []
        var count = 0
    }

    private let ring = Guarded(Ring())

    /// Remembers what became of an event.
    func note(_ event: Event?, _ verdict: Verdict, at time: Timestamp) {
        ring.withLock { ring in
            let entry = Entry(number: ring.count, time: time, event: event, verdict: verdict)
            if ring.entries.count < Self.size {
                ring.entries.append(entry)
            } else {
                ring.entries[ring.count % Self.size] = entry
            }
            ring.count += 1
        }
    }

    /// What is remembered from entry `number` on, in order.
    func entries(from number: Int) -> [Entry] {
        ring.withLock { ring in
            guard number < ring.count else { return [] }
            let first = max(number, ring.count - ring.entries.count)
            return (first..<ring.count).map { ring.entries[$0 % Self.size] }
        }
    }
}

extension Verdict {
    /// The word for people, the contact, and why.
    fileprivate var summary: (result: String, contact: String?, reason: String?) {
        switch self {
        case .applied(let contact, _, _): ("applied", contact, nil)
        case .duplicate(let contact, _): ("duplicate", contact, "this event_id was applied before")
        case .held(let contact, _): ("waits", contact, "applies unless the customer does more")
        case .void(let contact, _): ("dropped", contact, "the booking goes on, or is over")
        case .erased: ("dropped", nil, "this person was erased")
        case .queued: ("queued", nil, "Redis is away")
        case .declined: ("dropped", nil, "the browser asks not to be tracked")
        case .rejected(let rejection): ("refused", nil, "\(rejection.code): \(rejection.message)")
        case .denied(let denial): ("refused", nil, "\(denial.code): \(denial.message)")
        case .unavailable: ("not stored", nil, "Redis is away")
        }
    }
}
