import Redis
import CRM

/// The keys that belong to all contacts. A foreign value in one of them is a fault of the database and not of the event
/// that meets it.
enum SharedKeys {
    /// Those that events of a time write to, each with its type.
    static func all(at time: Timestamp) -> [(key: String, type: String)] {
        let day = time.day
        let month = String(day.prefix(7))
        return lists.map { ($0, "zset") } + [
            (Keys.meta, "hash"), (Keys.erasureSalt, "string"), (Keys.backlogs, "zset"),
            (Keys.stats(day: day), "hash"), (Keys.moves(day: day), "hash"),
            (Keys.vehicles(month: month), "zset"), (Keys.locations(month: month), "zset"),
            (Keys.namedVehicles(month: month), "hash"), (Keys.namedLocations(month: month), "hash"),
        ]
    }

    /// Whether `text` is the name of a key of all contacts, of whatever day or month.
    static func isName(_ text: String) -> Bool {
        switch KeyPlace(text) {
        case .contactList, .taskList, .day, .moves, .ranking, .named, .meta: true
        default: text == Keys.erasureSalt
        }
    }

    private static let lists = KeyPlace.contactLists.union(KeyPlace.taskLists).sorted()

    /// The commands that read what ``damaged(at:in:)`` judges.
    static func questions(at time: Timestamp) -> [[String]] {
        all(at: time).map { ["TYPE", $0.key] } + counts(at: time).map { ["HVALS", $0] }
    }

    /// The first key that is not as it should be; `nil` where all are, or do not exist.
    ///
    /// - Parameter replies: those of ``questions(at:)``; an error stands for itself.
    static func damaged(at time: Timestamp, in replies: [RedisReply]) -> String? {
        for (entry, reply) in zip(all(at: time), replies) {
            if let type = reply.text, type != "none", type != entry.type { return entry.key }
        }
        let keys = counts(at: time)
        for (key, reply) in zip(keys, replies.suffix(keys.count)) {
            let values = (reply.array ?? []).compactMap(\.text)
            if values.contains(where: { Int64($0) == nil }) { return key }
        }
        return nil
    }

    /// Hashes in which every value is an integer.
    private static func counts(at time: Timestamp) -> [String] {
        [Keys.stats(day: time.day), Keys.moves(day: time.day)]
    }
}

extension Store {
    /// Words of Redis' error texts that name no customer: commands, and keys of all contacts.
    package static let knows: SafeText.Knows = { word in
        SharedKeys.isName(word) || commandWords.contains(word.lowercased())
    }

    private static let commandWords = Set(
        (Rights.commandsOfEvents + Rights.commandsElsewhere).map { $0.lowercased() })
}
