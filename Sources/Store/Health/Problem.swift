/// Something that keeps the service from what it promises, and what a person can do about it.
public struct Problem: Equatable, Sendable {
    /// How much is at stake.
    public enum Severity: String, Sendable {
        /// All works, but a promise is at risk.
        case warning
        /// Events are not applied, or data is lost.
        case error
    }

    /// A stable name for programs, such as `redis_eviction`.
    public let code: String
    /// How much is at stake.
    public let severity: Severity
    /// What is wrong and what to do, for people. Holds no personal data and no secret.
    public let message: String

    /// A problem under a stable name.
    public init(_ severity: Severity, _ code: String, _ message: String) {
        self.severity = severity
        self.code = code
        self.message = message
    }
}
