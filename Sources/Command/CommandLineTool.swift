import Glibc
import Loop

/// The program `crmsync`.
enum CommandLineTool {
    /// Runs the command of this process and returns the exit status.
    static func main() -> Int32 {
        let words = Arguments.words
        // The service goes on when nobody reads its log; a command whose output nobody gets has failed.
        if words.first != CommandRow.serve.name { Output.check() }
        StandardStreams.reserve()
        // The end of a reader is an error of a write, not the end of the program in the middle of something.
        signal(SIGPIPE, SIG_IGN)
        return run(words, environment: environment)
    }

    /// Runs a command and returns the exit status.
    static func run(_ words: [String], environment: [String: String]) -> Int32 {
        do throws(UsageError) {
            return try dispatch(words, environment)
        } catch {
            return fail("\(error)", status: ExitStatus.usage)
        }
    }

    private static func dispatch(_ words: [String], _ environment: [String: String]) throws(UsageError) -> Int32 {
        switch words.first ?? "--help" {
        case "--help", "-h": return HelpPage.show(HelpPage.overview, Screen(environment))
        case "--version", "-V", "-v": return VersionCommand.run(Screen(environment))
        default: break
        }
        let (row, rest) = try CommandRow.find(words)
        guard let invocation = try Invocation(row, rest, environment), let run = row.run else {
            return HelpPage.show(HelpPage.page(of: row), Screen(environment))
        }
        return run(invocation)
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

    /// Reports what went wrong, on standard error, and returns the exit status.
    static func fail(_ problem: String, status: Int32 = ExitStatus.failed) -> Int32 {
        complain(problem)
        return status
    }

    /// Writes a message to standard error.
    static func complain(_ problem: String) {
        let lines = problem.split(separator: "\n", omittingEmptySubsequences: false).map { Screen.plain(String($0)) }
        let bytes = Array("crmsync: \(lines.joined(separator: "\n"))\n".utf8)
        // Nothing can be done about a standard error that is closed.
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}

extension Screen {
    /// Ends a command that has written all that it had to.
    func end(_ status: Int32 = ExitStatus.done) -> Int32 {
        finish()
        return status
    }
}
