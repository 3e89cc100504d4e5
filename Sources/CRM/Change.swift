import Text

/// What one event does to the CRM: the only thing that is ever written.
///
/// The rules make it from an event, the store applies it in one atomic step. It says what to do in general terms
/// (write these fields, move to this status, open this task), so that the script that applies it knows no business
/// word.
public struct Change: Sendable {
    /// A name and what it is set to, or raised by.
    public typealias Pair<Value> = (name: String, value: Value)

    /// A name that is counted in rankings.
    public enum View: Sendable {
        /// A car: among those that this contact saw, and among those that were seen this month.
        case vehicle(String)
        /// A place, among those that were searched this month.
        case location(String)
    }

    /// The event that asks for it.
    public let event: Event
    /// What happened, as a sentence for people; the contact's `last_action`.
    public let description: String
    /// More text fields of the contact; an older event only fills absent ones.
    public internal(set) var fields: [Pair<String>] = []
    /// An integer of the contact to raise, whatever the age of the event.
    public internal(set) var counter: Pair<Int>?
    /// What to raise by one in its rankings.
    public internal(set) var view: View?
    /// Whether it is a new beginning for somebody who was erased before it happened; all else of an erased person is
    /// dropped.
    public internal(set) var beginsAnew = false
    /// What it does to bookings, payments and tasks.
    public internal(set) var funnel: FunnelChange?
    /// What the event waits for; then nothing else of the change is done.
    public internal(set) var hold: Hold?
    /// What must still hold, or the event is dropped: for one that the service made from what it read a moment ago.
    public var expectation: Expectation?

    init(event: Event, description: String) {
        self.event = event
        self.description = description
    }
}

/// What becomes of an event that applies only if its customer does nothing more: it is kept beside the booking in
/// progress, and the watch over bookings looks when it is due.
public struct Hold: Sendable {
    /// The booking that must be in progress, or the event is void.
    public let booking: String
    /// When it is due; `nil`: it is void whatever there is.
    public let due: Timestamp?
}

/// What an event that the service made by itself was made from.
public struct Expectation: Sendable {
    /// The time of the last step of the contact's booking in progress.
    public let lastStep: Timestamp
    /// When the browser said that it may be leaving, and how many timeline entries there were from that time on; `nil`
    /// where it did not say so.
    public let leaving: (at: Timestamp, entries: Int64)?

    /// Expects the booking to be as it was read.
    public init(lastStep: Timestamp, leaving: (at: Timestamp, entries: Int64)? = nil) {
        self.lastStep = lastStep
        self.leaving = leaving
    }
}

/// What settles a booking for good: of the same booking it outranks whatever else is said, in whatever order it comes.
public enum Fact: String, Sendable {
    /// The booking was made: it was neither abandoned nor is it in progress.
    case completed
    /// It was paid: no failed payment is left to follow up.
    case paid
}

/// The part of a change that a contact may have moved past already; then none of it is done.
public struct FunnelChange: Sendable {
    /// Moments of the contact's funnel that are remembered to tell late events.
    public enum Moment: String, Sendable {
        /// The last booking was completed.
        case completed = "completed_at"
        /// The last booking was completed or abandoned.
        case closed = "closed_at"
        /// The last payment went through.
        case paid = "paid_at"
        /// The last step of the same booking.
        case step = "step_at"
    }

    /// What happens to the booking in progress.
    public enum Progress: Sendable, Equatable {
        /// Nothing.
        case unchanged
        /// It goes on; later, this JSON tells what the last step was about.
        case enters(step: [UInt8])
        /// It is over.
        case leaves
    }

    /// Open tasks that the event settles.
    public struct Cancellation: Sendable {
        /// Which kind of task.
        public let type: TaskType
        /// Only those about the same booking.
        public let sameBooking: Bool
    }

    /// The booking it is about, by the most exact name that the event carries.
    public internal(set) var booking = BookingName.unknown
    /// The booking's less exact names, which may stand in for it in other events.
    public internal(set) var standIns: [BookingName] = []
    /// The fact that becomes known of the booking.
    public internal(set) var settles: Fact?
    /// The fact that makes the event void once it is known of the booking.
    public internal(set) var settledBy: Fact?
    /// When it counts as having happened, where that is not the event's time: a browser's clock that is ahead must not
    /// outrank what the service saw.
    public internal(set) var orderedAt: Timestamp?
    /// The booking's own id: once counted for the contact, the booking is over.
    public var bookingID: String?
    /// Whether the booking counts as made.
    public var counts = false
    /// Later moments of the contact that make this event void.
    public var supersededBy: [Moment] = []
    /// Moments to remember.
    public var remembers: [Moment] = []
    /// The lead status that is entered.
    public var status: LeadStatus?
    /// The booking in progress.
    public var progress = Progress.unchanged
    /// Integers of the contact to raise.
    public var counters: [Change.Pair<Int>] = []
    /// What the booking brings.
    public var revenue = Money.zero
    /// Numbers of the day to raise.
    public var stats: [Change.Pair<Int64>] = []
    /// Tasks to close.
    public var cancels: Cancellation?
    /// A task to open.
    public var task: SalesTask?
}

/// A piece of work for a person.
public struct SalesTask: Sendable {
    /// Its kind.
    public let type: TaskType
    /// One line of detail below the title.
    public let description: String
    /// When the work arose.
    public let created: Timestamp
    /// When it has to be done.
    public var due: Timestamp { created.adding(milliseconds: type.dueAfter) }
}
