import CRM

/// One kind of key in Redis: one row of the table.
package struct KeyRow: Sendable {
    /// Who may rely on a key.
    package enum Group: String, CaseIterable, Sendable {
        case record = "Records"
        case index = "Indexes"
        case channel = "Channels"
        case helper = "Helpers, whose form may change with any version"
    }

    /// The name, with `<...>` for what varies.
    package let name: String
    /// The type of Redis.
    package let type: String
    /// What it holds.
    package let holds: String
    package let group: Group

    private init(_ name: String, _ type: String, _ holds: String, _ group: Group) {
        (self.name, self.type, self.holds, self.group) = (name, type, holds, group)
    }

    /// All kinds of keys.
    package static let all = records + indexes + channels + helpers

    private static let contact = "<contact_id>"
    private static let month = "<YYYY-MM>"
    private static let day = "<YYYY-MM-DD>"
    private static let hash = "<hash>"

    private static let records: [KeyRow] = [
        KeyRow(Keys.contact(contact), "hash", "One contact.", .record),
        KeyRow(Keys.email("<email>"), "string", "The contact id of an email, trimmed and lower-cased.", .record),
        KeyRow(
            Keys.activity(contact), "sorted set", "The contact's timeline by event time; the newest TIMELINE_LIMIT.",
            .record
        ),
        KeyRow(Keys.task("<task_id>"), "hash", "One task.", .record),
        KeyRow(
            Keys.event("<event_id>"), "string", "The contact id that the event was applied to, for DEDUPE_HOURS.",
            .record),
        KeyRow(Keys.stats(day: day), "hash", "The numbers of a day in UTC; expires after 400 days.", .record),
        KeyRow(
            Keys.vehicles(month: month), "sorted set", "Vehicle names by views in that month; at most 10,000.", .record
        ),
        KeyRow(
            Keys.locations(month: month), "sorted set", "Places by searches in that month; at most 10,000.", .record),
        KeyRow(
            Keys.meta, "hash",
            "database: a random id, made at the first connection. schema: version of this layout, 1. statuses: the lead "
                + "statuses as JSON (name, slug, set_by).",
            .record),
    ]

    private static let indexes: [KeyRow] = [
        KeyRow(
            Keys.customer("<customer.id>"), "string", "The contact id of the website's own customer id.", .index),
        KeyRow(Keys.recent, "sorted set", "Contact ids by last activity.", .index),
        KeyRow(Keys.revenue, "sorted set", "Contact ids by revenue in cents, of those who have any.", .index),
        KeyRow(
            Keys.status("<slug>"), "sorted set",
            "Contact ids in that lead status, by the time they entered it: "
                + LeadStatus.allCases.map(\.slug).joined(separator: ", ") + ".", .index),
        KeyRow(
            Keys.vehicles(of: contact), "sorted set", "Vehicles that this contact viewed, by views; at most 100.",
            .index),
        KeyRow(Keys.bookingsOpen, "sorted set", "Contact ids with a booking in progress, by its last step.", .index),
        KeyRow(Keys.bookings(of: contact), "set", "The booking_ids already counted; at most 10,000.", .index),
        KeyRow(Keys.tasksOpen, "sorted set", "Ids of open tasks by due time.", .index),
        KeyRow(
            Keys.tasks(of: contact), "sorted set", "Ids of all the contact's tasks by creation; the newest 1,000.",
            .index),
    ]

    private static let channels: [KeyRow] = [
        KeyRow(Keys.urgentChannel, "pub/sub", "A message for each urgent task that opens.", .channel),
        KeyRow(Keys.closedChannel, "pub/sub", "A message for each urgent task that closes.", .channel),
    ]

    private static let helpers: [KeyRow] = [
        KeyRow(
            Keys.funnel(contact), "hash", "The booking in progress, its open tasks, when the last one ended.", .helper),
        KeyRow(
            Keys.settled(contact), "sorted set", "Bookings known to be completed or paid, by when; the newest 1,000.",
            .helper),
        KeyRow(
            Keys.bookingsLeaving, "sorted set", "Contacts whose browser may have left, by when they count as gone.",
            .helper),
        KeyRow(
            Keys.customers(of: contact), "set", "All customer ids of a contact with more than one; at most 1,000.",
            .helper),
        KeyRow(Keys.emails(of: contact), "set", "Former emails of a contact; at most 100.", .helper),
        KeyRow(
            Keys.namedVehicles(month: month), "hash",
            "Name to known, or to the last 8 characters of the ids of the contacts that gave it.", .helper),
        KeyRow(Keys.namedLocations(month: month), "hash", "The same for places.", .helper),
        KeyRow(
            Keys.moves(day: day), "hash", "How often contacts moved between two statuses, <slug>:<slug>.", .helper),
        KeyRow(
            Keys.tasksOpen(priority: "<priority>"), "sorted set", "Open tasks of one priority by due time.", .helper),
        KeyRow(Keys.tasksUnheard, "sorted set", "Open tasks that were announced to nobody.", .helper),
        KeyRow(
            Keys.tasksClosed(TaskStatus.done.rawValue), "sorted set", "Tasks that are done, by when they were closed.",
            .helper),
        KeyRow(
            Keys.tasksClosed(TaskStatus.cancelled.rawValue), "sorted set",
            "Tasks that are cancelled, by when they were closed.", .helper),
        KeyRow(
            Keys.backlogs, "sorted set", "Receivers with events on disk, by the time until which that holds.", .helper),
        KeyRow(
            Keys.retention, "hash", "What may be removed by age, and how much of it went in which hour.", .helper),
        KeyRow(Keys.erasureSalt, "string", "Salt of the hashes below.", .helper),
        KeyRow(
            Keys.erased(hash), "string", "Tombstone: when the person of this id or email was erased; for 30 days.",
            .helper),
        KeyRow(Keys.erasureReceipt(hash), "hash", "What an erasure removed; for 30 days.", .helper),
        KeyRow(Keys.nothing, "none", "Never exists; scripts name it to learn the types of others.", .helper),
        KeyRow(Keys.erasuresOpen, "set", "Contacts whose erasure is not finished.", .helper),
        KeyRow(
            Keys.erasing(contact), "sorted set", "What is left of the timeline of a contact that is being erased.",
            .helper),
        KeyRow(Keys.erasingNames(contact), "set", "Hashes of the names of such a contact.", .helper),
    ]
}
