import Text
import CRM
import Redis

/// The lead status that a person sets, because the rules cannot know it.
public struct LeadStatusDecision: Equatable, Sendable {
    /// One of ``LeadStatus/settable``.
    public let status: LeadStatus
    /// Who sets it.
    public let actor: String
    /// Why; may be empty.
    public let reason: String

    /// A decision. Secrets and card numbers in the texts are masked, as those of events are.
    public init(_ status: LeadStatus, by actor: String, reason: String) {
        self.status = status
        self.actor = Masking.text(actor)
        self.reason = Masking.text(reason)
    }

    /// The sentence on the timeline.
    var sentence: String {
        "Status set to \(status.rawValue) by \(actor)" + (reason.isEmpty ? "" : ": \(reason)")
    }

    /// The member of the timeline after the contact's id, laid out as that of an event.
    func member(at now: Timestamp, ulid: ULID) -> [UInt8] {
        var bytes: [UInt8] = []
        func add(_ part: StaticString, _ text: String) {
            bytes.appendJSON(raw: part)
            bytes.appendJSON(text)
        }
        add("\",\"type\":", ActivityType.statusSet.rawValue)
        add(",\"description\":", sentence)
        add(",\"timestamp\":", now.iso8601)
        add(",\"event_id\":", "by_hand_\(ulid)")
        add(",\"data\":{\"status\":", status.rawValue)
        add(",\"by\":", actor)
        if !reason.isEmpty { add(",\"reason\":", reason) }
        bytes.appendJSON(raw: "},\"session\":{},\"source\":\"admin\"}")
        return bytes
    }
}

/// What came of it: the reply of `status.lua`, read.
public enum LeadStatusOutcome: Equatable, Sendable {
    /// The contact as it is now.
    case changed(StoredHash)
    /// It had that status already.
    case unchanged(StoredHash)
    /// There is no such contact.
    case missing
}

extension Store {
    /// Sets the lead status of a contact, atomically.
    public func set(
        _ decision: LeadStatusDecision, of contact: String, at now: Timestamp, ulid: ULID,
        _ completion: @escaping (Result<LeadStatusOutcome, RedisError>) -> Void
    ) {
        func list(_ words: [String]) -> String { " " + words.joined(separator: " ") + " " }
        let cancelled = decision.status.endsFollowUp ? TaskType.allCases.filter(\.isUniquePerBooking) : []
        let reason = decision.status.rawValue + (decision.reason.isEmpty ? "" : ": \(decision.reason)")
        let words = [
            "EVAL", Script.status.text, "1", Keys.contact(contact), contact, now.iso8601, String(now.milliseconds),
            decision.status.rawValue, decision.status.slug, decision.actor, ulid.description,
            String(decoding: decision.member(at: now, ulid: ulid), as: UTF8.self), String(retention.timelineLimit),
            list(LeadStatus.allCases.map(\.slug)), Keys.moves(day: now.day), String(retention.statsSeconds),
            list(cancelled.map(\.rawValue)), reason, TaskType.abandonedBooking.priority, Keys.closedChannel,
        ]
        redis.send(words) { completion($0.flatMap(Self.leadStatusOutcome)) }
    }

    private static func leadStatusOutcome(_ reply: RedisReply) -> Result<LeadStatusOutcome, RedisError> {
        let contact = StoredHash(flat: (reply.array ?? []).dropFirst())
        switch reply.array?.first?.text {
        case "changed": return .success(.changed(contact))
        case "unchanged": return .success(.unchanged(contact))
        case "missing": return .success(.missing)
        default: return .failure(.refused("the script gave no answer that this version understands"))
        }
    }
}
