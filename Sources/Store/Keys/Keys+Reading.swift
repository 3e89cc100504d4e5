extension Keys {
    /// What the id of each task begins with.
    public static let firstOfTaskIDs = "task_"
    /// Sorted set: contacts by their last activity.
    package static let recent = "crm_index_contacts_recent"
    /// Sorted set: contacts by revenue in cents.
    package static let revenue = "crm_index_contacts_revenue"
    /// Sorted set: contacts in a status, by when they entered it.
    package static func status(_ slug: String) -> String { "crm_index_status_\(slug)" }
    /// Sorted set: open tasks by due time.
    package static let tasksOpen = "crm_index_tasks_open"
    /// Sorted set: open tasks of one priority by due time.
    package static func tasksOpen(priority: String) -> String { "crm_index_tasks_open_\(priority)" }
    /// Sorted set: tasks in one closed status, `done` or `cancelled`, by when they were closed.
    package static func tasksClosed(_ status: String) -> String { "crm_index_tasks_\(status)" }
    /// Sorted set: all tasks of a contact by creation.
    package static func tasks(of contact: String) -> String { "crm_index_tasks_\(contact)" }
    /// Sorted set: cars of one contact by views.
    static func vehicles(of contact: String) -> String { vehiclesOfContact + contact }
    /// Set: the ids of the website that name a contact, where there are several.
    package static func customers(of contact: String) -> String { "crm_index_customers_\(contact)" }
    /// Set: the emails that a contact had before its present one.
    static func emails(of contact: String) -> String { "crm_index_emails_\(contact)" }
    /// Hash: for each name of a month's ranking who gave it, until enough contacts did; the month is `YYYY-MM`.
    static func namedVehicles(month: String) -> String { "crm_index_named_vehicles_\(month)" }
    /// The same for places.
    static func namedLocations(month: String) -> String { "crm_index_named_locations_\(month)" }
    /// Hash: what was allowed to be removed by age, and how much of it went in which hour.
    static let retention = "crm_index_retention"
    /// Set: contacts whose erasure was begun and is not finished.
    package static let erasuresOpen = "crm_index_erasures_open"
    /// Sorted set: what is left of the timeline of a contact that is being erased.
    static func erasing(_ contact: String) -> String { "crm_index_erasing_\(contact)" }
    /// Set: hashes of the names of a contact that is being erased, under which the marks of its events may be.
    static func erasingNames(_ contact: String) -> String { "crm_index_erasing_names_\(contact)" }
    /// Hash: what an erasure removed, by a salted hash of the contact's id.
    static func erasureReceipt(_ hash: String) -> String { "crm_index_erasure_receipt_\(hash)" }
    /// Set: bookings that were counted for a contact.
    package static func bookings(of contact: String) -> String { "crm_index_bookings_\(contact)" }
}

extension Keys {
    /// What all names begin with.
    static let everything = "crm_"
    /// String: what the hashes of erased people are salted with.
    static let erasureSalt = "crm_index_erasure_salt"
    /// String: when somebody was erased, by a salted hash.
    static func erased(_ hash: String) -> String { "crm_index_erased_\(hash)" }
}

extension Keys {
    /// No key, ever: as the first one of ZINTERCARD it has Redis check the types of the others at no cost.
    package static let nothing = "crm_index_nothing"
}

extension Keys {
    /// Hash: the database's own id and the version of its layout.
    package static let meta = "crm_meta"
    /// The version of the layout of keys that this program writes.
    package static let schema = "1"
}
