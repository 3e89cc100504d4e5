import CRM
import Journal

/// One event of a window that is brought from disk to Redis, and which others it has to wait for.
struct ReplayStep {
    /// What became of it.
    enum Outcome: Equatable {
        /// It is in Redis.
        case done
        /// No retry can heal it, for this reason.
        case dead(String)
        /// Redis answered that it cannot, for this reason.
        case refused(String)
        /// It was not sent, or nobody knows.
        case later

        /// Whether it need not be tried again.
        var isFinal: Bool {
            switch self {
            case .done, .dead: true
            case .refused, .later: false
            }
        }
    }

    let record: Journal.Record
    let event: Result<Event, Rejection>
    /// The names of its customer, as ``Backlog`` knows them.
    let names: [Int]
    /// Earlier events of the same customer that are not done yet.
    var predecessors = 0
    /// Later ones that wait for this one.
    var followers: [Int] = []
    /// Whether an earlier one of the same customer could not be applied.
    var isHeld = false
    var outcome: Outcome?

    init(_ record: Journal.Record, _ event: Result<Event, Rejection>) {
        self.record = record
        self.event = event
        names = (try? event.get()).map { Backlog.names(of: $0.customer) } ?? []
    }

    /// Has each step wait for the last one before it of the same customer.
    static func ordered(_ steps: [ReplayStep]) -> [ReplayStep] {
        var steps = steps
        var last: [Int: Int] = [:]
        for index in steps.indices {
            for before in Set(steps[index].names.compactMap { last[$0] }) {
                steps[before].followers.append(index)
                steps[index].predecessors += 1
            }
            for name in steps[index].names { last[name] = index }
        }
        return steps
    }
}
