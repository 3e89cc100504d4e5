import Text

/// Where Redis is and how to sign in, from `REDIS_URL`.
public struct RedisURL: Equatable, Sendable {
    /// How to reach it.
    public enum Endpoint: Equatable, CustomStringConvertible, Sendable {
        /// A TCP address; the host may be a name.
        case tcp(host: String, port: UInt16)
        /// A Unix domain socket.
        case unix(path: String)

        /// `host:port`, `[host]:port` or `unix:path`.
        public var description: String {
            switch self {
            case .tcp(let host, let port): "\(host.contains(":") ? "[\(host)]" : host):\(port)"
            case .unix(let path): "unix:\(path)"
            }
        }
    }

    /// Why an URL cannot be used.
    public struct Invalid: Error, Equatable, Sendable {
        /// What is wrong and what to write; never quotes the URL, which may hold a password.
        public let message: String
    }

    /// Where to look for the primary, in this order; several when a fail-over is to be followed.
    public let endpoints: [Endpoint]
    /// The name of the primary that the endpoints, Sentinels then, are asked for.
    public let sentinelName: String?
    /// Empty: Redis' `default` user.
    public let user: String
    /// Empty: do not sign in.
    public let password: String
    /// The database number.
    public let database: Int

    /// Reads one of
    /// `redis://[[user]:password@]host[:port][,host[:port]…][/database]`,
    /// `redis+sentinel://[[user]:password@]host[:port][,…]/name[/database]`,
    /// `unix:[//][[user]:password@]/path[?db=number]`.
    public init(_ text: String) throws(Invalid) {
        if text.hasPrefix("redis://") {
            let (credentials, place) = Self.split(text.dropFirst("redis://".count))
            (user, password) = try Self.credentials(credentials)
            let slash = place.firstIndex(of: "/")
            database = try Self.database(slash.map { place[place.index(after: $0)...] } ?? "")
            endpoints = try Self.hosts(place[..<(slash ?? place.endIndex)], defaultPort: 6379)
            sentinelName = nil
        } else if text.hasPrefix("redis+sentinel://") {
            let (credentials, place) = Self.split(text.dropFirst("redis+sentinel://".count))
            (user, password) = try Self.credentials(credentials)
            let parts = place.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count >= 2, !parts[1].isEmpty else {
                throw Invalid(message: "needs the primary's name: redis+sentinel://host:26379/mymaster/0")
            }
            endpoints = try Self.hosts(parts[0], defaultPort: 26379)
            sentinelName = try Self.decode(parts[1])
            database = try Self.database(parts.count > 2 ? parts[2] : "")
        } else if text.hasPrefix("unix:") {
            (endpoints, user, password, database) = try Self.unix(text.dropFirst("unix:".count))
            sentinelName = nil
        } else if text.hasPrefix("rediss://") {
            throw Invalid(message: "TLS is not supported; use redis:// through a tunnel such as stunnel")
        } else {
            throw Invalid(message: "must start with redis:// or unix:, such as redis://127.0.0.1:6379/0")
        }
    }

    private static func unix(
        _ text: Substring
    ) throws(Invalid) -> (endpoints: [Endpoint], user: String, password: String, database: Int) {
        let (credentials, place) = split(text.hasPrefix("//") ? text.dropFirst(2) : text)
        let (user, password) = try Self.credentials(credentials)
        let mark = place.firstIndex(of: "?")
        let query = mark.map { place[place.index(after: $0)...] } ?? ""
        guard query.isEmpty || query.hasPrefix("db=") else {
            throw Invalid(message: "the only option of a unix socket is ?db=<number>")
        }
        let path = try decode(place[..<(mark ?? place.endIndex)])
        guard path.hasPrefix("/"), path.utf8.count < 108 else {
            throw Invalid(message: "a unix socket needs an absolute path of at most 107 bytes: unix:/run/redis.sock")
        }
        return ([.unix(path: path)], user, password, try Self.database(query.dropFirst(3)))
    }

    /// Whether the primary may be elsewhere tomorrow.
    public var followsFailOver: Bool { endpoints.count > 1 || sentinelName != nil }

    /// For logs and pages: no user, no password.
    public var place: String {
        let places = endpoints.map(\.description).joined(separator: ",")
        return "\(places)\(sentinelName.map { "/" + $0 } ?? "")/\(database)"
    }

    private static func hosts(_ text: Substring, defaultPort: UInt16) throws(Invalid) -> [Endpoint] {
        var endpoints: [Endpoint] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            endpoints.append(try hostAndPort(part, defaultPort: defaultPort))
        }
        return endpoints
    }

    private static func split(_ text: Substring) -> (credentials: Substring, place: Substring) {
        guard let at = text.lastIndex(of: "@") else { return ("", text) }
        return (text[..<at], text[text.index(after: at)...])
    }

    private static func credentials(_ text: Substring) throws(Invalid) -> (user: String, password: String) {
        guard !text.isEmpty else { return ("", "") }
        guard let colon = text.firstIndex(of: ":") else {
            throw Invalid(message: "the part before @ must be user:password or :password")
        }
        return (try decode(text[..<colon]), try decode(text[text.index(after: colon)...]))
    }

    private static func database(_ text: Substring) throws(Invalid) -> Int {
        guard !text.isEmpty else { return 0 }
        guard text.allSatisfy(\.isASCIIDigit), let number = Int(text), number < 1_000_000 else {
            throw Invalid(message: "the database must be a number, such as /0")
        }
        return number
    }

    private static func hostAndPort(_ text: Substring, defaultPort: UInt16) throws(Invalid) -> Endpoint {
        var host = text
        var port = defaultPort
        let afterHost = text.hasPrefix("[") ? text.firstIndex(of: "]") ?? text.endIndex : text.startIndex
        if let colon = text[afterHost...].lastIndex(of: ":") {
            let digits = text[text.index(after: colon)...]
            guard digits.allSatisfy(\.isASCIIDigit), let number = UInt16(digits), number > 0 else {
                throw Invalid(message: "the port must be a number from 1 to 65535")
            }
            port = number
            host = text[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, !host.contains("["), !host.contains("]") else {
            throw Invalid(message: "the host is missing; write redis://127.0.0.1:6379/0")
        }
        return .tcp(host: String(host), port: port)
    }

    private static func decode(_ text: Substring) throws(Invalid) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.next().flatMap(\.hexValue), let low = rest.next().flatMap(\.hexValue) else {
                throw Invalid(message: "% must be followed by two hexadecimal digits (write % itself as %25)")
            }
            bytes.append(high << 4 | low)
        }
        guard !bytes.contains(0), let decoded = String(validating: bytes, as: UTF8.self) else {
            throw Invalid(message: "percent-encoded parts must be UTF-8 without NUL")
        }
        return decoded
    }
}

extension Character {
    /// `0` to `9` and nothing else: `isNumber` and `Int("+5")` know more.
    var isASCIIDigit: Bool { self >= "0" && self <= "9" && isASCII }
}
