@preconcurrency import Glibc
import Service

/// The program `crmsync`.
enum CommandLineTool {
    /// Exit status of a command that was not understood (sysexits' EX_USAGE).
    static let usage: Int32 = 64
    /// Exit status of settings that cannot be used (EX_CONFIG).
    static let badSettings: Int32 = 78

    /// Runs a command and returns the exit status.
    static func run(_ words: [String], environment: [String: String]) -> Int32 {
        switch words.first ?? "--help" {
        case "serve" where words.count == 1: return serve(environment)
        case "journal": return JournalCommand.run(Array(words.dropFirst()), environment)
        case "health" where words.count == 1: return HealthCheck.run(environment)
        case let name where commandHelp[name] != nil:
            let rest = Array(words.dropFirst())
            if rest.contains("--help") || rest.contains("-h") {
                print(commandHelp[name] ?? "")
                return 0
            }
            let status =
                switch name {
                case "alerts": AlertsCommand.run(rest, environment)
                case "check": CheckCommand.run(rest, environment)
                case "explain": ExplainCommand.run(rest, environment)
                case "retention": RetentionCommand.run(rest, environment)
                case "import": ImportCommand.run(rest, environment)
                case "status": StatusCommand.run(rest, environment)
                default: DeskCommands.run(name, rest, environment)
                }
            return status ?? misuse("crmsync \(name) --help")
        case "--help", "-h", "help":
            print(help)
            return 0
        case "--version", "-v", "version":
            print("crmsync \(Program.version)")
            return 0
        default:
            return misuse("crmsync --help")
        }
    }

    /// The environment of this process.
    static var environment: [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return variables
    }

    private static func serve(_ environment: [String: String]) -> Int32 {
        do throws(Settings.Invalid) {
            let settings = try Settings(environment: environment)
            do throws(ServiceError) {
                try Service(settings).run()
                return 0
            } catch {
                return fail("\(error)")
            }
        } catch {
            return fail("\(error)", status: badSettings)
        }
    }

    /// Flushes standard output and returns the exit status: 1 instead of 0 where not all of it could be written, so
    /// that `crmsync export WHO > file && crmsync erase WHO --yes` erases nothing that is not in the file. A reader
    /// that is gone, as in `crmsync tasks | head -n 1`, ends it without a word, as the signal SIGPIPE would (128 + 13).
    static func checkOutput(after status: Int32) -> Int32 {
        // The indicator of an earlier failure stays, but not its reason.
        let reason = fflush(stdout) == 0 ? 0 : errno
        guard reason != 0 || ferror(stdout) != 0 else { return status }
        var output = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        let isReaderGone = poll(&output, 1, 0) > 0 && Int32(output.revents) & Int32(POLLERR) != 0
        if isReaderGone { return status == 0 ? readerGone : status }
        let text = reason == 0 ? "" : " (\(String(cString: strerror(reason))))"
        complain(
            "not all of the output could be written\(text), so what is there is incomplete: make room and run it again")
        return status == 0 ? 1 : status
    }

    /// Exit status where the reader of standard output is gone: what a shell reports for SIGPIPE.
    static let readerGone: Int32 = 141

    /// Says where the right command line can be read.
    static func misuse(_ remedy: String) -> Int32 {
        fail("this command line is not understood; see \(remedy)", status: usage)
    }

    /// Says what went wrong, on standard error, and returns the exit status.
    static func fail(_ problem: String, status: Int32 = 1) -> Int32 {
        complain(problem)
        return status
    }

    /// Says what went wrong, on standard error.
    static func complain(_ problem: String) {
        let lines = problem.split(separator: "\n", omittingEmptySubsequences: false).map { Screen.plain(String($0)) }
        let bytes = Array("crmsync: \(lines.joined(separator: "\n"))\n".utf8)
        // Nothing can be done about a standard error that is closed.
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}
