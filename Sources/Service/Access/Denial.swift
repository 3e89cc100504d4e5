import HTTP

/// Why a sender may not post, or a reader may not read.
enum Denial: Error, Equatable {
    /// `WRITE_KEYS` is set and the request has none of them.
    case writeKeyRequired
    /// A bearer token that is none of `SERVER_KEYS`.
    case serverKeyUnknown
    /// `ALLOWED_ORIGINS` is set and the page comes from elsewhere.
    case originNotAllowed
    /// `IDENTITY_MODE=enforce` and the signature is missing or wrong.
    case identityUnverified
    /// More events than `RATE_LIMIT` allows; try again after so many seconds.
    case tooFast(retryAfter: Int)
    /// The admin token is missing or wrong; which of them is not told.
    case adminTokenRequired

    /// The HTTP status.
    var status: Status {
        switch self {
        case .writeKeyRequired, .serverKeyUnknown, .identityUnverified, .adminTokenRequired: .unauthorized
        case .originNotAllowed: .forbidden
        case .tooFast: .tooManyRequests
        }
    }

    /// A stable word for programs.
    var code: String {
        switch self {
        case .writeKeyRequired: "write_key_required"
        case .serverKeyUnknown: "server_key_unknown"
        case .originNotAllowed: "origin_not_allowed"
        case .identityUnverified: "identity_unverified"
        case .tooFast: "too_many_requests"
        case .adminTokenRequired: "unauthorized"
        }
    }

    /// What is wrong and what to do.
    var message: String {
        switch self {
        case .writeKeyRequired: "Send one of the WRITE_KEYS in the X-Write-Key header or as ?k=."
        case .serverKeyUnknown: "The bearer token is none of the SERVER_KEYS; leave it out or mend it."
        case .originNotAllowed: "Pages of this origin may not post; add it to ALLOWED_ORIGINS."
        case .identityUnverified:
            "`customer.signature` must be the lower-case hex HMAC-SHA256 of customer.id (of the email where there is "
                + "no id) with IDENTITY_SECRET, made by the website's back end."
        case .tooFast: "Too many events; send again after the seconds in Retry-After."
        case .adminTokenRequired: "Send the ADMIN_TOKEN as Authorization: Bearer <token>."
        }
    }

    /// Seconds after which trying again makes sense.
    var retryAfter: Int? { if case .tooFast(let seconds) = self { seconds } else { nil } }
}
