import Text

/// Sentences for people: `last_action`, timeline descriptions, task descriptions. Made of masked values only.
enum Sentence {
    /// The description of a view before the name of the car.
    static let viewed = "Viewed "
    /// The description of a search before the name of the place.
    static let searchedIn = "Searched for cars in "

    /// What happened.
    static func describe(_ event: Event) -> String {
        let data = event.data
        var car: String? { data.label("vehicle_name") ?? data.label("vehicle_id") }
        return switch event.type {
        case .customerCreated: "Registered"
        case .customerLogin: "Logged in"
        case .customerUpdated: "Updated profile"
        case .searchPerformed:
            (data.label("location") ?? data.label("pickup_location")).map { searchedIn + $0 } ?? "Searched for cars"
        case .vehicleViewed: viewed + (car ?? "a vehicle")
        case .pageViewed:
            "Viewed page"
                + phrase(
                    " ",
                    data.label("page_title") ?? data.label("page") ?? data.label("path") ?? data.label("page_url")
                        ?? data.label("url"))
        case .bookingStarted: "Started booking" + phrase(" ", car)
        case .bookingStepCompleted:
            "Completed booking step" + phrase(" ", data.label("step_name") ?? data.label("step")) + phrase(" for ", car)
        case .bookingAbandoned:
            "Abandoned booking" + phrase(" of ", car)
                + phrase(" at step ", data.label("step_name") ?? data.label("step"))
        case .bookingCompleted: "Completed booking" + phrase(" of ", car) + phrase(" for ", amount(event))
        case .paymentAttempted: "Attempted payment" + phrase(" of ", amount(event))
        case .paymentSuccessful: "Paid" + phrase(" ", amount(event))
        case .paymentFailed: "Payment failed" + phrase(" of ", amount(event)) + phrase(": ", reason(data))
        case .formSubmitted:
            "Submitted form" + phrase(" ", data.label("form_name") ?? data.label("form_id") ?? data.label("form"))
        case .chatMessage: "Sent a chat message"
        }
    }

    /// What the person who takes the task should know first.
    static func task(_ type: TaskType, for event: Event) -> String {
        let data = event.data
        let car = data.label("vehicle_name") ?? data.label("vehicle_id")
        return switch type {
        case .abandonedBooking:
            "Customer left a booking" + phrase(" of ", car) + phrase(" at ", data.label("pickup_location"))
                + phrase(" worth ", amount(event))
                + ". Call and help to finish it."
        case .paymentFailed:
            "Payment" + phrase(" of ", amount(event)) + phrase(" for ", car) + " failed" + phrase(": ", reason(data))
                + ". Offer another way to pay."
        case .bookingConfirmation:
            "New booking" + phrase(" of ", car) + phrase(" at ", data.label("pickup_location"))
                + phrase(" for ", amount(event))
                + ". Send the confirmation and a welcome."
        }
    }

    private static func phrase(_ lead: String, _ value: String?) -> String { value.map { lead + $0 } ?? "" }

    private static func amount(_ event: Event) -> String? { event.amount?.description }

    private static func reason(_ data: BusinessData) -> String? {
        data.label("error_message") ?? data.label("reason") ?? data.label("error")
    }
}

extension BusinessData {
    /// Longest label in a sentence or index, in characters.
    static let maxLabel = 200

    /// A value for people: one line, not empty, at most ``maxLabel`` characters.
    func label(_ name: StaticString) -> String? {
        guard let text = string(name) else { return nil }
        return Self.label(text)
    }

    /// One line of `text`: control characters become spaces, ends are trimmed; `nil` when nothing is left.
    static func label(_ text: String) -> String? {
        if text.isPrintableASCII { return plainLabel(text) }
        func isBlank(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.isWhitespace || scalar.value < 0x20 || scalar.value == 0x7F
        }
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isBlank($0) }),
            let last = scalars.lastIndex(where: { !isBlank($0) })
        else {
            return nil
        }
        let kept = scalars[first...last]
        if kept.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F && !(0x80...0x9F).contains($0.value) }) {
            return String(Substring(kept).prefix(maxLabel))
        }
        let line = kept.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? " " : Character($0) }
        return String(line.prefix(maxLabel))
    }

    /// The same for printable ASCII, where only spaces are blank and a byte is a character.
    private static func plainLabel(_ text: String) -> String? {
        let bytes = text.utf8.span
        if 1...maxLabel ~= bytes.count, bytes[0] != .space, bytes[bytes.count - 1] != .space { return text }
        var kept = text.utf8[...]
        while kept.first == .space { kept.removeFirst() }
        while kept.last == .space { kept.removeLast() }
        guard !kept.isEmpty else { return nil }
        return String(Substring(kept.prefix(maxLabel)))
    }
}
