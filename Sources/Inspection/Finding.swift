import Store
/// Something in the database that is not as the contract says.
public struct Finding: Hashable, Sendable {
    /// What sort of thing is wrong; findings are counted and shown by it.
    public enum Kind: String, CaseIterable, Sendable {
        case layout
        case wrongType = "wrong_type"
        case strangeKey = "strange_key"
        case contactField = "contact_field"
        case leadStatus = "lead_status"
        case statusIndex = "status_index"
        case recentIndex = "recent_index"
        case revenueIndex = "revenue_index"
        case emailIndex = "email_index"
        case customerIndex = "customer_index"
        case bookingCount = "booking_count"
        case openBooking = "open_booking"
        case taskField = "task_field"
        case taskIndex = "task_index"
        case doubleTask = "double_task"
        case funnel
        case timeline
        case timelineLength = "timeline_length"
        case dangling
        case orphan
        case expiry
        case statistics
        case futureTime = "future_time"

        /// The headline for people.
        public var title: String {
            switch self {
            case .layout: "Layouts of another version"
            case .wrongType: "Keys of a wrong type"
            case .strangeKey: "Keys that are no part of the CRM"
            case .contactField: "Contacts with missing or unreadable fields"
            case .leadStatus: "Contacts without a known lead status"
            case .statusIndex: "Contacts in the wrong lists of their status"
            case .recentIndex: "Contacts in the wrong place by last activity"
            case .revenueIndex: "Contacts in the wrong place by revenue"
            case .emailIndex: "Emails and contacts that do not point at each other"
            case .customerIndex: "Customer ids and contacts that do not point at each other"
            case .bookingCount: "Contacts with fewer bookings than were counted"
            case .openBooking: "Bookings in progress that the watch over them misses or mistakes"
            case .taskField: "Tasks with missing or unreadable fields"
            case .taskIndex: "Tasks in the wrong lists"
            case .doubleTask: "Two open tasks about one booking"
            case .funnel: "Notes about bookings that are out of date"
            case .timeline: "Timeline entries that are not as they should be"
            case .timelineLength: "Timelines that are too long"
            case .dangling: "Entries of lists and indexes that name nobody"
            case .orphan: "Records of contacts that do not exist"
            case .expiry: "Keys that would stay for ever"
            case .statistics: "Numbers of days that are none"
            case .futureTime: "Times that lie in the future"
            }
        }
    }

    /// What can be done about it.
    public enum Remedy: Hashable, Sendable {
        /// These commands repair it; the text tells a person what they do.
        case repair(String, [[String]])
        /// What is right cannot be derived; the text tells a person what to do.
        case person(String)
    }

    /// What sort of thing is wrong.
    public let kind: Kind
    /// The key where it was found.
    public let key: String
    /// What is wrong with it, for people.
    public let problem: String
    /// What can be done about it.
    public let remedy: Remedy

    /// Whether it can be repaired without a person's decision.
    public var isRepairable: Bool { if case .repair = remedy { true } else { false } }

    /// What is done about it, or what a person has to do.
    public var advice: String {
        switch remedy {
        case .repair(let text, _), .person(let text): text
        }
    }

    /// The commands of the repair.
    package var writes: [[String]] { if case .repair(_, let writes) = remedy { writes } else { [] } }

    /// Whether it is about the same thing, even if the details have changed.
    func isSame(as other: Finding) -> Bool { kind == other.kind && key == other.key }
}

extension Finding {
    static func repair(
        _ kind: Kind, _ key: String, _ problem: String, _ does: String, _ writes: [String]...
    ) -> Finding {
        Finding(kind: kind, key: key, problem: problem, remedy: .repair(does, writes))
    }

    static func person(_ kind: Kind, _ key: String, _ problem: String, _ todo: String) -> Finding {
        Finding(kind: kind, key: key, problem: problem, remedy: .person(todo))
    }

    static func wrongType(_ key: String) -> Finding {
        person(
            .wrongType, key, "holds another type than the CRM keeps there",
            "rename or delete it, then check again: what can be derived is made anew")
    }

    /// A key of a contact that does not exist.
    static func orphan(_ key: String, of contact: String) -> Finding {
        repair(.orphan, key, "there is no contact \(contact)", "deletes the key", ["UNLINK", key])
    }

    /// An entry that names nothing.
    static func dangling(_ key: String, member: String) -> Finding {
        repair(
            .dangling, key, "names \(member), which does not exist", "takes the entry out", ["ZREM", key, member])
    }

    /// A key that should have an end and has none.
    static func endless(_ key: String, seconds: Int64) -> Finding {
        repair(
            .expiry, key, "never expires", "lets it expire in \(seconds / 3600) hours",
            ["EXPIRE", key, String(seconds)])
    }
}
