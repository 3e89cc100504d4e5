import Foundation
import TestSupport
import Testing

@testable import Command
@testable import Service

/// What is typed after `crmsync`: help for each command, a sentence for each mistake.
@Suite struct CommandLineTests {
    private func run(
        _ words: [String], _ environment: [String: String] = [:]
    ) throws -> (status: Int32, output: String, errors: String) {
        let run = try Program.run(words, environment: environment, within: 30)
        guard case .code(let status) = run.exit else { throw Failure("ended by a signal: \(run.exit)") }
        return (status, run.output, run.errors)
    }

    /// The names of all commands, those that need a word after them too.
    private static let names = CommandRow.table.flatMap { [$0] + $0.members }.map(\.name)

    @Test(arguments: names)
    func `each command explains itself, with all its options, and rejects one that it does not have`(name: String)
        throws
    {
        let words = name.split(separator: " ").map(String.init)
        let rows = CommandRow.table.flatMap { [$0] + $0.members }
        let row = try #require(rows.first { $0.name == name })
        let help = try run(words + ["--help"])
        #expect(help.status == 0 && help.errors == "")
        #expect(help.output.hasPrefix("Usage: crmsync \(name)"))
        #expect(help.output.contains("Exit status"))
        for option in row.family.flatMap(\.options) {
            #expect(help.output.contains("  \(option.form) "), "\(option.form)")
        }
        for (code, _) in row.allStatuses { #expect(help.output.contains("\n  \(code) "), "\(code)") }
        #expect(try run(words + ["-h"]).output == help.output)
        #expect(try run(["help"] + words).output == help.output)
        let wrong = try run(words + ["--nonsense"])
        #expect(wrong.status == 64 && wrong.output == "")
        let needsWord = row.run == nil
        #expect(
            wrong.errors.contains(needsWord ? "needs a word after it" : "has no option '--nonsense'"), "\(wrong.errors)"
        )
    }

