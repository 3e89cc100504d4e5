import Redis
import CRM

/// Numbers about all contacts: now, and day by day.
public struct Statistics {
    /// One UTC day.
    public struct Day {
        /// `YYYY-MM-DD`.
        public let date: String
        /// Its numbers by name; a name that is not there is 0.
        public let numbers: [String: Int64]
        /// How often contacts moved between two statuses, by `<slug>:<slug>`.
        public let moves: [String: Int64]
        /// One number.
        public subscript(_ name: String) -> Int64 { numbers[name] ?? 0 }
    }

    /// Contacts in each status now.
    public var funnel: [(status: LeadStatus, contacts: Int64)] = []
    /// All contacts.
    public var contacts: Int64 = 0
    /// Bookings that are being made now.
    public var bookingsInProgress: Int64 = 0
    /// Open tasks, all, overdue, and by priority.
    public var tasksOpen: Int64 = 0
    /// Those of them that are late.
    public var tasksOverdue: Int64 = 0
    /// Open tasks of each priority.
    public var tasksByPriority: [(priority: String, tasks: Int64)] = []
    /// Open urgent tasks that nobody was there to hear of.
    public var tasksUnheard: Int64 = 0
    /// The days asked for, the newest first.
    public var days: [Day] = []
    /// Cars of the month by views: those that at least ``ApplyScript/minGivers`` contacts viewed.
    public var vehicles: [Ranked] = []
    /// Places of the month by searches: those that as many contacts searched.
    public var locations: [Ranked] = []

    /// The sum of a number over the days.
    public func sum(_ name: String) -> Int64 { days.reduce(0) { $0 + $1[name] } }

    private func moved(_ name: String) -> Int64 { days.reduce(0) { $0 + ($1.moves[name] ?? 0) } }

    /// The sum of moves out of one status into any that events set: what a person says of a customer is not what the
    /// customer did.
    public func moves(from status: LeadStatus) -> Int64 {
        LeadStatus.allCases.filter { $0.setter != .people }.reduce(0) { $0 + moved("\(status.slug):\($1.slug)") }
    }

    /// Bookings abandoned of those started, from 0 to 1; `nil` where none was started.
    public var abandonmentRate: Double? {
        Self.rate(
            sum("events:\(EventType.bookingAbandoned.rawValue)"), of: sum("events:\(EventType.bookingStarted.rawValue)")
        )
    }

    /// Contacts that came back of those that left, from 0 to 1; `nil` where none left.
    public var recoveryRate: Double? {
        let left = LeadStatus.allCases.reduce(0) { $0 + moved("\($1.slug):\(LeadStatus.bookingAbandoned.slug)") }
        return Self.rate(moves(from: .bookingAbandoned), of: left)
    }

    private static func rate(_ part: Int64, of whole: Int64) -> Double? {
        whole > 0 ? min(1, Double(part) / Double(whole)) : nil
    }
}

extension Reader {
    /// The numbers of the last `days` days, today included: one round trip.
    public func statistics(days count: Int, now: Timestamp, _ completion: @escaping Completion<Statistics>) {
        let dates = (0..<count).map { now.adding(milliseconds: Int64($0) * -86_400_000).day }
        let statuses = LeadStatus.allCases
        let priorities = TaskType.priorities
        var commands: [[String]] = statuses.map { ["ZCARD", Keys.status($0.slug)] }
        commands += priorities.map { ["ZCARD", Keys.tasksOpen(priority: $0)] }
        commands += [
            ["ZCARD", Keys.recent], ["ZCARD", Keys.bookingsOpen], ["ZCARD", Keys.tasksOpen],
            ["ZCOUNT", Keys.tasksOpen, "-inf", String(now.milliseconds)], ["ZCARD", Keys.tasksUnheard],
            topNames(Keys.vehicles(month: now.month), Keys.namedVehicles(month: now.month)),
            topNames(Keys.locations(month: now.month), Keys.namedLocations(month: now.month)),
        ]
        commands += dates.flatMap { [["HGETALL", Keys.stats(day: $0)], ["HGETALL", Keys.moves(day: $0)]] }
        redis.pipeline(commands) { result in
            completion(
                result.map { replies in
                    var rest = replies[...]
                    func next() -> RedisReply { rest.popFirst() ?? .null }
                    var statistics = Statistics()
                    statistics.funnel = statuses.map { ($0, next().count) }
                    statistics.tasksByPriority = priorities.map { ($0, next().count) }
                    statistics.contacts = next().count
                    statistics.bookingsInProgress = next().count
                    statistics.tasksOpen = next().count
                    statistics.tasksOverdue = next().count
                    statistics.tasksUnheard = next().count
                    statistics.vehicles = Ranked.list(next())
                    statistics.locations = Ranked.list(next())
                    statistics.days = dates.map {
                        Statistics.Day(date: $0, numbers: Self.numbers(next()), moves: Self.numbers(next()))
                    }
                    return statistics
                })
        }
    }

    /// Names in a ranking that is shown.
    static let maxTopNames = 10

    private func topNames(_ ranking: String, _ named: String) -> [String] {
        ["EVAL_RO", Script.namesTop.text, "2", ranking, named, String(Self.maxTopNames)]
    }

    private static func numbers(_ reply: RedisReply) -> [String: Int64] {
        let fields = StoredHash(reply)?.fields ?? []
        return Dictionary(fields.map { ($0.name, Int64($0.value) ?? 0) }, uniquingKeysWith: { $1 })
    }
}

extension TaskType {
    /// The priorities, the most urgent first.
    public static var priorities: [String] { allCases.map(\.priority) }
}
