/// The names of the files in a journal's folder.
enum FileName {
    static let lock = "lock"
    static let checkpoint = "applied"
    static let probe = "probe"
    static let database = "database"
    static let deadLetters = "dead-letters.ndjson"
    static let olderDeadLetters = "dead-letters.older.ndjson"
    static let deadLettersLock = "dead-letters.lock"

    /// What is written here becomes `name` by renaming, so that nobody ever sees half of it.
    static func draft(of name: String) -> String { "\(name).new" }

    static func segment(_ number: Int) -> String { "segment-\(padded(number))" }

    /// The number of a segment; `nil` for any other file.
    static func segmentNumber(_ name: String) -> Int? {
        guard name.hasPrefix("segment-"), let number = Int(name.dropFirst(8)), number > 0 else { return nil }
        return segment(number) == name ? number : nil
    }

    /// A copy of a stretch of a segment.
    static func damaged(segment: Int, _ range: Range<Int>) -> String {
        "damaged-\(padded(segment))-\(range.lowerBound)-\(range.count)"
    }

    /// A segment that was moved aside as it is.
    static func damaged(segment: Int) -> String { "damaged-\(padded(segment))-all" }

    static func isDamaged(_ name: String) -> Bool { name.hasPrefix("damaged-") }

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }
}
