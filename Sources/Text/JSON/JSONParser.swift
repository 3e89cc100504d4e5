/// Reads RFC 8259 in one pass into a flat list of nodes, in the order of the text.
///
/// It recurses once for each level, and the levels are limited. The time is linear in the number of bytes whatever they
/// are. It accepts exactly the grammar: no comments, no trailing commas, no `NaN`, no lone surrogates, no byte order
/// mark.
public struct JSONParser {
    private let base: UnsafePointer<UInt8>
    private let count: Int
    private var position = 0
    private var nodes: [JSONNode] = []

    /// The nodes of a text, which is read to its end.
    public static func nodes(of bytes: UnsafeBufferPointer<UInt8>) throws(JSONError) -> [JSONNode] {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { throw .unexpectedEnd(offset: 0) }
        guard bytes.count <= JSONDocument.maxBytes else { throw .tooLarge }
        var parser = JSONParser(base: base, count: bytes.count)
        return try parser.wholeDocument()
    }

    private init(base: UnsafePointer<UInt8>, count: Int) {
        self.base = base
        self.count = count
        // An event has about one node for 12 bytes: one allocation does for most documents.
        nodes.reserveCapacity(min(count / 8 + 8, JSONDocument.maxNodes))
    }

    private mutating func wholeDocument() throws(JSONError) -> [JSONNode] {
        if count >= 3, base[0] == 0xEF, base[1] == 0xBB, base[2] == 0xBF { throw .byteOrderMark }
        skipBlanks()
        try value(depth: 0)
        skipBlanks()
        guard position == count else { throw .trailingBytes(offset: position) }
        return nodes
    }

    /// Reads one value; `position` is at its first byte.
    private mutating func value(depth: Int) throws(JSONError) {
        guard position < count else { throw .unexpectedEnd(offset: count) }
        switch base[position] {
        case .quote: try string()
        case UInt8(ascii: "{"): try object(depth: depth + 1)
        case UInt8(ascii: "["): try array(depth: depth + 1)
        case .minus, .zero...UInt8(ascii: "9"): try number()
        case UInt8(ascii: "t"): try literal("true", .true)
        case UInt8(ascii: "f"): try literal("false", .false)
        case UInt8(ascii: "n"): try literal("null", .null)
        case let byte: throw .unexpectedByte(byte, offset: position)
        }
    }

    private mutating func object(depth: Int) throws(JSONError) {
        let index = try open(.object, depth: depth)
        guard try !take(UInt8(ascii: "}")) else { return close(index) }
        repeat {
            skipBlanks()
            try expect(.quote)
            try string()
            skipBlanks()
            try expect(.colon)
            position += 1
            skipBlanks()
            try value(depth: depth)
            skipBlanks()
        } while try take(.comma)
        try expect(UInt8(ascii: "}"))
        position += 1
        close(index)
    }

    private mutating func array(depth: Int) throws(JSONError) {
        let index = try open(.array, depth: depth)
        guard try !take(UInt8(ascii: "]")) else { return close(index) }
        repeat {
            skipBlanks()
            try value(depth: depth)
            skipBlanks()
        } while try take(.comma)
        try expect(UInt8(ascii: "]"))
        position += 1
        close(index)
    }

    private mutating func open(_ kind: JSONValue.Kind, depth: Int) throws(JSONError) -> Int {
        guard depth <= JSONDocument.maxDepth else { throw .tooDeep(offset: position) }
        let index = nodes.count
        try append(kind, from: position, to: position)
        position += 1
        skipBlanks()
        return index
    }

    private mutating func close(_ index: Int) {
        nodes[index].end = UInt32(truncatingIfNeeded: position)
        nodes[index].next = UInt32(truncatingIfNeeded: nodes.count)
    }

    private mutating func literal(_ word: StaticString, _ kind: JSONValue.Kind) throws(JSONError) {
        let start = position
        for offset in 0..<word.utf8CodeUnitCount {
            try expect(word.utf8Start[offset])
            position += 1
        }
        try append(kind, from: start, to: position)
    }

    private mutating func append(
        _ kind: JSONValue.Kind, from start: Int, to end: Int, hasEscapes: Bool = false
    ) throws(JSONError) {
        guard nodes.count < JSONDocument.maxNodes else { throw .tooManyValues(offset: start) }
        nodes.append(
            JSONNode(
                start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: end),
                next: UInt32(truncatingIfNeeded: nodes.count + 1), kind: kind, hasEscapes: hasEscapes))
    }

    // MARK: Bytes

    private mutating func skipBlanks() {
        while position < count, base[position].isBlank { position += 1 }
    }

    private func expect(_ byte: UInt8) throws(JSONError) {
        guard position < count else { throw .unexpectedEnd(offset: count) }
        guard base[position] == byte else { throw .unexpectedByte(base[position], offset: position) }
    }

    /// Steps over `byte` if it stands here. The end of the text is an error: no value ends with a comma or a bracket
    /// missing.
    private mutating func take(_ byte: UInt8) throws(JSONError) -> Bool {
        guard position < count else { throw .unexpectedEnd(offset: count) }
        guard base[position] == byte else { return false }
        position += 1
        return true
    }
}

