import HTTP

/// Why a connection is ended by the service, as the client is told.
enum ConnectionError: RefusalReason {
    /// `MAX_CONNECTIONS` clients are being served.
    case tooManyConnections
    /// The request did not arrive within its timeout.
    case requestTimeout
    /// Requests that are half here use up the memory, and this client keeps its part for long.
    case tooBusy
    /// The service ends before the request has arrived as a whole.
    case shuttingDown

    private var answer: (status: Status, code: String, message: String, retryAfter: String?) {
        switch self {
        case .tooManyConnections:
            (
                .serviceUnavailable, "too_many_connections",
                "Too many connections are open. Try again after the seconds in Retry-After.", "5"
            )
        case .requestTimeout:
            (.requestTimeout, "request_timeout", "The request took too long to arrive. Send it again.", nil)
        case .tooBusy:
            (
                .serviceUnavailable, "too_busy",
                "Too many requests are half here. Send this one again, in one go, after the seconds in Retry-After.",
                "5"
            )
        case .shuttingDown:
            (
                .serviceUnavailable, "shutting_down",
                "The service is stopping, and the request had not arrived as a whole. Send it again after the seconds "
                    + "in Retry-After.", "2"
            )
        }
    }

    var code: String { answer.code }
    var message: String { answer.message }

    /// The answer; encode it with `keepAlive: false`.
    var response: Response {
        let answer = answer
        return .error(
            answer.status, code: answer.code, message: answer.message,
            headers: answer.retryAfter.map { [("Retry-After", $0)] } ?? [])
    }
}
