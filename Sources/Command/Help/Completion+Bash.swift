extension Completion {
    /// The script for bash.
    static var bash: String {
        """
        # Completion of crmsync for bash, printed by `crmsync completion bash`.
        _crmsync() {
            local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} name=${COMP_WORDS[1]-} at=2
            COMPREPLY=()
            if [ "$COMP_CWORD" -eq 1 ]; then
                \(words(CommandRow.table.map(\.name) + ["--help", "--version"]))
                return
            fi
            case "$name ${COMP_WORDS[2]-}" in
        \(members))
                [ "$COMP_CWORD" -eq 2 ] || { name="$name ${COMP_WORDS[2]}"; at=3; } ;;
            esac
            case "$name $before" in
        \(values)    esac
            case "$word" in
                -*)
                    case "$name" in
        \(options)            esac
                    return ;;
            esac
            case "$name $((COMP_CWORD - at))" in
        \(operands)    esac
        }
        complete -F _crmsync crmsync

        """
    }

    private static func row(_ pattern: String, _ action: String) -> String { "        \(pattern)) \(action) ;;\n" }

    private static func words(_ words: [String]) -> String {
        "COMPREPLY=($(compgen -W \"\(words.joined(separator: " "))\" -- \"$word\"))"
    }

    private static let files = "COMPREPLY=($(compgen -f -- \"$word\"))"

    private static var members: String {
        "        " + CommandRow.table.flatMap(\.members).map { "\"\($0.name)\"" }.joined(separator: " | ")
    }

    private static var values: String {
        CommandRow.runnable.flatMap { command in
            command.options.compactMap { option in
                option.value.map { value in
                    row(
                        "\"\(command.name) \(option.name)\"",
                        (words(of: value).isEmpty ? "" : words(words(of: value)) + "; ") + "return")
                }
            }
        }.joined()
    }

    private static var options: String {
        CommandRow.table.flatMap { [$0] + $0.members }.map { command in
            "        " + row("\"\(command.name)\"", words(command.options.map(\.name) + ["--help"]))
        }.joined()
    }

    private static var operands: String {
        CommandRow.table.flatMap { [$0] + $0.members }.flatMap { command -> [String] in
            if !command.members.isEmpty { return [row("\"\(command.name) 0\"", words(members(of: command)))] }
            return command.operands.enumerated().compactMap { index, operand in
                let pattern = operand.isRepeated ? "\"\(command.name) \"*" : "\"\(command.name) \(index)\""
                if isFile(operand.value) { return row(pattern, files) }
                let choices = words(of: operand.value)
                return choices.isEmpty ? nil : row(pattern, words(choices))
            }
        }.joined()
    }
}
