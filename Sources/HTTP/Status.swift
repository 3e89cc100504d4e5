/// The status codes that are answered (RFC 9110 section 15; 429, 431: RFC 6585).
public enum Status: Int, Equatable, Sendable {
    /// 200
    case ok = 200
    /// 201
    case created = 201
    /// 202
    case accepted = 202
    /// 204: never with a body
    case noContent = 204
    /// 301
    case movedPermanently = 301
    /// 302
    case found = 302
    /// 303
    case seeOther = 303
    /// 304: never with a body
    case notModified = 304
    /// 307
    case temporaryRedirect = 307
    /// 308
    case permanentRedirect = 308
    /// 400
    case badRequest = 400
    /// 401
    case unauthorized = 401
    /// 403
    case forbidden = 403
    /// 404
    case notFound = 404
    /// 405: with an Allow header
    case methodNotAllowed = 405
    /// 406
    case notAcceptable = 406
    /// 408
    case requestTimeout = 408
    /// 409
    case conflict = 409
    /// 410
    case gone = 410
    /// 411
    case lengthRequired = 411
    /// 412
    case preconditionFailed = 412
    /// 413
    case contentTooLarge = 413
    /// 414
    case uriTooLong = 414
    /// 415
    case unsupportedMediaType = 415
    /// 417
    case expectationFailed = 417
    /// 421
    case misdirectedRequest = 421
    /// 422
    case unprocessableContent = 422
    /// 429: with a Retry-After header
    case tooManyRequests = 429
    /// 431
    case requestHeaderFieldsTooLarge = 431
    /// 500
    case internalServerError = 500
    /// 501
    case notImplemented = 501
    /// 503: with a Retry-After header
    case serviceUnavailable = 503
    /// 504
    case gatewayTimeout = 504
    /// 505
    case httpVersionNotSupported = 505

    /// The number, 200 to 505.
    public var code: Int { rawValue }

    /// Whether an answer with this status has a body; 204 and 304 end with their head (RFC 9112 section 6.3).
    public var allowsBody: Bool { self != .noContent && self != .notModified }

    /// The reason phrase on the status line.
    public var reason: String {
        switch self {
        case .ok: "OK"
        case .created: "Created"
        case .accepted: "Accepted"
        case .noContent: "No Content"
        case .movedPermanently: "Moved Permanently"
        case .found: "Found"
        case .seeOther: "See Other"
        case .notModified: "Not Modified"
        case .temporaryRedirect: "Temporary Redirect"
        case .permanentRedirect: "Permanent Redirect"
        case .badRequest: "Bad Request"
        case .unauthorized: "Unauthorized"
        case .forbidden: "Forbidden"
        case .notFound: "Not Found"
        case .methodNotAllowed: "Method Not Allowed"
        case .notAcceptable: "Not Acceptable"
        case .requestTimeout: "Request Timeout"
        case .conflict: "Conflict"
        case .gone: "Gone"
        case .lengthRequired: "Length Required"
        case .preconditionFailed: "Precondition Failed"
        case .contentTooLarge: "Content Too Large"
        case .uriTooLong: "URI Too Long"
        case .unsupportedMediaType: "Unsupported Media Type"
        case .expectationFailed: "Expectation Failed"
        case .misdirectedRequest: "Misdirected Request"
        case .unprocessableContent: "Unprocessable Content"
        case .tooManyRequests: "Too Many Requests"
        case .requestHeaderFieldsTooLarge: "Request Header Fields Too Large"
        case .internalServerError: "Internal Server Error"
        case .notImplemented: "Not Implemented"
        case .serviceUnavailable: "Service Unavailable"
        case .gatewayTimeout: "Gateway Timeout"
        case .httpVersionNotSupported: "HTTP Version Not Supported"
        }
    }
}
