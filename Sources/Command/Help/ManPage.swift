import Service

/// The man page: everything that the help texts have, in roff (groff_man(7)).
enum ManPage {
    static var text: String {
        var roff = Roff()
        roff.title("CRMSYNC", section: 1, source: "crmsync \(Program.version)", manual: "User Commands")
        roff.section("NAME")
        roff.line("crmsync \\- turn a website's events into a live CRM in Redis")
        roff.section("SYNOPSIS")
        for row in CommandRow.runnable { roff.synopsis("crmsync \(row.name)", row.synopsis) }
        roff.section("DESCRIPTION")
        for paragraph in description { roff.paragraph(paragraph) }
        roff.section("COMMANDS")
        for section in CommandRow.Section.allCases {
            roff.subsection(section.rawValue)
            for row in CommandRow.runnable where row.section == section { add(row, to: &roff) }
        }
        roff.section("OPTIONS")
        roff.term("-h, --help", "After a command: shows its options. Alone: shows the commands.")
        roff.term("-V, --version", "Shows the version.")
        roff.section("EXIT STATUS")
        for (code, meaning) in ExitStatus.all { roff.term(String(code), meaning) }
        roff.section("ENVIRONMENT")
        for section in Setting.Section.allCases {
            roff.subsection(section.rawValue)
            for setting in Setting.all where setting.section == section {
                roff.term(setting.name, References.term(setting).text)
            }
        }
        roff.subsection("Output of commands")
        for (name, meaning) in outputVariables { roff.term(name, meaning) }
        add(
            [
                ("SIGNALS", signals), ("FILES", files),
            ], to: &roff)
        roff.section("EXAMPLES")
        roff.example(examples)
        roff.section("SEE ALSO")
        roff.line("redis\\-server(1), systemd(1)")
        return roff.text
    }

    private static func add(_ row: CommandRow, to roff: inout Roff) {
        roff.term(([row.name] + row.synopsis).joined(separator: " "), row.summary)
        for paragraph in row.paragraphs { roff.more(paragraph) }
        guard !row.ownOptions.isEmpty else { return }
        roff.indented {
            for option in row.ownOptions { $0.term(option.form, option.help) }
        }
    }

    private static func add(_ sections: [(String, [(String, String)])], to roff: inout Roff) {
        for (title, terms) in sections {
            roff.section(title)
            for (term, text) in terms { roff.term(term, text) }
        }
    }

    private static let description = [
        "crmsync serve receives the events of a website over HTTP (registrations, searches, viewed cars, bookings, "
            + "payments) and keeps contacts, their timelines and sales tasks in Redis. An event that was acknowledged "
            + "is in Redis, or on disk until Redis accepts it.",
        "The other commands read and write the same Redis, without the service. Settings are environment variables; "
            + "commands that use Redis also have --redis URL, which replaces REDIS_URL.",
    ]

    /// Variables that are no settings of the service.
    static let outputVariables = [
        ("NO_COLOR", "Not empty: no colours on a terminal."),
        ("COLUMNS", "The width of the output where it is no terminal; 80 unless set."),
        ("LC_ALL, LC_CTYPE, LANG", "The first that is set says whether figures are drawn in UTF-8 or in ASCII."),
        ("USER", "The actor of task commands without --by."),
    ]

    private static let signals = [
        (
            "SIGTERM, SIGINT",
            "serve: no new connections; what is in flight is answered; exit status 0. A second one, a second later or "
                + "more, ends the process at once. import: stops in order, exit status 130."
        )
    ]

    private static let files = [
        ("/etc/crmsync.env", "Settings of the service under systemd."),
        ("/var/lib/crmsync/<port>", "Its JOURNAL_DIR."),
        ("FILE.progress", "How far crmsync import FILE came."),
    ]

    private static let examples = [
        "REDIS_URL=redis://127.0.0.1:6379/0 JOURNAL_DIR=/var/lib/crmsync crmsync serve",
        "crmsync alerts --exec 'notify-send \"Call this customer\"'", "crmsync contact john@example.com",
        "crmsync export john@example.com >john.json && crmsync erase john@example.com --yes",
    ]
}
