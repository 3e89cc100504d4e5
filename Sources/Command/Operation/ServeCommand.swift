import Service

extension CommandRow {
    static let serve = CommandRow(
        name: "serve", section: .service, summary: "Receives events, until SIGTERM or SIGINT.",
        paragraphs: [
            "Settings are environment variables; crmsync help settings explains each. After SIGTERM or SIGINT the "
                + "service accepts no new connections, answers what is in flight, and ends with 0 within "
                + "DRAIN_SECONDS. A second signal, a second later or more, ends it at once.",
            "SIGHUP reads SETTINGS_FILE and the files of secrets again, and changes keys, origins, limits and the log's "
                + "level without a restart; the log says which settings need one.",
            "Without Redis the service starts all the same: events are queued in JOURNAL_DIR until Redis is there.",
        ],
        statuses: [
            ExitStatus.done: "Stopped by a signal.", ExitStatus.failed: "Failed.",
            ExitStatus.configuration:
                "A setting cannot be used, the port is taken, or JOURNAL_DIR cannot be used. Starting again does not "
                + "help.",
        ],
        run: ServeCommand.run)
}

/// `crmsync serve`: the service.
enum ServeCommand {
    static func run(_ invocation: Invocation) -> Int32 {
        Session.withSettings(invocation) { settings in
            do throws(ServiceError) {
                let environment = invocation.environment
                try Service(settings, reread: { () throws(Settings.Invalid) in try Settings(environment: environment) })
                    .run()
                return ExitStatus.done
            } catch {
                return CommandLineTool.fail("\(error)", status: status(of: error))
            }
        }
    }

    private static func status(of error: ServiceError) -> Int32 {
        switch error {
        case .address, .journal: ExitStatus.configuration
        case .system: ExitStatus.failed
        }
    }
}
