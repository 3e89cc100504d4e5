/// What is wrong with a command line; one sentence, and where to read how it is right.
struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ problem: String, see row: CommandRow? = nil) {
        let place = "crmsync \(row.map { $0.name + " " } ?? "")--help"
        description = problem + (problem.hasSuffix("?") ? " See " : "; see ") + place
    }
}
