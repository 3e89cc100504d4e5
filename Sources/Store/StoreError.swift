/// Why a command was not carried out by Redis, as far as we know.
public enum StoreError: Error, Equatable, Sendable {
    /// Not connected; the command was not sent.
    case disconnected
    /// The connection broke or the deadline passed before the reply: it may have been carried out.
    case uncertain
    /// Redis cannot at the moment (loading, out of memory, read-only, no permission …): it was not carried out, and
    /// may be later.
    case unable(String)
    /// Carried out, but not yet known to as many replicas as `WAIT_REPLICAS` asks for: a fail-over may lose it.
    case unreplicated
    /// Redis refuses this very command, and will again (a key of the wrong type, a damaged number).
    case refused(String)

    /// Sorts an error reply by its first word. Everything that is not known to be about the data alone counts as a
    /// state of the server, so that no event is given up for a fault that an operator can mend.
    init(reply: String) {
        let code = reply.prefix { $0 != " " }
        switch code {
        case "WRONGTYPE", "DAMAGED": self = .refused(reply)
        default: self = reply.contains("WRONGTYPE") || reply.contains("DAMAGED") ? .refused(reply) : .unable(reply)
        }
    }

    /// For a log line: no values of events, only what Redis says of its own state.
    public var reason: String {
        switch self {
        case .disconnected: "not connected to Redis"
        case .uncertain: "no reply from Redis"
        case .unreplicated: "too few replicas have it"
        case .unable(let reply), .refused(let reply): String(reply.prefix(200))
        }
    }
}
