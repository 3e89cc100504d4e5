/// What the reference says about a type.
extension EventType {
    /// What happened, as a sentence.
    package var meaning: String {
        switch self {
        case .customerCreated: "An account was made."
        case .customerLogin: "The customer signed in."
        case .customerUpdated: "The profile was edited."
        case .searchPerformed: "A search for cars ran."
        case .vehicleViewed: "The page of one car was seen."
        case .pageViewed: "Any page was seen."
        case .bookingStarted: "The booking funnel was entered."
        case .bookingStepCompleted: "One step of the funnel was finished."
        case .bookingAbandoned: "The customer left with a booking in progress."
        case .bookingCompleted: "The booking was made."
        case .paymentAttempted: "A payment was submitted."
        case .paymentSuccessful: "A payment went through."
        case .paymentFailed: "A payment was declined."
        case .formSubmitted: "A form was sent."
        case .chatMessage: "A chat message was sent."
        }
    }

    /// The fields of `event_data` that are read.
    package var dataFields: [String] {
        let booking = ["booking_id", "vehicle_id", "vehicle_name", "pickup_location", "total_amount"]
        return switch self {
        case .customerCreated, .customerLogin, .customerUpdated, .chatMessage: []
        case .searchPerformed: ["location", "pickup_location"]
        case .vehicleViewed: ["vehicle_name", "vehicle_id"]
        case .pageViewed: ["page_title", "page", "path", "page_url", "url"]
        case .bookingStarted, .bookingCompleted: booking
        case .bookingStepCompleted, .bookingAbandoned: booking + ["step_name", "step"]
        case .paymentAttempted, .paymentSuccessful: ["booking_id", "amount"]
        case .paymentFailed:
            ["booking_id", "vehicle_id", "vehicle_name", "amount", "error_message", "reason", "error"]
        case .formSubmitted: ["form_name", "form_id", "form"]
        }
    }

    /// What the rules do with an event of this type that has everything, a sentence each.
    package var effects: [String] {
        let text = """
            {"event_type":"\(rawValue)","customer":{"id":"c"},
            "event_data":{"booking_id":"BOOKING","vehicle_name":"VEHICLE","location":"PLACE",
            "total_amount":\(Self.sampleAmount)}}
            """
        var ulids = ULIDGenerator()
        let arrival = Arrival(
            receivedAt: .earliest, ulid: ulids.next(at: .earliest), source: .backend)
        guard let event = try? Event(text: Array(text.utf8), arrival: arrival) else { return [] }
        return Rules().change(for: event).reasons.map { reason in
            let sentence = reason.hasPrefix(rawValue + ": ") ? String(reason.dropFirst(rawValue.count + 2)) : reason
            return sentence.replacing(" (BOOKING)", with: "").replacing("booking_id BOOKING", with: "this booking_id")
                .replacing("VEHICLE", with: "the vehicle").replacing("PLACE", with: "the place")
                .replacing(Self.sampleAmount, with: "the amount")
        }
    }

    private static let sampleAmount = "98765.43"
}
