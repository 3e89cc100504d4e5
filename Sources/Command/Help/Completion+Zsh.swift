extension Completion {
    /// The script for zsh.
    static var zsh: String {
        """
        #compdef crmsync
        # Completion of crmsync for zsh, printed by `crmsync completion zsh`.
        _crmsync() {
            local name=$words[2] skip=1
            local -a commands
            if (( CURRENT == 2 )); then
                commands=(
        \(descriptions(CommandRow.table)))
                _describe -t commands command commands
                return
            fi
            if (( CURRENT > 3 )); then
                case "$words[2] $words[3]" in
                    (\(CommandRow.table.flatMap(\.members).map { quoted($0.name) }.joined(separator: "|")))
                        name="$words[2] $words[3]" skip=2 ;;
                esac
            fi
            shift $skip words
            (( CURRENT -= skip ))
            case $name in
        \(cases)    esac
        }
        if [ "$funcstack[1]" = _crmsync ]; then _crmsync "$@"; else compdef _crmsync crmsync; fi

        """
    }

    private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }

    /// Names and summaries as `_describe` reads them.
    private static func descriptions(_ rows: [CommandRow]) -> String {
        rows.map { row in
            let name = row.name.split(separator: " ").last ?? ""
            return "            " + quoted("\(name):\(row.summary.replacing(":", with: "\\:"))") + "\n"
        }.joined()
    }

    private static var cases: String {
        CommandRow.table.flatMap { [$0] + $0.members }.map { row in
            let arguments =
                row.options.map { option(of: $0, row) } + ["'(-h --help)'{-h,--help}'[Shows the help text.]'"]
            let call = "_arguments " + (arguments + operands(of: row)).joined(separator: " \\\n                ")
            let body =
                row.members.isEmpty
                ? call
                : "commands=(\n\(descriptions(row.members)))\n"
                    + "            (( CURRENT == 2 )) && _describe -t commands command commands\n            " + call
            return "        (\(quoted(row.name)))\n            \(body) ;;\n"
        }.joined()
    }

    private static func option(of option: Option, _ row: CommandRow) -> String {
        let others = row.options.filter { $0.group != nil && $0.group == option.group }.map(\.name)
        let excluded = others.count > 1 ? "(\(others.joined(separator: " ")))" : ""
        let value = option.value.map { ":\($0.placeholder):\(action(for: $0))" } ?? ""
        return quoted("\(excluded)\(option.name)[\(escaped(option.help))]\(value)")
    }

    private static func operands(of row: CommandRow) -> [String] {
        row.operands.map { operand in
            quoted("\(operand.isRepeated ? "*" : ""):\(escaped(operand.meaning)):\(action(for: operand.value))")
        }
    }

    private static func action(for value: Value) -> String {
        if isFile(value) { return "_files" }
        let choices = words(of: value)
        return choices.isEmpty ? "" : "(\(choices.joined(separator: " ")))"
    }

    /// Brackets and colons end a description.
    private static func escaped(_ text: String) -> String {
        text.replacing("[", with: "\\[").replacing("]", with: "\\]").replacing(":", with: "\\:")
    }
}
