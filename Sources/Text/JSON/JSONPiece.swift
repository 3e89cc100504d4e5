/// The text of one key or value. Unlike a `JSONValue` it holds no document, and so costs nothing to pass around.
public struct JSONPiece {
    /// The text of the whole document.
    public let bytes: UnsafeBufferPointer<UInt8>
    /// Where it stands there, and what it is.
    public let node: JSONNode

    @inlinable init(bytes: UnsafeBufferPointer<UInt8>, node: JSONNode) { (self.bytes, self.node) = (bytes, node) }

    /// What it is.
    @inlinable public var kind: JSONValue.Kind { node.kind }
    /// Whether a string has escapes.
    @inlinable public var hasEscapes: Bool { node.hasEscapes }

    /// The text as it stands in the document.
    @inlinable public var raw: UnsafeBufferPointer<UInt8> { bytes.slice(Int(node.start), Int(node.end)) }

    /// What stands between the quotes of a string, escapes as they are.
    @inlinable public var content: UnsafeBufferPointer<UInt8> { bytes.slice(Int(node.start) + 1, Int(node.end) - 1) }

    /// Lends what a string says: its content without escapes.
    @inlinable @inline(__always)
    public func withPlainText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        hasEscapes ? withUnescaped(body) : body(content)
    }

    @inlinable @inline(never)
    func withUnescaped<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: content.count) { buffer in
            let length = JSONText.unescape(content, into: buffer)
            return body(UnsafeBufferPointer(rebasing: buffer[..<length]))
        }
    }

    /// Whether a string, unescaped, is `text`.
    @inlinable public func isString(_ text: StaticString) -> Bool {
        guard !hasEscapes else { return withPlainText { $0.equals(text) } }
        // Most names differ in their length already.
        return Int(node.end &- node.start) == text.utf8CodeUnitCount + 2 && content.equals(text)
    }

    /// Lets a `switch` compare a name with literals.
    @inlinable public static func ~= (text: StaticString, piece: JSONPiece) -> Bool { piece.isString(text) }

    /// Whether two strings, unescaped, are the same.
    @inlinable public func isSameString(as other: JSONPiece) -> Bool {
        guard hasEscapes || other.hasEscapes else { return content.equals(other.content) }
        return withPlainText { one in other.withPlainText { one.equals($0) } }
    }
}
