import Text

/// The target of a request, RFC 9112 section 3.2, in parts.
struct Target: Sendable {
    /// Normalised, see `RequestHead.path`.
    var path: String
    /// As sent, without "?".
    var query: String?
    /// Where the authority of an absolute-form or authority-form target stands.
    var authority: Range<Int>?

    init(_ bytes: Span<UInt8>, _ range: Range<Int>, method: Method) throws(RequestError) {
        guard let first = range.first else { throw .invalidTarget }
        if method == .connect {
            // Section 3.2.3: authority-form is for CONNECT, and CONNECT has no other.
            guard Host.isAuthority(bytes, range, needsPort: true) else { throw .invalidTarget }
            (path, query, authority) = ("", nil, range)
        } else if bytes[first] == UInt8.slash {
            (path, query) = try Self.pathAndQuery(bytes, range)
            authority = nil
        } else if range.count == 1, bytes[first] == UInt8(ascii: "*"), method == .options {
            // Section 3.2.4: asterisk-form is for OPTIONS alone.
            (path, query, authority) = ("*", nil, nil)
        } else {
            self = try Self.absolute(bytes, range, method: method)
        }
    }

    private init(path: String, query: String?, authority: Range<Int>) {
        (self.path, self.query, self.authority) = (path, query, authority)
    }

    /// Section 3.2.2: a server must accept absolute-form, though only proxies get it. We serve http and https; an
    /// authority with user information is refused (RFC 9110 section 4.2.4).
    private static func absolute(
        _ bytes: Span<UInt8>, _ range: Range<Int>, method: Method
    ) throws(RequestError) -> Target {
        guard let colon = bytes.firstIndex(of: UInt8.colon, in: range), colon + 2 < range.upperBound,
            bytes[colon + 1] == UInt8.slash, bytes[colon + 2] == UInt8.slash
        else { throw .invalidTarget }
        let scheme = range.lowerBound..<colon
        guard bytes.spells("http", in: scheme) || bytes.spells("https", in: scheme) else { throw .invalidTarget }
        let start = colon + 3
        var end = start
        while end < range.upperBound, bytes[end] != UInt8.slash, bytes[end] != UInt8.question { end += 1 }
        guard Host.isAuthority(bytes, start..<end, needsPort: false) else { throw .invalidTarget }
        if end == range.upperBound {
            // Section 3.2.4: the last proxy sends "OPTIONS http://host" on as "OPTIONS *".
            return Target(path: method == .options ? "*" : "/", query: nil, authority: start..<end)
        }
        let (path, query) = try pathAndQuery(bytes, end..<range.upperBound)
        return Target(path: path.isEmpty ? "/" : path, query: query, authority: start..<end)
    }

    private static func pathAndQuery(
        _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(RequestError) -> (String, String?) {
        let end = bytes.end(of: .path, in: range)
        let path = range.lowerBound..<end
        guard end == range.upperBound || bytes[end] == UInt8.question else { throw .invalidTarget }
        let query = end == range.upperBound ? nil : try query(bytes, end + 1..<range.upperBound)
        return (isPlain(bytes, path) ? bytes.text(path) : try normalized(bytes, path), query)
    }

    /// Whether `path` is in its normal form for certain: no encoding, and no dot behind a slash.
    private static func isPlain(_ bytes: Span<UInt8>, _ path: Range<Int>) -> Bool {
        var rest = path
        while let dot = bytes.firstIndex(of: UInt8.dot, in: rest) {
            if dot == path.lowerBound || bytes[dot - 1] == UInt8.slash { return false }
            rest = dot + 1..<path.upperBound
        }
        return bytes.firstIndex(of: UInt8.percent, in: path) == nil
    }

    private static func query(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(RequestError) -> String {
        guard bytes.consists(of: .query, in: range), PercentEncoding.isValid(bytes, range) else {
            throw .invalidTarget
        }
        return bytes.text(range)
    }

    /// RFC 3986 sections 6.2.2 and 5.2.4. An encoded NUL is refused: C code would see a shorter path than we do.
    private static func normalized(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(RequestError) -> String {
        guard PercentEncoding.isValid(bytes, range) else { throw .invalidTarget }
        for at in range where bytes[at] == UInt8.percent {
            if bytes[at + 1] == UInt8.zero, bytes[at + 2] == UInt8.zero { throw .invalidTarget }
        }
        let path = PercentEncoding.normalized(bytes.text(range).utf8)
        return String(decoding: withoutDotSegments(path), as: UTF8.self)
    }

    private static func withoutDotSegments(_ path: [UInt8]) -> [UInt8] {
        var segments: [ArraySlice<UInt8>] = []
        let parts = path.dropFirst().split(separator: UInt8.slash, omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            switch part.count {
            case 1 where part.first == UInt8.dot:
                if isLast { segments.append([]) }
            case 2 where part.first == UInt8.dot && part.last == UInt8.dot:
                _ = segments.popLast()
                if isLast { segments.append([]) }
            default: segments.append(part)
            }
        }
        return segments.reduce(into: []) { $0 += [UInt8.slash] + $1 }
    }
}
