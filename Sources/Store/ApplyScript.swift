import Text
import CRM

/// `apply.lua` with its parts, for one way of keeping events: what is the same for every event stands in the script, as
/// locals before its first comment, and does not travel with each call. So each set of settings has a script of its own
/// in Redis.
public struct ApplyScript: Sendable {
    /// Most names in a contact's own ranking, and in a ranking of all: names come from outside.
    static let maxNamesOfContact = 100
    static let maxNamesOfMonth = 10_000
    /// What a contact keeps of each at most, so that no sender can make one person's keys grow without end.
    static let maxIDs = 1_000
    static let maxBookings = 10_000
    static let maxTasks = 1_000
    static let maxOpenTasks = 100
    /// Former emails that are kept of a contact, so that an erasure reaches them too.
    static let maxEmails = 100
    /// Contacts that must have given a name before statistics show it: what one visitor typed is nobody else's
    /// business.
    static let minGivers = 3
    /// How often a name must have been given in a month before few of its events look up who gave it.
    static let oftenGiven = 20
    /// Bookings of one contact of which it is remembered that they were completed or paid, the newest.
    static let maxSettled = 1_000
    /// Milliseconds by which the clocks of two senders may differ without saying that two things are not the same.
    static let clockTolerance: Int64 = 60_000
    /// Milliseconds from now after which a stored time comes from a wrong clock, and counts as now.
    static let maxAhead: Int64 = Event.clockTolerance

    /// The whole text, for `SCRIPT LOAD` and `EVAL`.
    public let text: String

    /// The script for a database where events are kept in this way.
    public init(retention: Retention) {
        let constants: [(name: String, value: String)] = [
            ("remember_seconds", Script.quoted(String(retention.dedupeSeconds))),
            ("stats_seconds", Script.quoted(String(retention.statsSeconds))),
            ("timeline_limit", String(retention.timelineLimit)),
            ("max_own_names", String(Self.maxNamesOfContact)),
            ("max_shared_names", String(Self.maxNamesOfMonth)), ("max_ids", String(Self.maxIDs)),
            ("max_bookings", String(Self.maxBookings)), ("max_tasks", String(Self.maxTasks)),
            ("max_open", String(Self.maxOpenTasks)), ("max_settled", String(Self.maxSettled)),
            ("clock_tolerance", String(Self.clockTolerance)), ("max_ahead", String(Self.maxAhead)),
            ("max_emails", String(Self.maxEmails)), ("min_givers", String(Self.minGivers)),
            ("often", String(Self.oftenGiven)),
            ("first_status", Script.quoted(Rules.firstStatus.rawValue)),
            ("first_slug", Script.quoted(Rules.firstStatus.slug)),
            ("new_contact", Script.quoted(Self.newContact)),
        ]
        text = Script("apply.lua", constants: constants).text
    }

    /// The fields of a new contact as a JSON array, which costs nothing until there is one.
    private static var newContact: String {
        var json: [UInt8] = [UInt8(ascii: "[")]
        for (index, field) in Rules.newContact.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            json.appendJSON(field.name)
            json.append(UInt8(ascii: ","))
            json.appendJSON(field.value)
        }
        json.append(UInt8(ascii: "]"))
        return String(decoding: json, as: UTF8.self)
    }
}
