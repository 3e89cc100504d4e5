import Service

/// The help texts of the program and of each command, made of the table of commands.
enum HelpPage {
    /// Shows a text, and returns the exit status.
    static func show(_ blocks: [Block], _ screen: Screen) -> Int32 {
        screen.raw(TerminalText(blocks, columns: screen.width).text)
        return screen.end()
    }

    /// What `crmsync --help` shows.
    static var overview: [Block] {
        var blocks: [Block] = [
            .paragraph("crmsync turns what customers do on a website into a live CRM in Redis."),
            .usage([("crmsync", ["COMMAND", "[WORD...]", "[OPTION...]"])]),
        ]
        for section in CommandRow.Section.allCases {
            blocks.append(.heading(section.rawValue))
            blocks.append(.terms(CommandRow.table.filter { $0.section == section }.map { (term($0), $0.summary) }))
        }
        let settings = ["PORT", "HOST", "REDIS_URL", "JOURNAL_DIR", "ADMIN_TOKEN"]
        blocks += [
            .heading("Settings that most need"),
            .terms(Setting.all.filter { settings.contains($0.name) }.map(References.shortTerm)),
            .heading("Topics of crmsync help"),
            .terms(HelpTopic.all.map { ($0.name, $0.summary) }),
        ]
        return blocks
    }

    private static func term(_ row: CommandRow) -> String {
        guard row.run != nil else {
            let verbs = row.members.map { String($0.name.dropFirst(row.name.count + 1)) }
            return "\(row.name) \(verbs.joined(separator: "|"))"
        }
        return ([row.name] + row.operands.map(\.form)).joined(separator: " ")
    }

    /// What a command's `--help` shows.
    static func page(of row: CommandRow) -> [Block] {
        let family = row.family
        var blocks: [Block] = [
            .usage(family.map { ("crmsync \($0.name)", $0.synopsis) }),
            .paragraph(row.summary),
        ]
        blocks += row.paragraphs.map { .paragraph($0) }
        if !row.members.isEmpty {
            blocks += [.heading("Commands"), .terms(row.members.map { ("crmsync \($0.name)", $0.summary) })]
        }
        var operands: [(term: String, text: String)] = []
        for operand in family.flatMap(\.operands) where !operands.contains(where: { $0.term == operand.term }) {
            operands.append((operand.term, operand.meaning.prefix(1).uppercased() + operand.meaning.dropFirst() + "."))
        }
        if !operands.isEmpty { blocks += [.heading("Words"), .terms(operands)] }
        blocks += [.heading("Options"), .terms(options(of: family)), .heading("Exit status")]
        blocks.append(.terms(status(of: row.run == nil ? row.members[0] : row)))
        return blocks
    }

    private static func options(of family: [CommandRow]) -> [(term: String, text: String)] {
        var options: [(term: String, text: String)] = []
        for option in family.flatMap(\.options) where !options.contains(where: { $0.term == option.form }) {
            options.append((option.form, option.help))
        }
        return options + [("-h, --help", "Shows this text.")]
    }

    private static func status(of row: CommandRow) -> [(term: String, text: String)] {
        row.allStatuses.map { (String($0.code), $0.meaning) }
    }
}

extension CommandRow.Operand {
    /// How it is called in a help text.
    var term: String { value.placeholder }
}
