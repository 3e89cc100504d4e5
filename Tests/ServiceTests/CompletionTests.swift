import Foundation
import TestSupport
import Testing

@testable import Command
@testable import Service

/// The man page and the completion of shells: they name what the table of commands has.
@Suite struct CompletionTests {
    private static let rows = CommandRow.table.flatMap { [$0] + $0.members }

    /// What a command prints, run by the shell.
    private func shell(_ script: String, _ environment: [String: String] = [:]) throws -> String {
        let folder = try TemporaryFolder()
        let process = try ChildProcess(
            "bash", ["--norc", "-c", script], environment: environment.merging(["CRMSYNC": try Program.path()]) { $1 },
            output: folder.file("out"), errors: folder.file("err"))
        let exit = try process.wait(within: 60)
        let errors = try String(contentsOfFile: folder.file("err"), encoding: .utf8)
        #expect(exit == .code(0) && errors == "", "\(errors)")
        return try String(contentsOfFile: folder.file("out"), encoding: .utf8)
    }

    /// What bash completes for each line, whose last word is being typed.
    private func completions(_ lines: [String]) throws -> [Set<String>] {
        let calls = lines.map { line in
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            return "COMP_WORDS=(\(words.map { "'\($0)'" }.joined(separator: " "))); COMP_CWORD=\(words.count - 1); "
                + "_crmsync; echo \"${COMPREPLY[*]}\""
        }
        let text = try shell((["source <(\"$CRMSYNC\" completion bash)"] + calls).joined(separator: "\n"))
        let answers = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        return answers.map { Set($0.split(separator: " ").map(String.init)) }
    }

    @Test func `bash completes each command, each option and each choice of the table`() throws {
        let lines = Self.rows.map { "crmsync \($0.name) -" }
        for (row, found) in zip(Self.rows, try completions(lines)) {
            #expect(found == Set(row.options.map(\.name) + ["--help"]), "\(row.name)")
        }
        let first = try completions(["crmsync ", "crmsync ta", "crmsync task ", "crmsync journal d"])
        #expect(first[0].isSuperset(of: CommandRow.table.map(\.name)))
        #expect(first[1] == ["task", "tasks"])
        #expect(first[2] == ["done", "cancel", "reopen", "assign"])
        #expect(first[3] == ["drop"])
        for row in CommandRow.runnable {
            for option in row.options {
                guard let value = option.value else { continue }
                let found = try completions(["crmsync \(row.name) \(option.name) "])
                #expect(found == [Set(value.words)], "\(row.name) \(option.name)")
            }
        }
    }

    @Test func `bash completes operands: topics, shells and files`() throws {
        let found = try completions(["crmsync help ", "crmsync completion ", "crmsync contact "])
        #expect(found[0] == Set(HelpTopic.all.map(\.name) + CommandRow.table.map(\.name)))
        #expect(found[1] == ["bash", "zsh"])
        #expect(found[2] == ["set-status"])
        let folder = try TemporaryFolder()
        try "".write(toFile: folder.file("events.ndjson"), atomically: true, encoding: .utf8)
        #expect(try completions(["crmsync import \(folder.path)/ev"]) == [[folder.file("events.ndjson")]])
    }

    @Test func `zsh's script has each command, each option and each choice of the table`() throws {
        let script = try Program.run(["completion", "zsh"]).output
        for row in Self.rows {
            #expect(script.contains("('\(row.name)')\n"), "\(row.name)")
            for option in row.options { #expect(script.contains("\(option.name)["), "\(option.name)") }
            for choice in row.options.flatMap({ $0.value?.words ?? [] }) {
                #expect(script.contains(choice), "\(choice)")
            }
        }
        let hasShell = try shell("command -v zsh || true")
        guard !hasShell.isEmpty else { return }
        _ = try shell("\"$CRMSYNC\" completion zsh | zsh -n")
    }

    @Test func `the man page has each command, option, setting and exit status, and no wrong macro`() throws {
        let page = try Program.run(["help", "man"]).output
        for row in CommandRow.runnable {
            #expect(page.contains(".SY \"crmsync \(Roff.escaped(row.name))\""), "\(row.name)")
            #expect(page.contains(Roff.escaped(row.summary)), "\(row.name)")
            for option in row.ownOptions { #expect(page.contains(Roff.escaped(option.help)), "\(option.name)") }
        }
        for setting in Setting.all { #expect(page.contains(".B \"\(setting.name)\""), "\(setting.name)") }
        for (code, _) in ExitStatus.all { #expect(page.contains(".B \"\(code)\""), "\(code)") }
        for variable in ManPage.outputVariables { #expect(page.contains(variable.0)) }
        guard try !shell("command -v groff || true").isEmpty else { return }
        let shown = try shell("\"$CRMSYNC\" help man | groff -man -ww -Wbreak -Tascii -P-cbou -rLL=78n")
        for title in ["NAME", "SYNOPSIS", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "EXAMPLES"] {
            #expect(shown.contains("\n\(title)\n"), "\(title)")
        }
        #expect(shown.contains("--rewrite-aof") && shown.contains("'notify-send"))
    }
}
