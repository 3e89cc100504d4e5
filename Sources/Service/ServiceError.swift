import Journal
import Loop

/// What keeps the service from starting or from going on.
public enum ServiceError: Error, CustomStringConvertible, Sendable {
    /// The system refuses something.
    case system(SystemError)
    /// Nobody can listen at `HOST` and `PORT`.
    case address(SystemError)
    /// The folder of the journal cannot be used.
    case journal(JournalError)

    /// One line for the terminal.
    public var description: String {
        switch self {
        case .system(let error): error.description
        case .address(let error) where error.isAddressInUse:
            "PORT: \(error): another program listens there; choose another port"
        case .address(let error): "HOST, PORT: \(error)"
        case .journal(let error): "JOURNAL_DIR: \(error)"
        }
    }
}
