/// An option of a command: one row of its table.
struct Option: Sendable {
    let name: String
    /// What follows it; `nil` for a flag.
    let value: Value?
    /// One sentence.
    let help: String
    /// Options with the same word exclude each other.
    var group: String?
    /// Why the command does not run without it.
    var reason: String?

    /// A flag.
    init(_ name: String, _ help: String, group: String? = nil, required reason: String? = nil) {
        (self.name, value, self.help, self.group, self.reason) = (name, nil, help, group, reason)
    }

    /// An option with a value.
    init(_ name: String, _ value: Value, _ help: String) {
        (self.name, self.value, self.help) = (name, value, help)
    }

    /// As it is typed: `--limit N`.
    var form: String { value.map { "\(name) \($0.placeholder)" } ?? name }

    /// Where Redis is; each command that reads or writes Redis has it.
    static let redis = Option(
        "--redis", Value("URL", .redisURL),
        "Where Redis is, instead of REDIS_URL. Other users of the machine can see a password that is written here.")

    /// Who decides; each command that decides something for the record has it.
    static let actor = Option("--by", Value("NAME"), "The actor, for the record; $USER unless given.")

    /// JSON instead of text for people.
    static func json(_ help: String = "Prints JSON, for programs.") -> Option { Option("--json", help) }
}