    @Test func `the help text names each command and topic, and is what crmsync alone prints`() throws {
        let help = try run(["--help"])
        #expect(help.status == 0)
        for row in CommandRow.table {
            #expect(help.output.contains("\n  \(row.name)"), "\(row.name)")
            for member in row.members where row.run == nil {
                #expect(help.output.contains(String(member.name.dropFirst(row.name.count + 1))), "\(member.name)")
            }
        }
        for topic in HelpTopic.all { #expect(help.output.contains("\n  \(topic.name) ")) }
        for words in [[], ["-h"], ["help"]] { #expect(try run(words).output == help.output) }
        #expect(try run([]).status == 0)
    }

    @Test func `the version is printed in each way to ask for it`() throws {
        for word in ["--version", "-V", "-v", "version"] {
            let version = try run([word])
            #expect(version.status == 0 && version.output.hasPrefix("crmsync \(Program.version)"), "\(version)")
        }
    }

    @Test(arguments: [
        ("stast", "there is no command 'stast': did you mean stats? See crmsync --help"),
        ("contcat x", "there is no command 'contcat': did you mean contact? See crmsync --help"),
        ("dance", "there is no command 'dance'; see crmsync --help"),
        ("--jsno stats", "crmsync has no option '--jsno' before a command; see crmsync --help"),
        ("--hlep", "crmsync has no option '--hlep' before a command: did you mean --help? See crmsync --help"),
        ("stats --yes --by x", "crmsync stats has no option '--yes'; see crmsync stats --help"),
        ("stats --dyas 7", "crmsync stats has no option '--dyas': did you mean --days? See crmsync stats --help"),
        ("stats -json", "crmsync stats has no option '-json': did you mean --json? See crmsync stats --help"),
        ("stats 30", "'30' is too much: crmsync stats takes no words; see crmsync stats --help"),
        ("stats --days", "--days needs a value: a whole number from 1 to 400; see crmsync stats --help"),
        ("stats --days 401", "--days is '401': it must be a whole number from 1 to 400; see crmsync stats --help"),
        ("stats --days=0", "--days is '0': it must be a whole number from 1 to 400; see crmsync stats --help"),
        ("stats --json=yes", "--json takes no value, and 'yes' is one; see crmsync stats --help"),
        ("tasks --limit 0", "--limit is '0': it must be a whole number from 1 to 200; see crmsync tasks --help"),
        ("tasks --limit +5", "--limit is '+5': it must be a whole number from 1 to 200; see crmsync tasks --help"),
        ("tasks --priority low", "--priority is 'low': it must be urgent, high or normal; see crmsync tasks --help"),
        (
            "tasks --priority urgnet",
            "--priority is 'urgnet': it must be urgent, high or normal: did you mean urgent? See crmsync tasks --help"
        ),
        ("tasks --open --done", "--open and --done exclude each other; see crmsync tasks --help"),
        (
            "contacts --status new_lead --sort revenue",
            "--status and --sort exclude each other; see crmsync contacts --help"
        ),
        (
            "erase u1",
            "crmsync erase needs --yes, because what it erases cannot be restored; see crmsync erase --help"
        ),
        (
            "contact",
            "crmsync contact needs WHO, an email, a customer id or a contact id; see crmsync contact --help"
        ),
        ("contact a b", "'b' is too much: crmsync contact takes WHO alone; see crmsync contact --help"),
        ("contact -- -x y", "'y' is too much: crmsync contact takes WHO alone; see crmsync contact --help"),
        ("task", "crmsync task needs a word after it: done, cancel, reopen or assign; see crmsync task --help"),
        (
            "task dnoe t",
            "crmsync task does not know 'dnoe': it takes done, cancel, reopen or assign: did you mean done? "
                + "See crmsync task --help"
        ),
        (
            "task assign t",
            "crmsync task assign needs NAME, the person who does it; '' for nobody; see crmsync task assign --help"
        ),
        ("task reopen t --reason x", "crmsync task reopen has no option '--reason'; see crmsync task reopen --help"),
        (
            "journal retry first",
            "NUMBER is 'first': it must be a whole number from 1 to 1000000; see crmsync journal retry --help"
        ),
        (
            "journal drpo",
            "crmsync journal does not know 'drpo': it takes retry or drop: did you mean drop? "
                + "See crmsync journal --help"
        ),
        ("import f --tasks some", "--tasks is 'some': it must be recent, all or none; see crmsync import --help"),
        ("help sttings", "there is no command or topic 'sttings': did you mean settings? See crmsync --help"),
        ("completion fish", "SHELL is 'fish': it must be bash or zsh; see crmsync completion --help"),
        (
            "stats --redis http://h",
            "--redis: the URL must start with redis:// or unix:, such as redis://127.0.0.1:6379/0; see crmsync stats "
                + "--help"
        ),
        ("serve 8080", "'8080' is too much: crmsync serve takes no words; see crmsync serve --help"),
        ("health --json", "crmsync health has no option '--json'; see crmsync health --help"),
    ])
    func `each mistake has its sentence`(line: String, sentence: String) throws {
        let wrong = try run(line.split(separator: " ").map(String.init), ["REDIS_URL": "redis://127.0.0.1:1"])
        #expect(wrong.status == 64)
        #expect(wrong.errors == "crmsync: \(sentence)\n")
        #expect(wrong.output == "")
    }

    @Test func `an address with a password is not repeated`() throws {
        let wrong = try run(["stats", "--redis", "rediss://:zebra-password@h"])
        #expect(wrong.status == 64 && wrong.errors.contains("--redis: "), "\(wrong.errors)")
        #expect(!wrong.errors.contains("zebra"))
    }

    @Test func `what a terminal would obey is not repeated either`() throws {
        let wrong = try run(["stats\u{1B}[31m"])
        #expect(wrong.status == 64 && !wrong.errors.contains("\u{1B}"))
    }

    @Test func `each command has one row, and options of one name have one meaning of a value`() {
        #expect(Set(Self.names).count == Self.names.count)
        for row in CommandRow.runnable {
            #expect(Set(row.options.map(\.name)).count == row.options.count, "\(row.name)")
            #expect(row.summary.hasSuffix("."), "\(row.name)")
            for option in row.options { #expect(option.help.hasSuffix("."), "\(row.name) \(option.name)") }
            for text in [row.summary] + row.paragraphs + row.options.map(\.help) {
                #expect(text.utf8.max().map { $0 < 0x80 } == true, "\(row.name): it is shown under LANG=C too")
            }
        }
    }

    @Test func `a command is understood where proc is not mounted`() throws {
        let folder = try TemporaryFolder()
        let program = try Program.path()
        let process = try ChildProcess(
            "unshare",
            [
                "--mount", "--map-root-user", "sh", "-c", "mount -t tmpfs none /proc && exec \"$0\" stats --yes",
                program,
            ],
            output: folder.file("out"), errors: folder.file("err"))
        let end = try process.wait(within: 60)
        let said = try String(contentsOfFile: folder.file("err"), encoding: .utf8)
        // Some machines forbid namespaces of one's own.
        guard !said.contains("unshare"), !said.contains("mount:") else { return }
        #expect(end == .code(64) && said.contains("crmsync stats has no option '--yes'"), "\(end) \(said)")
    }
}
