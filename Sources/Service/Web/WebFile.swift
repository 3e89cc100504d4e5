import Text
import CRM
import HTTP

/// One file of the service's own web pages, made ready once at the start: its hash, and its compressed form.
struct WebFile: Sendable {
    /// Who may read the file, and what it may do.
    enum Kind: Sendable {
        /// A page of our own: it loads nothing from elsewhere, runs no inline script and sits in nobody's frame.
        case page
        /// A script or style sheet of such a page.
        case part
        /// What other websites load.
        case shared
    }

    private let headers: [(String, String)]
    private let plain: [UInt8]
    private let gzip: [UInt8]
    private let hash: String

    init(_ body: [UInt8], type: String, _ kind: Kind) {
        plain = body
        gzip = Gzip.compress(body)
        hash = SHA256.hash(body).prefix(16).lowercaseHex
        headers = [("Content-Type", type)] + Self.headers(kind)
    }

    /// The answer to a request for the file.
    func response(to request: Request) -> Response {
        let isGzip = Self.acceptsGzip(request) && gzip.count < plain.count
        // RFC 9110 section 8.8.3.3: each encoding has an entity tag of its own.
        let tag = isGzip ? "\"\(hash)-gzip\"" : "\"\(hash)\""
        var response = Response(status: .ok, headers: headers + [("ETag", tag), ("Vary", "Accept-Encoding")])
        // A cache that weakened the tag still holds the same file (RFC 9110 section 13.1.2).
        let known = request.headers.list("if-none-match").map { $0.hasPrefix("W/") ? String($0.dropFirst(2)) : $0 }
        if known.contains(tag) || known == ["*"] {
            response.status = .notModified
        } else {
            response.body = isGzip ? gzip : plain
            if isGzip { response.headers.append(("Content-Encoding", "gzip")) }
        }
        return response
    }

    /// RFC 9110 section 12.5.3, as far as it matters: gzip is named and not refused with `q=0`.
    private static func acceptsGzip(_ request: Request) -> Bool {
        request.headers.list("accept-encoding").contains { member in
            let parts = member.lowercased().filter { $0 != " " }.split(separator: ";")
            guard parts.first == "gzip" else { return false }
            return !parts.dropFirst().contains {
                $0.hasPrefix("q=0") && $0.dropFirst(3).allSatisfy { ".0".contains($0) }
            }
        }
    }

    private static func headers(_ kind: Kind) -> [(String, String)] {
        let common = [("Referrer-Policy", "no-referrer")]
        switch kind {
        case .page:
            return common + [
                ("Cache-Control", "no-cache"),
                (
                    "Content-Security-Policy",
                    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
                ),
                ("X-Frame-Options", "DENY"), ("Cross-Origin-Resource-Policy", "same-origin"),
                // Who opens the page in a window holds no handle of it.
                ("Cross-Origin-Opener-Policy", "same-origin"),
            ]
        case .part: return common + [("Cache-Control", "no-cache"), ("Cross-Origin-Resource-Policy", "same-origin")]
        case .shared:
            // A website asks once an hour whether there is a newer one, and does not wait for the answer.
            return common + [
                ("Cache-Control", "public, max-age=3600, stale-while-revalidate=86400"),
                ("Access-Control-Allow-Origin", "*"), ("Cross-Origin-Resource-Policy", "cross-origin"),
            ]
        }
    }
}
