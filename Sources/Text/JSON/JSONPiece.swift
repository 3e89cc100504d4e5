/// The text of one key or value. Unlike a `JSONValue` it holds no document, and so costs nothing to pass around.
package struct JSONPiece {
    package let bytes: UnsafeBufferPointer<UInt8>
    package let node: JSONNode

    package var kind: JSONValue.Kind { node.kind }
    package var hasEscapes: Bool { node.hasEscapes }

    /// The text as it stands in the document.
    package var raw: UnsafeBufferPointer<UInt8> { bytes.slice(Int(node.start), Int(node.end)) }

    /// What stands between the quotes of a string, escapes as they are.
    package var content: UnsafeBufferPointer<UInt8> { bytes.slice(Int(node.start) + 1, Int(node.end) - 1) }

    /// Lends what a string says: its content without escapes.
    package func withPlainText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        guard hasEscapes else { return body(content) }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: content.count) { buffer in
            let length = JSONText.unescape(content, into: buffer)
            return body(UnsafeBufferPointer(rebasing: buffer[..<length]))
        }
    }

    /// Whether a string, unescaped, is `text`.
    package func isString(_ text: StaticString) -> Bool {
        guard !hasEscapes else { return withPlainText { $0.equals(text) } }
        // Most names differ in their length already.
        return Int(node.end &- node.start) == text.utf8CodeUnitCount + 2 && content.equals(text)
    }

    /// Lets a `switch` compare a name with literals.
    package static func ~= (text: StaticString, piece: JSONPiece) -> Bool { piece.isString(text) }

    /// Whether two strings, unescaped, are the same.
    package func isSameString(as other: JSONPiece) -> Bool {
        guard hasEscapes || other.hasEscapes else { return content.equals(other.content) }
        return withPlainText { one in other.withPlainText { one.equals($0) } }
    }
}
