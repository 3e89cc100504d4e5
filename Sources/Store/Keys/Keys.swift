import CRM

/// Every key name that the receiver makes; `apply.lua` makes those that hold a contact's id in the same way.
///
/// The five names that each event needs are written into its command in two parts, so their beginnings are constants.
public enum Keys {
    static let emailPrefix: StaticString = "crm_contact_email_"
    static let customerPrefix: StaticString = "crm_index_customer_"
    static let eventPrefix: StaticString = "crm_event_"
    static let statsPrefix: StaticString = "crm_stats_"

    /// Hash: one contact.
    public static func contact(_ id: String) -> String { "crm_contact_" + id }
    /// String: the contact id of an email.
    public static func email(_ email: String) -> String { "\(emailPrefix)" + email }
    /// Sorted set: a contact's timeline by event time.
    public static func activity(_ contact: String) -> String { "crm_activity_" + contact }
    /// Hash: one task.
    public static func task(_ id: String) -> String { "crm_task_" + id }
    /// String: the contact id of the website's own customer id.
    public static func customer(_ id: String) -> String { "\(customerPrefix)" + id }
    /// String: the contact that an event was applied to.
    public static func event(_ id: String) -> String { "\(eventPrefix)" + id }
    /// Hash: the numbers of one UTC day, `YYYY-MM-DD`.
    public static func stats(day: String) -> String { "\(statsPrefix)" + day }
    /// Hash: moves between two statuses on a UTC day, `<slug>:<slug>`.
    public static func moves(day: String) -> String { "crm_index_moves_" + day }
    /// Sorted set: cars by views in a UTC month, `YYYY-MM`.
    public static func vehicles(month: String) -> String { "crm_stats_vehicles_" + month }
    /// Sorted set: places by searches in a UTC month, `YYYY-MM`.
    public static func locations(month: String) -> String { "crm_stats_locations_" + month }
    /// Sorted set: cars that a contact viewed; the contact's id is appended.
    public static let vehiclesOfContact = "crm_index_vehicles_"
    /// Hash: where a contact stands in the booking funnel.
    public static func funnel(_ contact: String) -> String { "crm_index_funnel_" + contact }
    /// Sorted set: contacts with a booking in progress, by the time of its last step.
    public static let bookingsOpen = "crm_index_bookings_open"
    /// Sorted set: contacts whose browser may be leaving a booking, by when they count as gone.
    package static let bookingsLeaving = "crm_index_bookings_leaving"
    /// Sorted set: which bookings of a contact are known to be completed or paid, by when that was.
    static func settled(_ contact: String) -> String { "crm_index_settled_" + contact }
    /// Sorted set: receivers that have events on disk, by the moment until which that was said.
    static let backlogs = "crm_index_backlogs"
    /// Sorted set: open tasks that were announced to nobody.
    public static let tasksUnheard = "crm_index_tasks_unheard"
    /// Channel: urgent tasks as they open.
    public static let urgentChannel = "crm_task_urgent"
    /// Channel: urgent tasks as they close.
    public static let closedChannel = "crm_task_closed"
}

extension Keys {
    /// The channels of alerts.
    public static let alertChannels = [urgentChannel, closedChannel]

    /// Whether a channel of alerts is that of tasks that open.
    public static func isUrgentChannel(_ channel: String) -> Bool { channel == urgentChannel }
}
