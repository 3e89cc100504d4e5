import Loop
import Store

/// What is wrong now: for `/readyz`, `/metrics` and `crmsync status`. Each part of the service reports its own list.
final class ProblemBoard: Sendable {
    /// Who reports, in the order in which problems are listed.
    enum Source: Int, CaseIterable {
        /// What Redis is, may do and holds.
        case redis
        /// The id of the database.
        case database
        /// The queue on disk.
        case journal
        /// The settings that the service was started with.
        case settings
        /// The clocks of this machine and of Redis.
        case clock
        /// Removal by age.
        case retention
    }

    private let lists = Guarded<[[Problem]]>(Source.allCases.map { _ in [] })

    /// All problems that there are now.
    var all: [Problem] { lists.withLock { $0.flatMap(\.self) } }

    /// Replaces the list of one part. Returns what is new in it, and what is gone.
    func report(_ problems: [Problem], from source: Source) -> (new: [Problem], gone: [Problem]) {
        let before = lists.withLock { lists in
            let before = lists[source.rawValue]
            lists[source.rawValue] = problems
            return before
        }
        let gone = before.filter { old in !problems.contains { $0.code == old.code } }
        return (problems.filter { !before.contains($0) }, gone)
    }

    /// The same, with a line in the log for each problem when it begins, changes and ends.
    func report(_ problems: [Problem], from source: Source, to log: Log) {
        let changes = report(problems, from: source)
        for problem in changes.new {
            log.write(problem.severity == .error ? .error : .warning, problem.message, [("problem", problem.code)])
        }
        for problem in changes.gone { log.write(.info, "Solved", [("problem", problem.code)]) }
    }
}
