extension Event {
    /// How long after a task was due it is still worth opening, in milliseconds: a day.
    public static let taskGrace: Int64 = 24 * 3_600_000

    /// Whether a task that it may lead to would have been due more than ``taskGrace`` before `now`: who left a booking
    /// last year is not to be called today.
    public func isTooLateForTask(at now: Timestamp) -> Bool {
        guard let task = type.possibleTask else { return false }
        return time.adding(milliseconds: task.dueAfter + Self.taskGrace) < now
    }
}

extension EventType {
    /// The task that it may lead to, at once or by the silence that follows.
    fileprivate var possibleTask: TaskType? {
        switch self {
        case .bookingStarted, .bookingStepCompleted, .bookingAbandoned: .abandonedBooking
        case .bookingCompleted: .bookingConfirmation
        case .paymentFailed: .paymentFailed
        case .customerCreated, .customerLogin, .customerUpdated, .searchPerformed, .vehicleViewed, .pageViewed,
            .paymentAttempted, .paymentSuccessful, .formSubmitted, .chatMessage:
            nil
        }
    }
}
