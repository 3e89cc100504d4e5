import CRM
import HTTP
import Loop

/// What became of the last events of all workers, for people who look.
///
/// Remembering one costs a lock that is almost never contended and no formatting: that is done for whoever looks.
final class EventFeed: Sendable {
    /// How many are remembered.
    static let size = 100

    /// What an entry is about.
    enum Content {
        /// An event and what became of it; no event where nothing of it may be shown.
        case event(Event?, Verdict)
        /// Something that was refused. Boxed, so that entries of events stay small.
        indirect case refusal(RefusalNote)
        /// More of the same, not shown one by one.
        case omitted(RefusalHistory.Omitted)
    }

    /// What happened, and when.
    struct Entry {
        let number: Int
        let time: Timestamp
        let content: Content

        /// One line of JSON. The customer of an event is masked: as much as people need to recognise it.
        var json: [UInt8] {
            var body = JSONBody()
            body.add("at", time.iso8601)
            switch content {
            case .event(let event, let verdict): Self.add(event, verdict, to: &body)
            case .refusal(let note): note.add(to: &body)
            case .omitted(let omitted):
                body.add("result", "refused")
                body.add("refused", omitted.subject.rawValue)
                body.add("error", omitted.code)
                body.add("reason", "\(omitted.code): more like these")
                body.add("omitted", Int64(omitted.count))
            }
            return body.finished
        }

        private static func add(_ event: Event?, _ verdict: Verdict, to body: inout JSONBody) {
            if let event {
                body.add("event_type", event.type.rawValue)
                body.add("event_id", event.id.text)
                body.add("source", event.source.rawValue)
                body.add("customer", Self.masked(event.customer))
            }
            let ((result, reason), contact) = (verdict.feedWords, verdict.contactID)
            body.add("result", result)
            if let contact { body.add("contact_id", contact) }
            if let reason { body.add("reason", reason) }
            if case .stored(_, _, lacksAmount: true) = verdict {
                body.add("warning", "no amount: 0.00 was counted; send event_data.total_amount")
            }
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
        var lastAccepted: Timestamp?
    }

    private let ring = Guarded(Ring())

    /// Remembers what became of an event.
    func note(_ event: Event?, _ verdict: Verdict, at time: Timestamp) {
        add(.event(event?.withoutLargeData, verdict), isAccepted: verdict.errorCode == nil, at: time)
    }

    /// Remembers something that was refused.
    func note(_ note: RefusalNote) { add(.refusal(note), at: note.at) }

    /// Remembers how much more was refused.
    func note(_ omitted: RefusalHistory.Omitted, at time: Timestamp) { add(.omitted(omitted), at: time) }

    /// When the last event was accepted.
    var lastAccepted: Timestamp? { ring.withLock { $0.lastAccepted } }

    private func add(_ content: Content, isAccepted: Bool = false, at time: Timestamp) {
        ring.withLock { ring in
            if isAccepted { ring.lastAccepted = time }
            let entry = Entry(number: ring.count, time: time, content: content)
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

extension RefusalNote {
    /// Adds what is known of the refusal, but for its time.
    func add(to body: inout JSONBody) {
        if let type = refusal.sighting.typeText { body.add("event_type", type) }
        if let customer = refusal.sighting.customer { body.add("customer", customer) }
        body.add("result", "refused")
        body.add("refused", refusal.subject.rawValue)
        body.add("error", refusal.code)
        body.add("reason", "\(refusal.code): \(refusal.message)")
        for fact in facts { body.add(fact.name.description, fact.value) }
    }
}
