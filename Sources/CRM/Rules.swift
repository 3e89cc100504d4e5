/// The business rules: what each event does. Reads like the event table of the README; every business word is here,
/// in ``LeadStatus`` or in ``TaskType``.
public struct Rules: Sendable {
    /// Whether browsers are believed when they say that money moved.
    public let trustsBrowsersWithMoney: Bool

    /// The rules, with what the operator can choose.
    public init(trustsBrowsersWithMoney: Bool = true) {
        self.trustsBrowsersWithMoney = trustsBrowsersWithMoney
    }

    /// The status of a contact that has none yet.
    public static let firstStatus = LeadStatus.newLead

    /// What a contact has from the start.
    public static let newContact: [(name: String, value: String)] = [
        ("lead_source", "Website"), ("total_bookings", "0"), ("total_revenue", "0.00"), ("website_visits", "0"),
    ]

    /// Which types of event count a name in a ranking of the month, and what their descriptions begin with before it.
    public static let rankings: [(type: EventType, name: String, beginning: String)] = [
        (.vehicleViewed, "vehicles", Sentence.viewed), (.searchPerformed, "locations", Sentence.searchedIn),
    ]

    /// Everything that the event does.
    public func change(for event: Event) -> Change {
        let data = event.data
        var change = Change(event: event, description: Sentence.describe(event))
        if let wait = event.idleFor {
            // Neither would make a task, and nothing else is worth the wait.
            let isVoid = event.isFromRobot || event.isHistory
            change.hold = Hold(
                booking: event.booking, due: isVoid ? nil : event.receivedAt.adding(milliseconds: wait))
            return change
        }
        change.fields = Self.profile(event.customer)

        switch event.type {
        case .customerCreated:
            change.beginsAnew = true
        case .customerLogin:
            change.counter = ("website_visits", 1)
        case .searchPerformed:
            if let place = data.label("location") ?? data.label("pickup_location") {
                change.set("last_search_location", place)
                change.view = .location(place)
            }
        case .vehicleViewed:
            if let car = data.label("vehicle_name") ?? data.label("vehicle_id") {
                change.set("last_vehicle_viewed", car)
                change.view = .vehicle(car)
            }
        case .bookingStarted, .bookingStepCompleted:
            if let amount = event.amount { change.set("estimated_deal_value", amount.description) }
        case .customerUpdated, .pageViewed, .bookingAbandoned, .bookingCompleted, .paymentAttempted,
            .paymentSuccessful, .paymentFailed, .formSubmitted, .chatMessage:
            break
        }
        if trustsBrowsersWithMoney || event.source != .browser || !event.type.movesMoney {
            change.funnel = Self.funnel(event)
            if event.isFromRobot || event.isHistory { change.funnel?.task = nil }
        }
        return change
    }

    private static func funnel(_ event: Event) -> FunnelChange? {
        var funnel = FunnelChange()
        switch event.type {
        case .bookingStarted, .bookingStepCompleted:
            funnel.settledBy = .completed
            funnel.supersededBy = [.closed]
            funnel.status = .bookingInProgress
            funnel.progress = .enters(step: event.step)
            funnel.cancels = .init(type: .abandonedBooking, sameBooking: true)
        case .bookingAbandoned:
            funnel.settledBy = .completed
            funnel.supersededBy = [.completed, .step]
            funnel.remembers = [.closed]
            funnel.status = .bookingAbandoned
            funnel.progress = .leaves
            funnel.task = task(.abandonedBooking, for: event)
        case .bookingCompleted:
            funnel.settles = .completed
            funnel.counts = true
            funnel.remembers = [.completed, .closed]
            funnel.status = .customer
            funnel.progress = .leaves
            funnel.counters = [("total_bookings", 1)]
            funnel.revenue = event.amount ?? .zero
            funnel.stats = [("bookings", 1), ("revenue_cents", funnel.revenue.cents)]
            funnel.cancels = .init(type: .abandonedBooking, sameBooking: false)
            funnel.task = task(.bookingConfirmation, for: event)
        case .paymentSuccessful:
            funnel.settles = .paid
            funnel.remembers = [.paid]
            funnel.cancels = .init(type: .paymentFailed, sameBooking: false)
        case .paymentFailed:
            funnel.settledBy = .paid
            funnel.supersededBy = [.paid]
            funnel.task = task(.paymentFailed, for: event)
        case .customerCreated, .customerLogin, .customerUpdated, .searchPerformed, .vehicleViewed, .pageViewed,
            .paymentAttempted, .formSubmitted, .chatMessage:
            return nil
        }
        let names = event.bookingNames
        funnel.booking = names.first ?? .unknown
        funnel.standIns = Array(names.dropFirst())
        if event.source == .browser, event.time > event.receivedAt { funnel.orderedAt = event.receivedAt }
        return funnel
    }

    private static func task(_ type: TaskType, for event: Event) -> SalesTask {
        // What the service finds out by itself happened some time ago, and is news to whoever has to act.
        SalesTask(
            type: type, description: Sentence.task(type, for: event),
            created: event.source == .server ? event.receivedAt : event.time)
    }

    private static func profile(_ customer: Customer) -> [Change.Pair<String>] {
        var fields: [Change.Pair<String>] = []
        // Room for the profile and what an event adds: one allocation.
        fields.reserveCapacity(5)
        if let name = customer.firstName { fields.append(("first_name", name)) }
        if let name = customer.lastName { fields.append(("last_name", name)) }
        if let phone = customer.phone { fields.append(("phone", phone)) }
        return fields
    }
}

extension Change {
    fileprivate mutating func set(_ name: String, _ value: String) { fields.append((name, value)) }
}
