import Service

/// A command line that was understood: its command, operands and options.
struct Invocation: Sendable {
    let row: CommandRow
    let operands: [String]
    /// The variables of the process, with what options override.
    let environment: [String: String]
    private let values: [String: String]

    /// Reads the words after a command; `nil` where they ask for its help.
    init?(_ row: CommandRow, _ words: [String], _ environment: [String: String]) throws(UsageError) {
        var operands: [String] = []
        var values: [String: String] = [:]
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--help" || word == "-h" { return nil }
            if word == "--" {
                operands += rest
                break
            }
            guard word.hasPrefix("-"), word != "-" else {
                operands.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let option = try Self.option(parts[0], of: row)
            let isFirst = values[option.name] == nil
            values[option.name] = try Self.value(of: option, parts.count > 1 ? parts[1] : nil, &rest, row)
            let others = row.options.filter { $0.group != nil && $0.group == option.group && $0.name != option.name }
            if isFirst, let other = others.first(where: { values[$0.name] != nil }) {
                throw UsageError("\(other.name) and \(option.name) exclude each other", see: row)
            }
        }
        try Self.check(operands, of: row)
        for option in row.options where values[option.name] == nil {
            guard let reason = option.reason else { continue }
            throw UsageError("crmsync \(row.name) needs \(option.form), because \(reason)", see: row)
        }
        (self.row, self.operands, self.values) = (row, operands, values)
        var environment = environment
        if let url = values[Option.redis.name] {
            environment["REDIS_URL"] = url
            environment["REDIS_URL_FILE"] = nil
        }
        self.environment = environment
    }

    private static func option(_ name: String, of row: CommandRow) throws(UsageError) -> Option {
        guard let option = row.options.first(where: { $0.name == name }) else {
            let hint = Nearest.hint(for: name, in: row.options.map(\.name))
            throw UsageError("crmsync \(row.name) has no option '\(name)'" + hint, see: row)
        }
        return option
    }

    private static func value(
        of option: Option, _ given: String?, _ rest: inout ArraySlice<String>, _ row: CommandRow
    ) throws(UsageError) -> String {
        guard let value = option.value else {
            if let given { throw UsageError("\(option.name) takes no value, and '\(given)' is one", see: row) }
            return ""
        }
        guard let text = given ?? rest.popFirst() else {
            throw UsageError("\(option.name) needs a value: \(value.expected)", see: row)
        }
        if let problem = value.problem(with: text) {
            // An address may hold a password.
            let said = if case .redisURL = value.kind { option.name } else { "\(option.name) is '\(text)'" }
            throw UsageError("\(said): \(problem)", see: row)
        }
        return text
    }

    private static func check(_ operands: [String], of row: CommandRow) throws(UsageError) {
        let missing = row.operands.dropFirst(operands.count).first { !$0.isOptional }
        if let missing {
            throw UsageError("crmsync \(row.name) needs \(missing.value.placeholder), \(missing.meaning)", see: row)
        }
        for (operand, text) in zip(row.operands, operands) {
            guard let problem = operand.value.problem(with: text) else { continue }
            throw UsageError("\(operand.value.placeholder) is '\(text)': \(problem)", see: row)
        }
        guard operands.count > row.operands.count, row.operands.last?.isRepeated != true else { return }
        let takes =
            row.operands.isEmpty
            ? "takes no words" : "takes " + row.operands.map(\.value.placeholder).joined(separator: " ") + " alone"
        throw UsageError("'\(operands[row.operands.count])' is too much: crmsync \(row.name) \(takes)", see: row)
    }

    func has(_ name: String) -> Bool { value(name) != nil }

    /// The value of an option; `nil` where it was not given.
    func value(_ name: String) -> String? {
        precondition(row.options.contains { $0.name == name }, "\(row.name) has no \(name)")
        return values[name]
    }

    /// Who decides, of a command with ``Option/actor``.
    var actor: String { value(Option.actor.name) ?? environment["USER"] ?? "command line" }

    /// A number, whose range the table has checked.
    func number(_ name: String, default standard: Int) -> Int { value(name).flatMap { Int($0) } ?? standard }
}
