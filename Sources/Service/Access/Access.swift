import CRM
import HTTP

/// Who may post, and what a request proves about its sender.
///
/// A class, as whatever holds all settings is: a copy of them counts 88 references up and down.
final class Access {
    private let settings: Settings
    private let signer: HMACSHA256

    init(_ settings: Settings) {
        self.settings = settings
        signer = HMACSHA256(key: settings.identitySecret.utf8)
    }

    /// Who sends the events of a request.
    func sender(of request: Request, peer: [UInt8]) throws(Denial) -> Sender {
        let source = try source(of: request)
        guard settings.rateLimit != nil, source == .browser else {
            return Sender(source: source, bucket: 0, peer: peer)
        }
        let entries = settings.trustedProxies.isEmpty ? [] : request.headers.list("x-forwarded-for")
        let address = ClientAddress.of(peer: peer, forwardedFor: entries, trusted: settings.trustedProxies)
        return Sender(source: source, bucket: ClientAddress.bucket(address), peer: peer)
    }

    /// Whether the browser asks not to be tracked (Global Privacy Control, or the older Do Not Track).
    static func optsOut(_ request: Request) -> Bool {
        request.headers.first("sec-gpc") == "1" || request.headers.first("dnt") == "1"
    }

    private func source(of request: Request) throws(Denial) -> Event.Source {
        if !settings.serverKeys.isEmpty, let token = Self.bearerToken(request) {
            guard Secret.matches(token, settings.serverKeys) else { throw .serverKeyUnknown }
            return .backend
        }
        guard allowedOrigin(of: request) != nil else { throw .originNotAllowed }
        if !settings.writeKeys.isEmpty {
            let key = request.headers.first("x-write-key") ?? request.queryValue("k") ?? ""
            guard Secret.matches(key, settings.writeKeys) else { throw .writeKeyRequired }
        }
        return .browser
    }

    /// Checks the signature of an event from a browser and narrows what the event may reach.
    ///
    /// Returns the event that may go on, and whether the signature is good; it is always good where none is asked for.
    func verified(_ event: Event) throws(Denial) -> (event: Event, isVerified: Bool) {
        guard settings.identityMode != .off, event.source == .browser else { return (event, true) }
        let signed = event.customer.id?.text ?? event.customer.email?.text ?? ""
        guard signer.verify(hex: event.customer.signature ?? "", of: signed.utf8) else {
            if settings.identityMode == .enforce { throw .identityUnverified }
            return (event, false)
        }
        guard settings.identityMode == .enforce else { return (event, true) }
        // Where the id is proved, the email beside it is not: it must not lead to the record of somebody else.
        return (Event(event, emailIdentifies: event.customer.id == nil, isProved: true), true)
    }

    /// Whether the request has the admin token.
    func isAdmin(_ request: Request) -> Bool {
        Secret.matches(Self.bearerToken(request) ?? "", settings.adminTokens)
    }

    /// The value of `Access-Control-Allow-Origin`: `nil` for a page that may not post. A request without `Origin` comes
    /// from no page.
    func allowedOrigin(of request: Request) -> String? {
        guard !settings.allowedOrigins.isEmpty else { return "*" }
        guard let origin = request.headers.first("origin") else { return "" }
        return settings.allowedOrigins.contains(origin.lowercased()) ? origin : nil
    }

    private static func bearerToken(_ request: Request) -> String? {
        guard let value = request.headers.first("authorization") else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}
