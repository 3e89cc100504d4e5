import HTTP

/// Why a request that was read is not carried out: its path, its method, or the kind of its body.
enum RouteError: RefusalReason {
    /// There is nothing at this path; events go to the path `events`.
    case notFound(events: String)
    /// The path takes other methods.
    case methodNotAllowed(String)
    /// RFC 9110 section 15.6.2: no path takes this method.
    case methodUnknown
    /// The body is neither JSON nor plain text.
    case notJSON
    /// More events than a batch may hold.
    case batchTooLong

    /// The HTTP status.
    var status: Status {
        switch self {
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .methodUnknown: .notImplemented
        case .notJSON: .unsupportedMediaType
        case .batchTooLong: .contentTooLarge
        }
    }

    var code: String {
        switch self {
        case .notFound: "not_found"
        case .methodNotAllowed: "method_not_allowed"
        case .methodUnknown: "not_implemented"
        case .notJSON: "unsupported_media_type"
        case .batchTooLong: "too_large"
        }
    }

    var message: String {
        switch self {
        case .notFound(let events): "There is nothing at this path. Events go to POST \(events)."
        case .methodNotAllowed(let allowed): "This path takes \(allowed)."
        case .methodUnknown: "This service takes GET, HEAD, POST, DELETE and OPTIONS."
        case .notJSON: "Send JSON as application/json or text/plain."
        case .batchTooLong: "A batch holds at most \(Router.maxEvents) events. Send them in several."
        }
    }

    /// The answer.
    var response: Response {
        var headers: [(String, String)] = []
        if case .methodNotAllowed(let allowed) = self { headers.append(("Allow", allowed)) }
        return .error(status, code: code, message: message, headers: headers)
    }
}
