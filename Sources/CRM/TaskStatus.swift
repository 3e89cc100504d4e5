/// Where a task stands.
public enum TaskStatus: String, CaseIterable, Sendable {
    /// Somebody has to do it.
    case open
    /// Somebody did it.
    case done
    /// Nobody has to do it any more.
    case cancelled

    /// The statuses of tasks that are over.
    public static let closed: [TaskStatus] = [.done, .cancelled]
}
