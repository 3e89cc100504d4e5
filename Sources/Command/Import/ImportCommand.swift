import Glibc
import Loop
import Service
import Store

extension CommandRow {
    static let importing = CommandRow(
        name: "import", section: .data, summary: "Applies past events, one JSON object a line.",
        operands: [Operand(Value("FILE", .file), "a file with one event a line, or - for standard input")],
        ownOptions: [
            Option(
                "--tasks", Value("WHICH", .choice(["recent", "all", "none"])),
                "Says which events may open tasks: recent, those whose task was due at most a day ago, which is the "
                    + "default; all; or none."),
            Option("--strict", "Stops at the first line that is rejected."),
            Option("--restart", "Begins with the first line again."),
        ],
        paragraphs: [
            "Reads events as POST /track-event does, with the trust of a server key. Each needs a timestamp. One "
                + "without event_id gets an id made of its line, so the same line is applied once within "
                + "DEDUPE_HOURS.",
            "The file FILE.progress records how far the import came. Run again, it resumes there, also with lines that "
                + "were added meanwhile. Ctrl-C stops it in order.",
        ],
        statuses: [
            ExitStatus.rejected: "Some lines were rejected; they are named on standard error.",
            ExitStatus.interrupted: "Stopped by Ctrl-C.",
        ],
        run: ImportCommand.run)
}

/// `crmsync import`: past events, with the script of every event.
enum ImportCommand {
    static func run(_ invocation: Invocation) -> Int32 {
        let tasks = Importer.Tasks(rawValue: invocation.value("--tasks") ?? "recent") ?? .recent
        do throws(InputError) {
            let file = try InputFile(invocation.operands[0])
            let progress = try begin(file, again: invocation.has("--restart"))
            var importer: Importer?
            var signals: Signals?
            defer { withExtendedLifetime((importer, signals)) {} }
            return Session.run(invocation) { session in
                let new = Importer(
                    session, file: file, from: progress, tasks: tasks, isStrict: invocation.has("--strict"))
                importer = new
                signals = try? Signals([SIGINT, SIGTERM], loop: session.loop) { _ in new.stop() }
                new.start { session.end($0) }
            }
        } catch {
            return CommandLineTool.fail("\(error)")
        }
    }

    /// How far an earlier run came. A progress file that cannot be written is found before the first event is applied.
    private static func begin(_ file: InputFile, again: Bool) throws(InputError) -> ImportProgress {
        guard file.size != nil else { return ImportProgress() }
        let progress = again ? ImportProgress() : try ImportProgress(of: file)
        try progress.save(for: file)
        try file.seek(to: progress.offset)
        return progress
    }
}
