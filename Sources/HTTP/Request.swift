/// A whole request. It keeps the bytes that it was read from, so hold it no longer than needed.
public struct Request: Sendable {
    /// All but the body.
    public let head: RequestHead
    let bodyRange: Range<Int>

    /// The body with its chunked coding removed. A slice of the bytes that were received: its first index is not 0.
    public var body: ArraySlice<UInt8> { head.headers.bytes[bodyRange] }

    /// About how many bytes of memory it takes: those that it was read from, and what was made of its head.
    public var keptBytes: Int { head.headers.bytes.count + 1_024 }

    /// See `RequestHead.method`.
    public var method: Method { head.method }
    /// See `RequestHead.path`.
    public var path: String { head.path }
    /// See `RequestHead.query`.
    public var query: String? { head.query }
    /// See `RequestHead.version`.
    public var version: Version { head.version }
    /// See `RequestHead.headers`.
    public var headers: HeaderFields { head.headers }
    /// See `RequestHead.keepAlive`.
    public var keepAlive: Bool { head.keepAlive }
    /// See `RequestHead.segments`.
    public var segments: [String] { head.segments }
    /// See `RequestHead.queryValue(_:)`.
    public func queryValue(_ name: String) -> String? { head.queryValue(name) }
}
