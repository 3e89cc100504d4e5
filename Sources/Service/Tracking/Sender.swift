import CRM

/// Who sent a request with events.
struct Sender {
    /// Who vouches for them.
    let source: Event.Source
    /// What counts as one client.
    let bucket: Int
    /// The address of the connection's other end.
    let peer: [UInt8]
}
