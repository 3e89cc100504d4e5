/// What the operator can choose about how events are kept.
public struct Retention: Sendable {
    /// Entries kept of each timeline, the newest.
    public var timelineLimit: Int
    /// Seconds that an event id is remembered.
    public var dedupeSeconds: Int64
    /// Seconds that the numbers of days and months are kept.
    public var statsSeconds: Int64 = 400 * 86_400

    /// How events are kept.
    public init(timelineLimit: Int = 1000, dedupeSeconds: Int64 = 48 * 3600) {
        self.timelineLimit = timelineLimit
        self.dedupeSeconds = dedupeSeconds
    }
}
