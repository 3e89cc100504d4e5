extension CommandRow {
    /// All commands, in the order of the help text.
    static let table: [CommandRow] = [
        serve, status, health, journal,
        alerts, contacts, contact, tasks, task, stats,
        explain, importing, exporting, erase, retention, check,
        help, completion, version,
    ]

    /// Every command that can be run, members included.
    static let runnable: [CommandRow] = table.flatMap(\.family)

    /// Finds the command that the words begin with, and the words after it.
    static func find(_ words: [String]) throws(UsageError) -> (row: CommandRow, rest: [String]) {
        let name = words.first ?? ""
        guard let row = table.first(where: { $0.name == name }) else {
            if name.hasPrefix("-") {
                throw UsageError(
                    "crmsync has no option '\(name)' before a command"
                        + Nearest.hint(for: name, in: ["--help", "--version"]))
            }
            throw UsageError("there is no command '\(name)'" + Nearest.hint(for: name, in: table.map(\.name)))
        }
        let rest = Array(words.dropFirst())
        let verbs = row.members.map { String($0.name.dropFirst(name.count + 1)) }
        guard !verbs.isEmpty, let verb = rest.first, !verb.hasPrefix("-") else {
            guard row.run != nil || rest.first == "--help" || rest.first == "-h" else {
                throw UsageError("crmsync \(name) needs a word after it: \(Value.either(verbs))", see: row)
            }
            return (row, rest)
        }
        guard let member = row.members.first(where: { $0.name == "\(name) \(verb)" }) else {
            // `crmsync contact WHO` beside `crmsync contact set-status`.
            if !row.operands.isEmpty { return (row, rest) }
            throw UsageError(
                "crmsync \(name) does not know '\(verb)': it takes \(Value.either(verbs))"
                    + Nearest.hint(for: verb, in: verbs), see: row)
        }
        return (member, Array(rest.dropFirst()))
    }
}
