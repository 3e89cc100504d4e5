import CRM
import Journal

/// One event of a window that is brought from disk to Redis.
struct ReplayStep {
    /// What became of it.
    enum Outcome: Equatable {
        /// It is in Redis.
        case done
        /// No retry can heal it, for this reason.
        case dead(String)
        /// Redis answered that it cannot, for this reason.
        case refused(String)
        /// A key of all contacts is damaged: no fault of the event.
        case blocked(key: String)
        /// It was not sent, or nobody knows.
        case later

        /// Whether it need not be tried again.
        var isFinal: Bool {
            switch self {
            case .done, .dead: true
            case .refused, .blocked, .later: false
            }
        }
    }

    let record: Journal.Record
    let event: Result<Event, Rejection>
    /// The names of its customer, as ``QueueState`` knows them.
    var names: [Int]
    /// The names under which Redis knows that customer besides.
    var knownNames: [Int] = []
    /// The next event of the same customer, which waits for this one.
    var follower: Int?
    var outcome: Outcome?

    init(_ record: Journal.Record, _ event: Result<Event, Rejection>) {
        self.record = record
        self.event = event
        names = (try? event.get()).map { QueueState.names(of: $0.customer) } ?? []
    }

    /// Has each step follow the last one before it that is about the same customer, under whatever name, and returns
    /// those that follow none.
    static func chain(_ steps: inout [ReplayStep]) -> [Int] {
        // Steps that share a name, directly or through others, are of one customer.
        var customers = Array(steps.indices)
        func customer(of step: Int) -> Int {
            var step = step
            while customers[step] != step { step = customers[step] }
            return step
        }
        var first: [Int: Int] = [:]
        for index in steps.indices {
            for name in steps[index].names + steps[index].knownNames {
                if let other = first[name] { customers[customer(of: index)] = customer(of: other) }
                first[name] = first[name] ?? index
            }
        }
        var last: [Int: Int] = [:]
        var heads: [Int] = []
        for index in steps.indices {
            if let before = last.updateValue(index, forKey: customer(of: index)) {
                steps[before].follower = index
            } else {
                heads.append(index)
            }
        }
        return heads
    }
}
