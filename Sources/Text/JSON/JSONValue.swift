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

    /// The document that it stands in.
    public let document: JSONDocument
    /// The place of its node there.
    public let index: Int

    /// The value of the node at `index`.
    @inlinable public init(document: JSONDocument, index: Int) {
        (self.document, self.index) = (document, index)
    }

    /// The value without the means to look inside it.
    @inlinable public var piece: JSONPiece { JSONPiece(bytes: document.bytes, node: document.nodes[index]) }

    /// What the value is.
    @inlinable public var kind: Kind { piece.kind }

    /// Whether the value is `null`.
    @inlinable public var isNull: Bool { kind == .null }

    /// The text of the value as it stands in the document, quotes and escapes included: ready to be copied into other
    /// JSON.
    @inlinable public var raw: UnsafeBufferPointer<UInt8> { piece.raw }

    /// The text of a string, unescaped; nil for every other kind.
    public var string: String? {
        let piece = piece
        guard piece.kind == .string else { return nil }
        return piece.hasEscapes ? JSONText.unescaped(piece.content) : String(decoding: piece.content, as: UTF8.self)
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
        let piece = piece
        if piece.kind == .null { return true }
        guard piece.kind == .string else { return false }
        if let first = piece.content.first, first < 0x80, !first.isBlank, first != .backslash { return false }
        return string?.allSatisfy(\.isWhitespace) ?? false
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

    /// The value behind `name`, compared unescaped; the last one where the name repeats; nil where there is none, or no
    /// object.
    @inlinable public func member(_ name: StaticString) -> JSONValue? {
        let nodes = document.nodes.span
        guard nodes[index].kind == .object else { return nil }
        let end = Int(nodes[index].next)
        var found: Int?
        var key = index + 1
        while key < end {
            if JSONPiece(bytes: document.bytes, node: nodes[key]).isString(name) { found = key + 1 }
            key = Int(nodes[key + 1].next)
        }
        return found.map { JSONValue(document: document, index: $0) }
    }

    /// Goes through the names and values of an object without the cost of a handle for each of them.
    @inlinable public func withKeys(_ body: (_ index: Int, _ key: JSONPiece, _ value: JSONPiece) -> Void) {
        let bytes = document.bytes
        document.nodes.withUnsafeBufferPointer { nodes in
            guard nodes[index].kind == .object else { return }
            var key = index + 1
            while key < Int(nodes[index].next) {
                let value = nodes[key + 1]
                body(key, JSONPiece(bytes: bytes, node: nodes[key]), JSONPiece(bytes: bytes, node: value))
                key = Int(value.next)
            }
        }
    }

    /// Goes through an object once: for several names less work than ``member(_:)`` for each.
    @inlinable public func withMembers(_ body: (_ name: JSONPiece, _ value: JSONValue) -> Void) {
        withKeys { index, key, _ in body(key, JSONValue(document: document, index: index + 1)) }
    }

    /// The members of an object, one after the other.
    public struct Members: Sequence, IteratorProtocol {
        private let document: JSONDocument
        private var cursor: Int
        private let end: Int

        init(object: JSONValue) {
            document = object.document
            cursor = object.index + 1
            end = object.kind == .object ? Int(object.document.nodes[object.index].next) : cursor
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
            end = array.kind == .array ? Int(array.document.nodes[array.index].next) : cursor
        }

        /// The next value in the order of the text.
        public mutating func next() -> JSONValue? {
            guard cursor < end else { return nil }
            let value = JSONValue(document: document, index: cursor)
            cursor = Int(document.nodes[cursor].next)
            return value
        }
    }
}
