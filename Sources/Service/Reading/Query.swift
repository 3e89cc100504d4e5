import CRM
import Store

/// What somebody with the admin token wants to know, or decides.
enum Query {
    /// Contacts of a list.
    case contacts(ContactList, Paging)
    /// The one contact of an email.
    case contactOfEmail(Email)
    /// The one contact of the website's own id.
    case contactOfCustomer(CustomerID)
    /// One contact with what is around it.
    case card(String)
    /// Entries of a timeline.
    case timeline(String, Paging)
    /// Tasks of one contact.
    case tasksOf(String, Paging)
    /// Tasks of all.
    case tasks(TaskList, Paging)
    /// A decision about a task, and who made it.
    case order(TaskCommand, task: String, by: String)
    /// The status that a person sets for a contact.
    case setStatus(LeadStatusDecision, contact: String)
    /// Numbers of so many days.
    case statistics(days: Int)
    /// Whether there is anything about a person.
    case exportHead(String)
    /// Forget a person.
    case erase(String)

    /// Whether it changes what is stored.
    var writes: Bool {
        switch self {
        case .order, .setStatus, .erase: true
        case .contacts, .contactOfEmail, .contactOfCustomer, .card, .timeline, .tasksOf, .tasks, .statistics,
            .exportHead:
            false
        }
    }
}

/// How much of a list, and from where on.
struct Paging {
    /// Most items.
    var limit = 50
    /// Behind this one.
    var cursor: Cursor?
}

/// A parameter that cannot be used.
struct BadParameter: Error, Equatable {
    /// Its name.
    let name: String
    /// What it has to be.
    let expected: String
}
