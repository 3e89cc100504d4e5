/// One command of the program: what the parser, the help texts, the man page and the completion know of it.
struct CommandRow: Sendable {
    /// What a command is for.
    enum Section: String, CaseIterable, Sendable {
        case service = "Service"
        case sales = "Sales"
        case data = "Data"
        case help = "Help"
    }

    /// A word after the command that is no option.
    struct Operand: Sendable {
        let value: Value
        /// What it may be, after its name.
        let meaning: String
        var isOptional = false
        /// Whether more such words may follow.
        var isRepeated = false

        init(_ value: Value, _ meaning: String, isOptional: Bool = false, isRepeated: Bool = false) {
            (self.value, self.meaning) = (value, meaning)
            (self.isOptional, self.isRepeated) = (isOptional, isRepeated)
        }

        /// As a synopsis has it.
        var form: String {
            let name = value.placeholder + (isRepeated ? "..." : "")
            return isOptional ? "[\(name)]" : name
        }
    }

    typealias Run = @Sendable (Invocation) -> Int32

    /// What is typed, such as `stats` or `task done`.
    let name: String
    let section: Section
    /// One sentence.
    let summary: String
    var operands: [Operand] = []
    /// Its own options; see ``options``.
    var ownOptions: [Option] = []
    /// What else there is to know, a paragraph each.
    var paragraphs: [String] = []
    /// What its exit statuses mean, where that differs from ``commonStatuses``.
    var statuses: [Int32: String] = [:]
    /// Commands that begin with its name.
    var members: [CommandRow] = []
    var readsRedis = true
    var readsSettings = true
    /// `nil` for a command that needs one of its members.
    var run: Run?

    /// All its options but `--help`.
    var options: [Option] { ownOptions + (readsRedis ? [.redis] : []) }

    /// What its exit statuses mean, the lowest first.
    var allStatuses: [(code: Int32, meaning: String)] {
        var all: [Int32: String] = [
            ExitStatus.done: "Done.", ExitStatus.usage: "The command line is wrong.",
            ExitStatus.failed: readsRedis ? "Failed, or Redis cannot be reached." : "Failed.",
        ]
        if readsSettings { all[ExitStatus.configuration] = "A setting cannot be used." }
        return all.merging(statuses) { $1 }.sorted { $0.key < $1.key }.map { (code: $0.key, meaning: $0.value) }
    }

    /// How it is typed, in parts that stay together.
    var synopsis: [String] {
        var parts: [String] = []
        var groups: Set<String> = []
        for option in options {
            guard let group = option.group else {
                parts.append(option.reason == nil ? "[\(option.form)]" : option.form)
                continue
            }
            guard groups.insert(group).inserted else { continue }
            parts.append("[" + options.filter { $0.group == group }.map(\.form).joined(separator: "|") + "]")
        }
        return operands.map(\.form) + parts
    }

    /// The command and those that begin with its name.
    var family: [CommandRow] { (run == nil ? [] : [self]) + members }
}
