/// One value of a `JSONDocument`: a small handle that reads the text when asked.
///
/// It points into the bytes of the document and lives no longer than they do.
public struct JSONValue {
    /// What a value is.
    public enum Kind: UInt8, Sendable {
        /// `{…}`
        case object
        /// `[…]`
        case array
        /// `"…"`
        case string
        /// A number, kept as its text.
        case number
        /// `true`
        case `true`
        /// `false`
        case `false`
        /// `null`
        case null
    }

    let document: JSONDocument
    let index: Int

    var node: JSONNode { document.nodes[index] }

    /// What the value is.
    public var kind: Kind { node.kind }

    /// Whether the value is `null`.
    public var isNull: Bool { kind == .null }

    /// The text of the value as it stands in the document, quotes and escapes included: ready to be copied into other JSON.
    public var raw: UnsafeBufferPointer<UInt8> {
        let node = node
        return document.bytes.slice(Int(node.start), Int(node.end))
    }

    /// The text of a string, unescaped; nil for every other kind.
    public var string: String? {
        let node = node
        guard node.kind == .string else { return nil }
        let content = content
        return node.hasEscapes ? JSONText.unescaped(content) : String(decoding: content, as: UTF8.self)
    }

    /// The text of a number as it was sent; nil for every other kind.
    public var numberText: String? {
        kind == .number ? String(decoding: raw, as: UTF8.self) : nil
    }

    /// `true` or `false`; nil for every other kind.
    public var bool: Bool? {
        switch kind {
        case .true: true
        case .false: false
        case .object, .array, .string, .number, .null: nil
        }
    }

    /// Whether there is nothing to learn here: `null`, or a string that is empty or all white space.
    public var isBlank: Bool {
        let node = node
        if node.kind == .null { return true }
        guard node.kind == .string else { return false }
        let content = content
        if let first = content.first, first < 0x80, !first.isBlank, first != .backslash { return false }
        return string?.allSatisfy(\.isWhitespace) ?? false
    }

    /// The bytes between the quotes of a string, escapes as they stand.
    var content: UnsafeBufferPointer<UInt8> {
        let node = node
        return document.bytes.slice(Int(node.start) + 1, Int(node.end) - 1)
    }
}

// MARK: What is inside

extension JSONValue {
    /// One name and value of an object.
    public struct Member {
        /// The name: a value of the kind `string`.
        public let key: JSONValue
        /// What stands behind the colon.
        public let value: JSONValue

        /// The name, unescaped.
        public var name: String { key.string ?? "" }
    }

    /// The names and values of an object in the order of the text, repeated names included; none for every other kind.
    public var members: Members { Members(object: self) }

    /// The values of an array in the order of the text; none for every other kind.
    public var elements: Elements { Elements(array: self) }

    /// The value behind `name`, compared unescaped; the last one where the name repeats; nil where there is none, or no object.
    public func member(_ name: StaticString) -> JSONValue? {
        let node = node
        guard node.kind == .object else { return nil }
        var found: Int?
        var key = index + 1
        document.nodes.withUnsafeBufferPointer { nodes in
            while key < Int(node.next) {
                if document.key(nodes[key], equals: name) { found = key + 1 }
                key = Int(nodes[key + 1].next)
            }
        }
        return found.map { JSONValue(document: document, index: $0) }
    }

    /// The members of an object, one after the other.
    public struct Members: Sequence, IteratorProtocol {
        private let document: JSONDocument
        private var cursor: Int
        private let end: Int

        init(object: JSONValue) {
            document = object.document
            cursor = object.index + 1
            end = object.kind == .object ? Int(object.node.next) : cursor
        }

        /// The next member in the order of the text.
        public mutating func next() -> Member? {
            guard cursor < end else { return nil }
            let key = cursor
            cursor = Int(document.nodes[key + 1].next)
            return Member(
                key: JSONValue(document: document, index: key), value: JSONValue(document: document, index: key + 1))
        }
    }

    /// The values of an array, one after the other.
    public struct Elements: Sequence, IteratorProtocol {
        private let document: JSONDocument
        private var cursor: Int
        private let end: Int

        init(array: JSONValue) {
            document = array.document
            cursor = array.index + 1
            end = array.kind == .array ? Int(array.node.next) : cursor
        }

        /// The next value in the order of the text.
        public mutating func next() -> JSONValue? {
            guard cursor < end else { return nil }
            let value = JSONValue(document: document, index: cursor)
            cursor = Int(value.node.next)
            return value
        }
    }
}

extension JSONDocument {
    /// Whether a key, unescaped, is `name`.
    fileprivate func key(_ node: JSONNode, equals name: StaticString) -> Bool {
        let content = bytes.slice(Int(node.start) + 1, Int(node.end) - 1)
        guard node.hasEscapes else { return content.equals(name) }
        return JSONText.unescaped(content).utf8.elementsEqual(
            UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }
}
