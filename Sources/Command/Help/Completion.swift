/// Completion scripts for shells, made of the table of commands.
enum Completion {
    /// Words after a command, by what may be completed there.
    static func words(of value: Value) -> [String] {
        switch value.kind {
        case .choice(let words): words
        case .topic: HelpTopic.all.map(\.name) + CommandRow.table.map(\.name)
        case .text, .file, .number, .redisURL: []
        }
    }

    static func isFile(_ value: Value) -> Bool { if case .file = value.kind { true } else { false } }

    /// The words that follow the name of a command.
    static func members(of row: CommandRow) -> [String] {
        row.members.map { String($0.name.dropFirst(row.name.count + 1)) }
    }
}

extension CommandRow {
    static let completion = CommandRow(
        name: "completion", section: .help, summary: "Prints the completion script of a shell.",
        operands: [Operand(Value("SHELL", .choice(["bash", "zsh"])), "bash or zsh")],
        paragraphs: [
            "For bash: source <(crmsync completion bash), in ~/.bashrc. For zsh: source <(crmsync completion zsh), "
                + "after compinit in ~/.zshrc."
        ],
        readsRedis: false, readsSettings: false,
        run: { invocation in
            let screen = Screen(invocation.environment)
            screen.raw(invocation.operands[0] == "bash" ? Completion.bash : Completion.zsh)
            return screen.end()
        })
}
