import CRM

/// One event of a request: read, or refused before it reached the store.
enum Submission {
    /// `isVerified` is false where a signature is wrong and that is only logged.
    case event(Event, isVerified: Bool)
    indirect case refused(Verdict, Sighting)
    /// The browser asks not to be tracked, and the operator heeds that.
    case declined
}
