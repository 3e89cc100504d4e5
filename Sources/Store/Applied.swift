/// What came of one change: the reply of `apply.lua`, read.
public struct Applied: Equatable, Sendable {
    /// The contact that the event belongs to; empty where ``isErased``.
    public let contactID: String
    /// The event had been applied before; nothing changed.
    public let isDuplicate: Bool
    /// The booking has gone on since the event was made; nothing changed.
    public let isStale: Bool
    /// The person was erased and has not begun anew; nothing changed.
    public let isErased: Bool
    /// The contact is new.
    public var isNewContact = false
    /// Id and email name two contacts; the id's was taken.
    public var isConflict = false
    /// The contact had moved past the event: it is on the timeline and did nothing else.
    public var isSuperseded = false
    /// The task that was opened.
    public var taskID: String?
    /// The urgent task was announced and nobody listened.
    public var isUnheard = false

    /// Reads the reply; `nil` when it is none of ours.
    init?(reply: String) {
        var words = reply.split(separator: " ").makeIterator()
        let verdict = words.next()
        isErased = verdict == "erased"
        guard let verdict, let id = isErased ? "" : words.next() else { return nil }
        guard ["applied", "duplicate", "erased", "stale"].contains(verdict) else { return nil }
        isDuplicate = verdict == "duplicate"
        isStale = verdict == "stale"
        contactID = String(id)
        while let word = words.next() {
            switch word {
            case "created": isNewContact = true
            case "conflict": isConflict = true
            case "superseded": isSuperseded = true
            case "unheard": isUnheard = true
            default:
                guard word.hasPrefix("task=") else { return nil }
                taskID = String(word.dropFirst(5))
            }
        }
    }
}
