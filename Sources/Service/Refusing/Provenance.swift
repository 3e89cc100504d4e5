import CRM
import HTTP

/// Where a refused request came from, as far as that may be shown.
struct Provenance: Sendable {
    /// The path that it asked for.
    var path: String?
    /// The web page's origin.
    var origin: String?
    /// What the client calls itself.
    var agent: String?
    /// The client's address; with `LOG_CLIENTS=1` only.
    var client: String?

    /// Nothing is known.
    init() {}

    init(_ head: RequestHead?, peer: [UInt8], _ settings: Settings) {
        if let head {
            path = LogText.path(head.path)
            origin = head.headers.first("origin").map(LogText.origin)
            agent = head.headers.first("user-agent").map(LogText.agent)
        }
        guard settings.logsClients else { return }
        let entries = settings.trustedProxies.isEmpty ? [] : head?.headers.list("x-forwarded-for") ?? []
        client = ClientAddress.text(
            ClientAddress.of(peer: peer, forwardedFor: entries, trusted: settings.trustedProxies))
    }
}

/// A refusal as it is shown.
struct RefusalNote: Sendable {
    let at: Timestamp
    let refusal: Refusal
    let provenance: Provenance

    /// Name and value of what is known beyond the reason, in the order in which it is shown.
    var facts: [Log.Field] {
        let facts: [(StaticString, String?)] = [
            ("field", refusal.field), ("event_id", refusal.sighting.id), ("path", provenance.path),
            ("origin", provenance.origin), ("agent", provenance.agent), ("client", provenance.client),
        ]
        return facts.compactMap { fact in fact.1.map { (fact.0, $0) } }
    }
}
