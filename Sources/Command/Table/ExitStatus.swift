/// How the program ends: one row for each exit status.
enum ExitStatus {
    static let done: Int32 = 0
    static let failed: Int32 = 1
    /// An event is rejected.
    static let rejected: Int32 = 2
    static let notFound: Int32 = 3
    /// EX_USAGE of sysexits.h.
    static let usage: Int32 = 64
    /// EX_CONFIG of sysexits.h.
    static let configuration: Int32 = 78
    /// 128 and the number of SIGINT, as shells report it.
    static let interrupted: Int32 = 130
    /// 128 and the number of SIGPIPE, as shells report it.
    static let brokenPipe: Int32 = 141

    /// What each means, whatever the command.
    static let all: [(code: Int32, meaning: String)] = [
        (done, "Done. status: events are accepted. check: all is well. health: the service is alive."),
        (
            failed,
            "Failed, Redis cannot be reached, or the output could not be written. status: events are not accepted. "
                + "check: something is wrong. retention: removal by age is stopped. journal: a dead letter is still "
                + "refused. health: the service is not alive."
        ),
        (rejected, "explain: the event would be rejected. import: some lines were rejected."),
        (notFound, "There is no such contact or task."),
        (usage, "The command line is wrong; the message names what and where."),
        (
            configuration,
            "A setting cannot be used. serve: the port is taken, or JOURNAL_DIR cannot be used. The message names the "
                + "variable."
        ),
        (interrupted, "import: stopped by Ctrl-C."),
        (brokenPipe, "The reader of the output has gone, as in crmsync tasks | head -1."),
    ]
}
