import CRM

/// What a key holds, told by its name.
package enum KeyPlace: Equatable {
    case contact(String)
    case email(String)
    case customer(String)
    case timeline(String)
    case task(String)
    case event
    /// Sorted sets of contacts or of tasks of all.
    case contactList
    case taskList
    /// What is kept of one contact under `crm_index_`.
    case tasksOfContact(String)
    case vehicles(String)
    case bookings(String)
    case customers(String)
    case emails(String)
    case funnel(String)
    case settled(String)
    /// Which receivers have events on disk.
    case backlogs
    /// Numbers of a day, rankings of a month.
    case day
    case moves
    case ranking
    /// Who gave the names of a month's ranking.
    case named
    /// What remembers erasures.
    case tombstone
    /// What the database says of itself.
    case meta
    /// What an erasure removed.
    case receipt
    /// What is left of the timeline of a contact that is being erased, and which contacts are.
    case erasing(String)
    case erasingNames(String)
    case erasuresOpen
    /// What was allowed to be removed by age.
    case retention
    /// A name that belongs to us and means nothing.
    case strange

    /// Reads a name; `nil` for keys of other programs.
    package init?(_ key: String) {
        guard key.hasPrefix(Keys.everything) else { return nil }
        if Self.contactLists.contains(key) {
            self = .contactList
        } else if Self.taskLists.contains(key) {
            self = .taskList
        } else if key == Keys.erasureSalt {
            self = .tombstone
        } else if key == Keys.meta {
            self = .meta
        } else if key == Keys.erasuresOpen {
            self = .erasuresOpen
        } else if key == Keys.retention {
            self = .retention
        } else if key == Keys.backlogs {
            self = .backlogs
        } else {
            self =
                Self.prefixes.lazy.compactMap { prefix, place in
                    key.hasPrefix(prefix) ? place(key.dropFirst(prefix.count)) : nil
                }.first ?? .strange
        }
    }

    /// The lists of contacts of all.
    package static let contactLists: Set<String> = Set(
        [Keys.recent, Keys.revenue, Keys.bookingsOpen, Keys.bookingsLeaving]
            + LeadStatus.allCases.map { Keys.status($0.slug) })

    /// The lists of tasks of all.
    package static let taskLists: Set<String> = Set(
        [Keys.tasksOpen, Keys.tasksUnheard] + TaskType.priorities.map { Keys.tasksOpen(priority: $0) }
            + TaskStatus.closed.map { Keys.tasksClosed($0.rawValue) })

    private typealias Reading = @Sendable (Substring) -> KeyPlace?

    /// Beginnings of names. A later version may have keys that this one does not know, and they must not be taken for
    /// those of a contact that is gone: so the ids behind them have to look like ours.
    private static let prefixes: [(String, Reading)] = [
        (Keys.email(""), { .email(String($0)) }),
        (Keys.contact(""), id("contact_") { .contact($0) }),
        (Keys.activity(""), id("contact_") { .timeline($0) }),
        (Keys.task(""), id("task_") { .task($0) }),
        (Keys.event(""), { _ in .event }),
        (Keys.customer(""), { .customer(String($0)) }),
        (Keys.customers(of: ""), id("contact_") { .customers($0) }),
        (Keys.emails(of: ""), id("contact_") { .emails($0) }),
        (Keys.tasks(of: ""), id("contact_") { .tasksOfContact($0) }),
        (Keys.vehicles(of: ""), id("contact_") { .vehicles($0) }),
        (Keys.bookings(of: ""), id("contact_") { .bookings($0) }),
        (Keys.funnel(""), id("contact_") { .funnel($0) }),
        (Keys.settled(""), id("contact_") { .settled($0) }),
        (Keys.erased(""), { _ in .tombstone }),
        (Keys.erasureReceipt(""), { _ in .receipt }),
        (Keys.erasing(""), id("contact_") { .erasing($0) }),
        (Keys.erasingNames(""), id("contact_") { .erasingNames($0) }),
        (Keys.moves(day: ""), { isDate($0, parts: 3) ? .moves : nil }),
        (Keys.vehicles(month: ""), { isDate($0, parts: 2) ? .ranking : nil }),
        (Keys.locations(month: ""), { isDate($0, parts: 2) ? .ranking : nil }),
        (Keys.namedVehicles(month: ""), { isDate($0, parts: 2) ? .named : nil }),
        (Keys.namedLocations(month: ""), { isDate($0, parts: 2) ? .named : nil }),
        (Keys.stats(day: ""), { isDate($0, parts: 3) ? .day : nil }),
    ]

    /// Whether the text has the form of a day, `YYYY-MM-DD`, or of a month, `YYYY-MM`.
    private static func isDate(_ text: Substring, parts: Int) -> Bool {
        let pieces = text.split(separator: "-", omittingEmptySubsequences: false)
        return pieces.count == parts && pieces.map(\.utf8.count) == Array([4, 2, 2].prefix(parts))
            && pieces.allSatisfy { $0.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } }
    }

    private static func id(_ beginning: String, _ place: @escaping @Sendable (String) -> KeyPlace) -> Reading {
        { $0.hasPrefix(beginning) ? place(String($0)) : nil }
    }
}
