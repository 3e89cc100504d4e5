import Service

/// `crmsync journal`: what waits on disk, and what was given up.
enum JournalCommand {
    static let help = """
        Usage: crmsync journal [retry|drop [NUMBER]]

        Shows the events that wait in JOURNAL_DIR for Redis, and the dead letters: events that Redis refuses for a
        reason that no retry heals, such as a key of the wrong type. It may be used while the service runs.

          crmsync journal              what there is
          crmsync journal retry [N]    apply the dead letters (or number N) again; those that go through are removed
          crmsync journal drop [N]     delete the dead letters (or number N)

        Exit status: 0; 1 when the folder cannot be used or a letter is still refused; 64 for a wrong command line.
        """

    static func run(_ words: [String], _ environment: [String: String]) -> Int32 {
        if words == ["--help"] {
            print(help)
            return 0
        }
        let number = words.count == 2 ? Int(words[1]) : nil
        guard words.count <= 2, words.count < 2 || number != nil, ["retry", "drop", nil].contains(words.first) else {
            return CommandLineTool.misuse("crmsync journal --help")
        }
        do throws(Settings.Invalid) {
            let settings = try Settings(environment: environment)
            do throws(JournalDesk.Failure) {
                return try carryOut(words.first, number, JournalDesk(settings))
            } catch {
                return CommandLineTool.fail("\(error)")
            }
        } catch {
            return CommandLineTool.fail("\(error)", status: CommandLineTool.badSettings)
        }
    }

    private static func carryOut(
        _ verb: String?, _ number: Int?, _ desk: JournalDesk
    ) throws(JournalDesk.Failure) -> Int32 {
        switch verb {
        case "retry":
            let (lines, failed) = try desk.retry(number)
            show(lines.isEmpty ? ["no dead letters"] : lines)
            return failed == 0 ? 0 : 1
        case "drop": print("dropped \(try desk.drop(number))")
        default: show(try desk.report())
        }
        return 0
    }

    private static func show(_ lines: [String]) {
        let screen = Screen()
        for line in lines { screen.line(Screen.plain(line)) }
    }
}
