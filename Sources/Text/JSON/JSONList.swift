/// The elements of an array in a JSON text, kept together with the text so that they can be read one by one, later.
public struct JSONList: Sendable {
    private let text: ArraySlice<UInt8>
    private let nodes: [JSONNode]
    /// Where each element stands in `nodes`.
    private let elements: [Int]

    /// Reads a whole text and keeps the array behind `name` in the object that the text is.
    ///
    /// - Throws: `JSONError` for the first place where the text is not JSON, or passes a limit.
    /// - Returns: `nil` when the text is no object, or there is no such array in it.
    public init?(named name: StaticString, in text: ArraySlice<UInt8>) throws(JSONError) {
        let found = try text.withUnsafeBufferPointer { (bytes) throws(JSONError) -> ([JSONNode], [Int])? in
            let document = try JSONDocument.parse(bytes)
            guard let array = document.root.member(name), array.kind == .array else { return nil }
            return (document.nodes, array.elements.map(\.index))
        }
        guard let found else { return nil }
        self.text = text
        (nodes, elements) = found
    }

    /// How many elements there are.
    public var count: Int { elements.count }

    /// Bytes of memory that it takes beside the text.
    public var indexBytes: Int {
        nodes.count * MemoryLayout<JSONNode>.stride + elements.count * MemoryLayout<Int>.stride
    }

    /// Bytes of the text of one element.
    public func size(of element: Int) -> Int {
        let node = nodes[elements[element]]
        return Int(node.end) - Int(node.start)
    }

    /// Lends one element.
    public func withElement<Result>(_ element: Int, _ body: (JSONValue) -> Result) -> Result {
        text.withUnsafeBufferPointer { bytes in
            body(JSONValue(document: JSONDocument(bytes: bytes, nodes: nodes), index: elements[element]))
        }
    }
}
