import Text
import CRM

/// What the user of a connection may do, found out without doing it.
///
/// `redis.acl_check_cmd` (Redis 7.0) answers for the user that runs the script, needs no administrator's right, and
/// neither listeners nor keys notice anything.
public struct Rights: Equatable, Sendable {
    /// What applying an event needs and this user may not do, such as `ZINCRBY` or `SET on crm_stats_*`.
    public internal(set) var missingForEvents: [String] = []
    /// The same for everything else: reading, alerts, erasure, `crmsync check`.
    public internal(set) var missingElsewhere: [String] = []
    /// Channels on which this user may not publish or listen.
    public internal(set) var closedChannels: [String] = []

    /// All is allowed, but for these commands.
    public init(missingForEvents: [String] = []) { self.missingForEvents = missingForEvents }

    /// One question: a command with arguments that name the keys or the channel which it needs.
    struct Question: Equatable, Sendable {
        enum Use: Sendable { case events, elsewhere, channel }

        let use: Use
        let words: [String]
        /// What a person reads when the answer is no.
        let name: String
    }

    /// All questions.
    static let questions: [Question] =
        commandsOfEvents.map { Question(use: .events, words: words(for: $0), name: $0) }
        + commandsElsewhere.map { Question(use: .elsewhere, words: words(for: $0), name: $0) }
        + keyBeginnings.flatMap { key in
            ["MGET", "SET"].map { Question(use: .events, words: [$0, key], name: "\($0) on \(key)*") }
        }
        + Keys.alertChannels.flatMap { channel in
            ["PUBLISH", "SUBSCRIBE"].map {
                Question(use: .channel, words: [$0, channel], name: "\($0) on \(channel)")
            }
        }

    /// Commands of the script that applies events, and those that run it. Publishing has questions of its own.
    static let commandsOfEvents: [String] =
        (["EVALSHA", "EVAL", "SCRIPT"] + commands(of: ApplyScript(retention: Retention()).text).sorted())
        .filter { $0 != "PUBLISH" }

    /// Commands of the other scripts, and those that are sent as they are.
    static let commandsElsewhere: [String] = {
        let plain = [
            "EVAL_RO", "EXISTS", "GET", "HGETALL", "HGET", "HMGET", "SMEMBERS", "TTL", "ZCARD", "ZRANGE", "SCAN",
            "SRANDMEMBER",
        ]
        let found = Script.ofService.reduce(into: Set(plain)) { $0.formUnion(commands(of: $1.text)) }
        return found.subtracting(commandsOfEvents).subtracting(["PUBLISH"]).sorted()
    }()

    /// What the names of all keys begin with.
    static let keyBeginnings = [
        "crm_contact_", "crm_activity_", "crm_task_", "crm_index_", "crm_stats_", "crm_event_", "crm_meta",
    ]

    /// The commands that a script calls: words in capitals behind `call('` or `try('`.
    static func commands(of script: String) -> Set<String> {
        var found: Set<String> = []
        var isCall = false
        for piece in script.split(separator: "('", omittingEmptySubsequences: false) {
            let word = piece.prefix { $0 >= "A" && $0 <= "Z" || $0 == "_" }
            if isCall, word.count > 1, piece.dropFirst(word.count).first == "'" { found.insert(String(word)) }
            isCall = piece.hasSuffix("call") || piece.hasSuffix("try")
        }
        return found
    }

    /// A command with as many arguments as its keys can be told by.
    private static func words(for command: String) -> [String] {
        switch command {
        case "EVAL", "EVALSHA", "EVAL_RO": [command, "x", "1", "crm_index_"]
        case "SCRIPT": [command, "LOAD"]
        case "PUBSUB": [command, "NUMSUB"]
        case "SCAN": [command, "0"]
        case "TIME": [command]
        case "RENAME": [command, "crm_index_", "crm_index_"]
        case "ZINTERCARD": [command, "1", "crm_index_"]
        default: [command, "crm_index_"]
        }
    }

    /// The questions as the arguments of `rights.lua`.
    static let arguments: [String] = questions.map { question in
        var json: [UInt8] = []
        for word in question.words {
            json.append(UInt8(ascii: json.isEmpty ? "[" : ","))
            json.appendJSON(word)
        }
        return String(decoding: json, as: UTF8.self) + "]"
    }

    /// Reads the answers of `rights.lua`; `nil` where this Redis cannot give any.
    init?(answers: String) {
        guard answers.utf8.count == Self.questions.count else { return nil }
        var denied: Set<String> = []
        for (question, answer) in zip(Self.questions, answers) where answer != "1" {
            // Whoever may not give a command at all need not read on which keys.
            if let command = question.words.first, denied.contains(command) { continue }
            let name = answer == "?" ? "\(question.name) (unknown to this Redis)" : question.name
            switch question.use {
            case .events: missingForEvents.append(name)
            case .elsewhere: missingElsewhere.append(name)
            case .channel: closedChannels.append(name)
            }
            if question.words.last == "crm_index_" || answer == "?" { denied.insert(question.words[0]) }
        }
    }
}
