/// A JSON text that was read to its end and found correct: the bytes, and a flat list of what stands where.
///
/// Nothing is copied. A document and every value taken from it point into the bytes given to `parse`, and so they live
/// only as long as the closure that lent those bytes; keep `String`s and numbers, never the document.
///
/// Names may repeat in an object: the last one wins, as in `JSON.parse` of the browsers that send to us.
public struct JSONDocument {
    /// How deep arrays and objects may be nested: an event needs two levels, a batch of events four.
    public static let maxDepth = 32

    /// How many keys and values a document may have; bounds the list of nodes to 2 MiB.
    /// 500 events of some 60 keys and values each are half of that.
    public static let maxNodes = 131_072

    /// How many bytes a document may have, so that every offset fits in 32 bits.
    public static let maxBytes = Int(UInt32.max) - 1

    /// The text.
    public let bytes: UnsafeBufferPointer<UInt8>
    /// Keys and values in the order of the text.
    public let nodes: [JSONNode]

    /// Reads a whole document.
    ///
    /// - Parameter bytes: the text in UTF-8; it has to outlive the document.
    /// - Throws: `JSONError` for the first place where the text is not JSON, or passes a limit.
    public static func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONError) -> JSONDocument {
        JSONDocument(bytes: bytes, nodes: try JSONParser.nodes(of: bytes))
    }

    /// The one value that the document consists of.
    public var root: JSONValue { JSONValue(document: self, index: 0) }
}

/// One key or value: where it stands, and where the next one at the same level stands.
public struct JSONNode: Sendable {
    /// Where the text starts and ends in the document; a string includes its quotes.
    public var start: UInt32
    /// Where it ends: the offset after its last byte.
    public var end: UInt32
    /// The index of the first node that is not part of this one.
    public var next: UInt32
    /// What it is.
    public var kind: JSONValue.Kind
    /// A string that holds at least one backslash.
    public var hasEscapes: Bool
}