// MARK: Numbers and strings

extension JSONParser {
    private mutating func number() throws(JSONError) {
        let start = position
        if base[position] == .minus { position += 1 }
        if position < count, base[position] == .zero { position += 1 } else { try digits(of: start) }
        if position < count, base[position] == .dot {
            position += 1
            try digits(of: start)
        }
        if position < count, base[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < count, base[position] == .plus || base[position] == .minus { position += 1 }
            try digits(of: start)
        }
        // `012` and `1.2.3`: the number is over, and what follows would otherwise be blamed on the comma.
        if position < count, base[position].isDigit || base[position] == .dot { throw .badNumber(offset: start) }
        try append(.number, from: start, to: position)
    }

    private mutating func digits(of start: Int) throws(JSONError) {
        guard position < count else { throw .unexpectedEnd(offset: count) }
        guard base[position].isDigit else { throw .badNumber(offset: start) }
        while position < count, base[position].isDigit { position += 1 }
    }

    private mutating func string() throws(JSONError) {
        let start = position
        var hasEscapes = false
        position += 1
        while true {
            skipPlainBytes()
            guard position < count else { throw .unexpectedEnd(offset: count) }
            switch base[position] {
            case .quote:
                position += 1
                return try append(.string, from: start, to: position, hasEscapes: hasEscapes)
            case .backslash:
                hasEscapes = true
                try escape()
            case 0..<0x20: throw .controlCharacter(offset: position)
            default: try multibyteCharacter()
            }
        }
    }

    /// Stops at the first byte that is a quote, a backslash, a control character or not ASCII.
    private mutating func skipPlainBytes() {
        while position + 8 <= count {
            let word = UInt64(littleEndian: UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self))
            let marks = word.marksOfEscaped | word & UInt64.tops
            if marks != 0 {
                position += marks.trailingZeroBitCount >> 3
                return
            }
            position += 8
        }
        while position < count {
            let byte = base[position]
            if byte == .quote || byte == .backslash || byte < 0x20 || byte >= 0x80 { return }
            position += 1
        }
    }

    private mutating func escape() throws(JSONError) {
        let start = position
        guard position + 1 < count else { throw .unexpectedEnd(offset: count) }
        switch base[position + 1] {
        case .quote, .backslash, .slash, UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"),
            UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            let unit = try codeUnit(of: start)
            guard unit & 0xF800 == 0xD800 else { return }
            guard unit < 0xDC00 else { throw .loneSurrogate(offset: start) }
            guard position < count else { throw .unexpectedEnd(offset: count) }
            guard base[position] == .backslash else { throw .loneSurrogate(offset: start) }
            guard position + 1 < count else { throw .unexpectedEnd(offset: count) }
            guard base[position + 1] == UInt8(ascii: "u") else { throw .loneSurrogate(offset: start) }
            guard try codeUnit(of: position) & 0xFC00 == 0xDC00 else { throw .loneSurrogate(offset: start) }
        default: throw .badEscape(offset: start)
        }
    }

    /// Reads `\uXXXX`; `position` is at the backslash.
    private mutating func codeUnit(of start: Int) throws(JSONError) -> UInt16 {
        position += 2
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard position < count else { throw .unexpectedEnd(offset: count) }
            guard let digit = base[position].hexValue else { throw .badEscape(offset: start) }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    /// Reads one character of two to four bytes: exactly the well-formed sequences of Unicode, table 3-7.
    private mutating func multibyteCharacter() throws(JSONError) {
        let start = position
        let lead = base[start]
        let (length, second): (Int, ClosedRange<UInt8>) =
            switch lead {
            case 0xC2...0xDF: (2, 0x80...0xBF)
            case 0xE0: (3, 0xA0...0xBF)
            case 0xED: (3, 0x80...0x9F)
            case 0xE1...0xEF: (3, 0x80...0xBF)
            case 0xF0: (4, 0x90...0xBF)
            case 0xF1...0xF3: (4, 0x80...0xBF)
            case 0xF4: (4, 0x80...0x8F)
            default: throw .badUTF8(offset: start)
            }
        guard start + length <= count else { throw .badUTF8(offset: start) }
        guard second.contains(base[start + 1]) else { throw .badUTF8(offset: start) }
        for index in start + 2..<start + length where base[index] & 0xC0 != 0x80 { throw .badUTF8(offset: start) }
        position = start + length
    }
}
