import Redis
import CRM

/// What a change would do, found out by the script that does it, without its writes.
public struct DryRun: Sendable {
    /// What would come of it.
    public let applied: Applied
    /// The writes in order, each as its words.
    public let writes: [[String]]
    /// The hashes that would be written to, as they are now.
    public let before: [String: StoredHash]

    /// A hash as it would be; a hash that would not be written to is empty here.
    public func after(_ key: String) -> StoredHash {
        var fields = before[key]?.fields ?? []
        for words in writes where words.count > 2 && words[1] == key {
            switch words[0] {
            case "HSET":
                for index in stride(from: 2, to: words.count - 1, by: 2) {
                    let field = (name: words[index], value: words[index + 1])
                    if let place = fields.firstIndex(where: { $0.name == field.name }) {
                        fields[place] = field
                    } else {
                        fields.append(field)
                    }
                }
            case "HDEL": fields.removeAll { words[2...].contains($0.name) }
            default: break
            }
        }
        return StoredHash(fields: fields)
    }

    /// The messages that would be published.
    public var messages: [(channel: String, text: String)] {
        writes.compactMap { $0.count == 3 && $0[0] == "PUBLISH" ? ($0[1], $0[2]) : nil }
    }

    /// The keys of the hashes of tasks that would be written to, in order.
    public var tasks: [String] {
        var keys: [String] = []
        for words in writes where words[0] == "HSET" && words[1].hasPrefix(Keys.task("")) && !keys.contains(words[1]) {
            keys.append(words[1])
        }
        return keys
    }

    /// The line that the timeline would get.
    public var timelineEntry: String? {
        writes.first { $0[0] == "ZADD" && $0[1] == Keys.activity(applied.contactID ?? "") }?.last
    }
}

extension Store {
    /// Finds out what a change would do. Redis is asked to refuse writes, and nothing is written.
    public func explain(_ change: Change, _ completion: @escaping (Result<DryRun, RedisError>) -> Void) {
        redis.send(
            { command in
                command.add("EVAL_RO")
                command.add(explainScript)
                arguments.write(change, to: &command)
            },
            { completion($0.flatMap(Self.dryRun)) })
    }

    /// `explain.lua` around `apply.lua`, without the line that says how Redis is to run the latter.
    private var explainScript: String {
        Script.explain.text.split(separator: "-- APPLY\n", maxSplits: 1).map(String.init).joined(separator: script.body)
    }

    private static func dryRun(_ reply: RedisReply) -> Result<DryRun, RedisError> {
        guard let parts = reply.array, parts.count == 3, let text = parts[0].text, let applied = Applied(reply: text)
        else { return .failure(.refused("the script gave no answer that this version understands")) }
        var before: [String: StoredHash] = [:]
        var rest = (parts[2].array ?? [])[...]
        while let key = rest.popFirst()?.text, let hash = rest.popFirst() {
            before[key] = StoredHash(flat: (hash.array ?? [])[...])
        }
        let writes = (parts[1].array ?? []).map { ($0.array ?? []).compactMap(\.text) }
        return .success(DryRun(applied: applied, writes: writes, before: before))
    }
}
