import CBuild
import Service

extension CommandRow {
    static let version = CommandRow(
        name: "version", section: .help, summary: "Prints the version; so do --version and -V.", readsRedis: false,
        readsSettings: false, run: { VersionCommand.run(Screen($0.environment)) })
}

/// `crmsync version`: which version this is.
enum VersionCommand {
    static func run(_ screen: Screen) -> Int32 {
        let commit = String(cString: crmsync_commit())
        screen.line("crmsync \(Program.version)" + (commit.isEmpty ? "" : " (\(commit))"))
        return screen.end()
    }
}
