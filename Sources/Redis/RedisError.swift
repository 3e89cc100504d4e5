/// Why a command was not carried out by Redis, as far as we know.
public enum RedisError: Error, Equatable, Sendable {
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
    /// Redis stopped the script after its first write: a part of the change is there, and the rest never will be.
    case broken(String)

    /// Sorts an error reply by what it says. Everything that is not known to be about the data alone counts as a state
    /// of the server, so that no event is given up for a fault that an operator can mend.
    package init(reply: String, knows: SafeText.Knows = { _ in false }) {
        let text = SafeText.of(reply, knows: knows)
        self = Self.signsOfBadData.contains(where: reply.contains) ? .refused(text) : .unable(text)
    }

    private static let signsOfBadData = ["WRONGTYPE", "DAMAGED", "is not an integer", "is not a valid float"]

    /// For a log line: no values of events, only what Redis says of its own state.
    public var reason: String {
        switch self {
        case .disconnected: "not connected to Redis"
        case .uncertain: "no reply from Redis"
        case .unreplicated: "too few replicas have it"
        case .unable(let reply), .refused(let reply): String(reply.prefix(200))
        case .broken(let reply): "applied in part: " + reply.prefix(200)
        }
    }
}
