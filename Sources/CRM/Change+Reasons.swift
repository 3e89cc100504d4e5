import Text

extension Change {
    /// Why it does what it does: one sentence for each rule that applies, made of what the rules put into it.
    public var reasons: [String] {
        if let hold { return hold.reasons(event) }
        let names = fields.map(\.name) + ["last_action"]
        var reasons = [
            "\(event.type.rawValue): fills in \(names.joined(separator: ", ")) and last_activity, "
                + "unless the contact has newer ones; goes on the timeline"
        ]
        if let counter { reasons.append("\(counter.name) + \(counter.value), whatever the age of the event") }
        switch view {
        case .vehicle(let car): reasons.append("one more view of \(car) by the contact, and in the month")
        case .location(let place): reasons.append("one more search for \(place) in the month")
        case nil: break
        }
        if beginsAnew { reasons.append("begins anew where the person was erased before it happened") }
        return reasons + (funnel?.reasons ?? [])
    }
}

extension Hold {
    fileprivate func reasons(_ event: Event) -> [String] {
        guard let due else { return ["if_idle_for: dropped, as it comes from a robot or too late for a task"] }
        let seconds = Double(event.idleFor ?? 0) / 1000
        return [
            "if_idle_for: applies \(seconds) s after it arrived, at \(due.iso8601), unless the customer does more before; "
                + "then the service gives the booking up by itself",
            "dropped where no such booking (\(booking)) is in progress, or something later has happened",
        ]
    }
}

extension FunnelChange {
    fileprivate var reasons: [String] {
        var reasons: [String] = []
        switch settledBy {
        case .completed:
            reasons.append("timeline only where the same booking (\(booking.text)) was completed, whenever")
        case .paid: reasons.append("timeline only where the same booking (\(booking.text)) was paid, whenever")
        case nil: break
        }
        if !supersededBy.isEmpty {
            reasons.append(
                "timeline only where the contact has moved past it: "
                    + supersededBy.map(\.sentence).joined(separator: ", or "))
        }
        if counts, booking.isExact {
            reasons.append("timeline only where booking_id \(booking.text) was counted before")
        }
        if let status {
            reasons.append(
                "lead_status becomes \(status.rawValue), unless the present one was entered later"
                    + (settles == nil ? "" : " and is about another booking"))
        }
        switch progress {
        case .unchanged: break
        case .enters: reasons.append("a booking is in progress; after ABANDON_AFTER_MINUTES of silence it is given up")
        case .leaves: reasons.append("no booking is in progress any more")
        }
        for counter in counters { reasons.append("\(counter.name) + \(counter.value)") }
        if counts { reasons.append("total_revenue + \(revenue)") }
        if let cancels {
            reasons.append(
                "cancels open tasks of type \(cancels.type.rawValue)"
                    + (cancels.sameBooking ? " about the same booking (\(booking.text))" : ""))
        }
        if let task { reasons.append(task.reason(booking: booking.text)) }
        return reasons
    }
}

extension FunnelChange.Moment {
    fileprivate var sentence: String {
        switch self {
        case .completed: "a later booking.completed"
        case .closed: "a later booking.completed or booking.abandoned"
        case .paid: "a later payment.successful"
        case .step: "a later step of the same booking"
        }
    }
}

extension SalesTask {
    fileprivate func reason(booking: String) -> String {
        let hours = type.dueAfter / 3_600_000
        return "opens a task of type \(type.rawValue): \(type.priority), due in \(hours) hour\(hours == 1 ? "" : "s")"
            + (type.isUniquePerBooking ? ", unless one is open for the same booking (\(booking))" : "")
    }
}
