extension CommandRow {
    static let help = CommandRow(
        name: "help", section: .help, summary: "Shows this text, or explains a command or a topic.",
        operands: [Operand(Value("TOPIC", .topic), "a command or a topic", isOptional: true, isRepeated: true)],
        paragraphs: [
            "The topics are printed from the declarations of the program: crmsync help settings shows what this "
                + "version reads. crmsync help man prints the man page: crmsync help man | man -l -"
        ],
        readsRedis: false, readsSettings: false, run: HelpCommand.run)
}

/// `crmsync help`: what there is, a command, or a topic.
enum HelpCommand {
    static func run(_ invocation: Invocation) -> Int32 {
        let screen = Screen(invocation.environment)
        let words = invocation.operands
        guard let first = words.first else { return HelpPage.show(HelpPage.overview, screen) }
        if words.count == 1, let topic = HelpTopic.all.first(where: { $0.name == first }) {
            return topic.show(screen)
        }
        do throws(UsageError) {
            return try HelpPage.show(HelpPage.page(of: command(words)), screen)
        } catch {
            return CommandLineTool.fail("\(error)", status: ExitStatus.usage)
        }
    }

    private static func command(_ words: [String]) throws(UsageError) -> CommandRow {
        let first = words[0]
        guard let row = CommandRow.table.first(where: { $0.name == first }) else {
            let known = CommandRow.table.map(\.name) + HelpTopic.all.map(\.name)
            throw UsageError("there is no command or topic '\(first)'" + Nearest.hint(for: first, in: known))
        }
        guard words.count > 1 else { return row }
        let (member, rest) = try CommandRow.find(words)
        if let word = rest.first { throw UsageError("'\(word)' is too much: crmsync help takes a command or a topic") }
        return member
    }
}
