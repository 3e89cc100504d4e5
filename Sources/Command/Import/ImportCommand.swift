import Glibc
import Loop
import Service
import Store

/// `crmsync import`: past events, through the same door as all events.
enum ImportCommand {
    /// Exit status when some lines were refused.
    static let someRefused: Int32 = 2
    /// Exit status after Ctrl-C (128 and the number of the signal, as shells do).
    static let interrupted: Int32 = 130

    /// Runs the command; `nil` when its words are not understood.
    static func run(_ words: [String], _ environment: [String: String]) -> Int32? {
        guard let options = Options(words, flags: ["--strict", "--restart"], values: ["--tasks"]),
            options.rest.count == 1, let tasks = Importer.Tasks(rawValue: options.value("--tasks") ?? "recent")
        else { return nil }
        do throws(InputError) {
            let file = try InputFile(options.rest[0])
            let progress = try begin(file, again: options.has("--restart"))
            var importer: Importer?
            var signals: Signals?
            defer { withExtendedLifetime((importer, signals)) {} }
            return Session.run(environment) { session in
                let new = Importer(
                    session, file: file, from: progress, tasks: tasks, isStrict: options.has("--strict"))
                importer = new
                signals = try? Signals([SIGINT, SIGTERM], loop: session.loop) { _ in new.stop() }
                new.start { session.end($0) }
            }
        } catch {
            return CommandLineTool.fail("\(error)")
        }
    }

    /// How far an earlier run came. A file that cannot be noted beside the events is met before the first of them.
    private static func begin(_ file: InputFile, again: Bool) throws(InputError) -> ImportProgress {
        guard file.size != nil else { return ImportProgress() }
        let progress = again ? ImportProgress() : try ImportProgress(of: file)
        try progress.save(for: file)
        try file.seek(to: progress.offset)
        return progress
    }
}
