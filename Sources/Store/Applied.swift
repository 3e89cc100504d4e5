/// The fate of one event in the store: the reply of `apply.lua`, read.
public enum Applied: Equatable, Sendable {
    /// It is in the database now.
    case applied(Outcome)
    /// Its id had been applied before; nothing changed. `isOther`: by an event of another contact or type, so this one
    /// is most likely no repetition.
    case duplicate(contactID: String, isOther: Bool)
    /// It applies later, unless the customer does more before; nothing else changed.
    case deferred(contactID: String)
    /// Its booking has gone on since it was made, or is over; nothing changed. No contact where nobody is known.
    case dropped(contactID: String?)
    /// Its person was erased and has not begun anew; nothing changed.
    case erased

    /// What an applied event did.
    public struct Outcome: Equatable, Sendable {
        /// The contact that it belongs to.
        public let contactID: String
        /// The contact is new.
        public var isNewContact = false
        /// Its id and its email name two contacts; the id's was taken.
        public var isConflict = false
        /// The contact had moved past it: it is on the timeline and did nothing else.
        public var isSuperseded = false
        /// The task that was opened.
        public var taskID: String?
        /// The urgent task was announced and no subscriber received it.
        public var isUnheard = false
    }

    /// The contact that the event belongs to, where one is known.
    public var contactID: String? {
        switch self {
        case .applied(let outcome): outcome.contactID
        case .duplicate(let contact, _), .deferred(let contact): contact
        case .dropped(let contact): contact
        case .erased: nil
        }
    }

    /// What it did; `nil` for all but an applied event.
    public var outcome: Outcome? { if case .applied(let outcome) = self { outcome } else { nil } }

    /// Reads the reply; `nil` when it is none of ours.
    init?(reply: String) {
        var words = Words(text: reply)
        guard let fate = words.next() else { return nil }
        let contact = words.next()
        switch (fate, contact) {
        case ("applied", let contact?):
            guard let outcome = Outcome(contactID: contact, &words) else { return nil }
            self = .applied(outcome)
        case ("duplicate", let contact?):
            let word = words.next()
            guard word == nil || word == "other" else { return nil }
            self = .duplicate(contactID: contact, isOther: word != nil)
        case ("deferred", let contact?): self = .deferred(contactID: contact)
        case ("dropped", let contact): self = .dropped(contactID: contact)
        case ("erased", nil): self = .erased
        default: return nil
        }
        if words.next() != nil { return nil }
    }
}

extension Applied.Outcome {
    fileprivate init?(contactID: String, _ words: inout Words) {
        self.init(contactID: contactID)
        while let word = words.next() {
            switch word {
            case "created": isNewContact = true
            case "conflict": isConflict = true
            case "superseded": isSuperseded = true
            case "unheard": isUnheard = true
            default:
                guard word.utf8.starts(with: "task=".utf8) else { return nil }
                taskID = String(word.utf8.dropFirst(5))
            }
        }
    }
}

/// The words of a reply, which are ASCII. By bytes: taken apart by characters, each reply cost as much as its log line.
private struct Words {
    let text: String
    var position = 0

    init(text: String) { self.text = text }

    mutating func next() -> String? {
        let bytes = text.utf8.span
        while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: " ") { position += 1 }
        guard position > start else { return nil }
        return bytes.extracting(start..<position).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
