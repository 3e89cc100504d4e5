/// Who may have written an event's id: the same id of two senders who are not equally trusted is not the same event.
///
/// A browser can send any id, so the ids of the website's back end and of the service itself have namespaces of their
/// own, which no browser can write into. Where customers prove who they are, the ids of each are theirs alone.
public enum EventNamespace: Hashable, Sendable, CaseIterable {
    /// Any browser: the id stands alone, as documented.
    case browser
    /// A browser whose id reads as if it were in another namespace.
    case escaped
    /// The website's back end.
    case backend
    /// The service itself.
    case service
    /// One customer who has proved who they are; the script adds who.
    case customer

    /// What stands before the id in the key of an event's mark.
    public var prefix: String {
        switch self {
        case .browser: ""
        case .escaped: "browser:"
        case .backend: "server:"
        case .service: "service:"
        case .customer: "customer:"
        }
    }
}

extension Event {
    /// The namespace of its id.
    public var namespace: EventNamespace {
        switch source {
        case .backend: .backend
        case .server: .service
        case .browser: isProved ? .customer : id.looksReserved ? .escaped : .browser
        }
    }
}

extension EventID {
    /// Whether it begins as the ids of a namespace do.
    fileprivate var looksReserved: Bool {
        // Nearly all ids are told by their first byte.
        switch text.utf8.first {
        case UInt8(ascii: "b"), UInt8(ascii: "s"), UInt8(ascii: "c"):
            EventNamespace.allCases.contains { !$0.prefix.isEmpty && text.utf8.starts(with: $0.prefix.utf8) }
        default: false
        }
    }
}
