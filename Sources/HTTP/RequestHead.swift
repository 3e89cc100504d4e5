import Text

/// All of a request but its body.
public struct RequestHead: Sendable {
    /// What to do.
    public let method: Method
    /// The path to route on, beginning with "/": dot segments removed, characters that need no encoding decoded, "%2f"
    /// and the like kept as "%2F" (RFC 3986 section 6.2.2). "*" for `OPTIONS *`, empty for CONNECT.
    public let path: String
    /// What follows "?", as sent; nil without "?". Its percent-encoding is valid.
    public let query: String?
    /// The version of the request, and of nothing else: answers are HTTP/1.1.
    public let version: Version
    /// The field lines.
    public internal(set) var headers: HeaderFields
    /// Whether the client wants to send further requests on this connection (RFC 9112 section 9.3).
    public let keepAlive: Bool
    /// Bytes of the body as the head tells: 0 without a body, nil when it is chunked.
    public let contentLength: Int?

    let expectsContinue: Bool
    let targetRange: Range<Int>
    let hostRange: Range<Int>?

    /// The target as sent.
    public var target: String { headers.text(targetRange) }

    /// The host and port that the client addresses: those of an absolute target, else those of Host (RFC 9112 section
    /// 3.2.2); nil for HTTP/1.0 without Host.
    public var host: String? { hostRange.map(headers.text) }

    /// The percent-decoded segments of the path; a segment may hold "/" where the client encoded one. "/" gives one
    /// empty segment, `OPTIONS *` and CONNECT give none.
    public var segments: [String] {
        guard path.utf8.first == UInt8.slash else { return [] }
        return path.utf8.dropFirst().split(separator: UInt8.slash, omittingEmptySubsequences: false).map {
            String(decoding: PercentEncoding.decoded($0, plusIsSpace: false), as: UTF8.self)
        }
    }

    /// The value of the first `name=value` in the query, decoded form-style ("+" is a space); "" where it has no "=".
    /// Bytes that are not UTF-8 become U+FFFD. Nil when there is no such name.
    public func queryValue(_ name: String) -> String? {
        for pair in (query ?? "").utf8.split(separator: UInt8(ascii: "&")) {
            let nameEnd = pair.firstIndex(of: UInt8.equals) ?? pair.endIndex
            let decodedName = PercentEncoding.decoded(pair[..<nameEnd], plusIsSpace: true)
            guard decodedName.elementsEqual(name.utf8) else { continue }
            let value = pair[nameEnd...].dropFirst()
            return String(decoding: PercentEncoding.decoded(value, plusIsSpace: true), as: UTF8.self)
        }
        return nil
    }

    /// The names in the query in their order, decoded as those of ``queryValue(_:)``; repeated ones are repeated.
    public var queryNames: [String] {
        (query ?? "").utf8.split(separator: UInt8(ascii: "&")).map { pair in
            let nameEnd = pair.firstIndex(of: UInt8.equals) ?? pair.endIndex
            return String(decoding: PercentEncoding.decoded(pair[..<nameEnd], plusIsSpace: true), as: UTF8.self)
        }
    }
}
