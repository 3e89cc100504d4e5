import Journal
import Loop

/// What keeps the service from starting or from going on.
public enum ServiceError: Error, CustomStringConvertible, Sendable {
    /// The system refuses something, such as a port that is taken.
    case system(SystemError)
    /// The folder of the journal cannot be used.
    case journal(JournalError)

    /// One line for the terminal.
    public var description: String {
        switch self {
        case .system(let error):
            error.isAddressInUse ? "\(error): another program listens there; choose another PORT" : error.description
        case .journal(let error): "JOURNAL_DIR: \(error)"
        }
    }
}
