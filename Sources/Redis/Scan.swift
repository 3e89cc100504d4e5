/// Walks through a large key in pages, as Redis' SCAN commands do: members that are there all the time are seen.
package enum Scan {
    /// How many members a page has, give or take.
    package static let pageSize = "100"

    package static func first(_ key: String, _ command: String) -> [String] { page(key, command, "0") }

    package static func page(_ key: String, _ command: String, _ cursor: String) -> [String] {
        [command, key, cursor, "COUNT", pageSize]
    }

    /// The cursor of the next page, if there is one, and the members.
    package static func read(_ reply: RedisReply, hasScores: Bool) -> (
        next: String?, members: [(member: String, score: String)]
    ) {
        guard let parts = reply.array, parts.count == 2, let cursor = parts[0].text, let list = parts[1].array else {
            return (nil, [])
        }
        let step = hasScores ? 2 : 1
        let members = stride(from: 0, to: list.count - step + 1, by: step).map { index in
            (list[index].text ?? "", hasScores ? list[index + 1].text ?? "" : "")
        }
        return (cursor == "0" ? nil : cursor, members)
    }
}
