import Store

extension Settings {
    /// What works and is probably not meant: reported once at the start, and in `/readyz`.
    var problems: [Problem] {
        var problems: [Problem] = []
        if !misspelled.isEmpty {
            let pairs = misspelled.map { "\($0.name) (\($0.setting) is one)" }.joined(separator: ", ")
            problems.append(
                Problem(.warning, "setting_unknown", "Not a setting, and ignored: \(pairs). Rename or remove it."))
        }
        if !browsersMoveMoney, serverKeys.isEmpty {
            problems.append(
                Problem(
                    .warning, "money_from_nobody",
                    "MONEY_EVENTS=server without SERVER_KEYS: no booking and no payment ever counts. Set SERVER_KEYS."))
        }
        if journalDirectory == nil {
            problems.append(
                Problem(
                    .warning, "journal_missing",
                    "JOURNAL_DIR is not set: events are answered 503 when Redis cannot take them, and lost unless they "
                        + "are sent again. Set it to a folder on a disk."))
        }
        if writeKeys.isEmpty, allowedOrigins.isEmpty, rateLimit == nil, identityMode != .enforce, !isLoopback {
            problems.append(
                Problem(
                    .warning, "open_door",
                    "Anybody who reaches HOST=\(host) may post any event: set WRITE_KEYS, ALLOWED_ORIGINS, RATE_LIMIT "
                        + "or IDENTITY_SECRET."))
        }
        return problems
    }

    /// Whether only programs on this machine reach the service.
    private var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}
