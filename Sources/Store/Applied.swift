/// What came of one change: the reply of `apply.lua`, read.
public struct Applied: Equatable, Sendable {
    /// The contact that the event belongs to; empty where ``isErased``, and where an event that is void named nobody known.
    public let contactID: String
    /// The event had been applied before; nothing changed.
    public let isDuplicate: Bool
    /// The id had been used before, by an event of another contact or type: most likely this one is not a repetition.
    public var isOtherEvent = false
    /// The booking has gone on since the event was made, or is over; nothing changed.
    public let isStale: Bool
    /// It waits whether the customer does more; nothing else changed.
    public let isHeld: Bool
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
        var words = Words(text: reply)
        let verdict = words.next()
        isErased = verdict == "erased"
        isDuplicate = verdict == "duplicate"
        isStale = verdict == "stale"
        isHeld = verdict == "held"
        guard isErased || isDuplicate || isStale || isHeld || verdict == "applied" else { return nil }
        guard let id = isErased ? "" : words.next() ?? (isStale ? "" : nil) else { return nil }
        contactID = id
        while let word = words.next() {
            switch word {
            case "created": isNewContact = true
            case "conflict": isConflict = true
            case "other": isOtherEvent = true
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
