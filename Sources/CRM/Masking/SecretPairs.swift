import Text

/// Takes the values of secrets out of text that holds names and values: `a=1&token=…`, `{"cvv":"123"}`, JSON in JSON.
///
/// A pair is a name and a value with a sign between them. The value of a name that says a secret (`FieldName`) becomes
/// `[secret]`, and the rest of the text stays.
///
/// - `name=value`, also with blanks around the `=`, with `=>` or `%3D`. The value ends at white space, `&`, `"`, and at
///   a comma or semicolon where the next pair, a blank or the end follows. The word after `Bearer` and further groups
///   of digits belong to it.
/// - `"name":value` and `'name':value`, with as many backslashes before the quotes as JSON within JSON has, and
///   `{name:value}`.
/// - A value in quotes ends at its own closing quote, one in braces or brackets where they close, or with the text.
///
/// Each sign is visited once, its name is at most ``maxNameBytes`` before it, and the search continues after the value,
/// so the time is linear in the length.
struct SecretPairs {
    /// What stands in a text where a secret was.
    static let mark: StaticString = "[secret]"

    /// How many bytes of a name count, the last ones.
    static let maxNameBytes = BusinessData.maxNameCharacters
    /// How many blanks may stand between a name, its sign and its value.
    static let maxBlanks = 8
    /// How many backslashes may stand before a quote: five levels of JSON within JSON.
    static let maxBackslashes = 31

    private let text: UnsafeBufferPointer<UInt8>
    private var position = 0
    /// Whether a brace was opened: only then a name without quotes may have a colon.
    private var hasBrace = false
    private var output: [UInt8] = []
    private var copied = 0

    /// The text with `[secret]` for the value of each secret; nil if there is none.
    static func masked(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var pairs = SecretPairs(text: text)
        while pairs.position < text.count {
            switch text[pairs.position] {
            case .equals: pairs.maskPair(at: Sign(width: 1, isColon: false))
            case .colon: pairs.maskPair(at: Sign(width: 1, isColon: true))
            case .percent where text.holds("%3d", at: pairs.position):
                pairs.maskPair(at: Sign(width: 3, isColon: false))
            case UInt8(ascii: "{"):
                pairs.hasBrace = true
                pairs.position += 1
            default: pairs.position += 1
            }
        }
        guard pairs.copied > 0 else { return nil }
        return pairs.output + text[pairs.copied...]
    }

    private init(text: UnsafeBufferPointer<UInt8>) { self.text = text }

    private struct Sign {
        var width: Int
        var isColon: Bool
    }

    private struct Name {
        var bytes: Range<Int>
        /// The closing quote with its backslashes; empty if it has none.
        var quote: Range<Int>
        /// Whether blanks stand between it and the sign.
        var hasGap: Bool
    }

    private mutating func maskPair(at sign: Sign) {
        let start = position + sign.width
        let end = position
        position = start
        guard let name = name(before: end, sign), isSecret(name) else { return }
        guard let value = value(from: start, of: name, sign) else { return }
        position = value.upperBound
        // In JSON a number, or what was in braces, becomes a string.
        let needsQuotes = !name.quote.isEmpty && !isQuoted(value)
        if !needsQuotes, text.slice(value.lowerBound, value.upperBound).equals(Self.mark) { return }
        output.append(contentsOf: text[copied..<value.lowerBound])
        if needsQuotes { output.append(contentsOf: text[name.quote]) }
        output.appendJSON(raw: Self.mark)
        if needsQuotes { output.append(contentsOf: text[name.quote]) }
        copied = value.upperBound
    }

    private func isQuoted(_ value: Range<Int>) -> Bool { text[value.lowerBound - 1].isQuote }
}

// MARK: Names

extension SecretPairs {
    private func name(before sign: Int, _ kind: Sign) -> Name? {
        let end = skipBlanks(before: sign)
        guard end > 0 else { return nil }
        if text[end - 1].isQuote { return quotedName(before: end, hasGap: end < sign) }
        var start = end
        while start > 0, end - start < Self.maxNameBytes, text[start - 1].isPairName { start -= 1 }
        guard start < end else { return nil }
        if kind.isColon {
            // A word before a colon is prose, unless it begins a member: `{cvv:123, pin: 5}`.
            guard hasBrace else { return nil }
            let before = skipBlanks(before: start)
            guard before > 0, text[before - 1] == UInt8(ascii: "{") || text[before - 1] == .comma else { return nil }
        }
        return Name(bytes: start..<end, quote: end..<end, hasGap: end < sign)
    }

    private func quotedName(before end: Int, hasGap: Bool) -> Name? {
        let mark = text[end - 1]
        var close = end - 1
        while close > 0, text[close - 1] == .backslash, end - close <= Self.maxBackslashes { close -= 1 }
        var start = close
        while start > 0, close - start <= Self.maxNameBytes, text[start - 1] != mark { start -= 1 }
        guard start > 0, start < close, text[start - 1] == mark else { return nil }
        return Name(bytes: start..<close, quote: close..<end, hasGap: hasGap)
    }

    private func isSecret(_ name: Name) -> Bool {
        let bytes = text.slice(name.bytes.lowerBound, name.bytes.upperBound)
        guard bytes.contains(.percent) else { return FieldName(bytes)?.isSecret == true }
        // `a%26user%5Bpin%5D%3D1`: what comes before the `&` belongs to another pair.
        var plain: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let character = bytes.character(at: index)
            if character.width == 1 {
                plain.append(bytes[index])
            } else if character.scalar == UInt32(UInt8.ampersand) || character.scalar == UInt32(UInt8(ascii: "?")) {
                plain.removeAll()
            } else {
                plain.append(character.scalar < 0x80 ? UInt8(character.scalar) : 0xFF)
            }
            index += character.width
        }
        return plain.withUnsafeBufferPointer { FieldName($0)?.isSecret == true }
    }

    private func skipBlanks(before end: Int) -> Int {
        var start = end
        while start > 0, end - start < Self.maxBlanks, text[start - 1].isBlank { start -= 1 }
        return start
    }
}

// MARK: Values

extension SecretPairs {
    /// The place of the value, without its quotes; nil if there is none.
    private func value(from start: Int, of name: Name, _ sign: Sign) -> Range<Int>? {
        var begin = start
        let isArrow = !sign.isColon && begin < text.count && text[begin] == UInt8(ascii: ">")
        if isArrow { begin += 1 }
        if sign.isColon || isArrow || name.hasGap || !name.quote.isEmpty {
            let first = begin
            while begin < text.count, begin - first < Self.maxBlanks, text[begin].isBlank { begin += 1 }
        }
        guard begin < text.count else { return nil }
        var quote = begin
        while quote < text.count, text[quote] == .backslash, quote - begin < Self.maxBackslashes { quote += 1 }
        let value: Range<Int>
        if quote < text.count, text[quote].isQuote {
            value = quote + 1..<contentEnd(from: quote + 1, level: quote - begin).content
        } else if text[begin] == UInt8(ascii: "{") || text[begin] == UInt8(ascii: "[") {
            let end = containerEnd(from: begin)
            value = begin..<(sign.isColon ? end : wordsEnd(from: end))
        } else {
            value = begin..<(sign.isColon ? memberEnd(from: begin) : wordsEnd(from: begin))
        }
        return value.isEmpty ? nil : value
    }

    /// Where the text in quotes ends whose opening quote is before `start` and has `level` backslashes.
    ///
    /// JSON within JSON doubles each backslash and adds one before each quote. So of a run of backslashes before a
    /// quote those beyond `level` are the text's own, `level + 1` for each, and an even number of them leaves the quote
    /// a closing one. Fewer than `level` belong to the quote of a text around this one.
    private func contentEnd(from start: Int, level: Int) -> (content: Int, quote: Int) {
        let mark = text[start - 1]
        var run = 0
        for index in start..<text.count {
            if text[index] == .backslash {
                run += 1
                continue
            }
            if text[index] == mark {
                let (units, rest) = (run + 1).quotientAndRemainder(dividingBy: level + 1)
                if run < level || rest == 0 && units % 2 == 1 { return (index - min(run, level), index) }
            }
            run = 0
        }
        return (text.count, text.count)
    }

    /// The place after the brace or bracket that closes the one at `start`, those in strings aside.
    private func containerEnd(from start: Int) -> Int {
        var (depth, run, index) = (0, 0, start)
        while index < text.count {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return index + 1 }
            case .quote: index = contentEnd(from: index + 1, level: run).quote
            default: break
            }
            run = byte == .backslash ? run + 1 : 0
            index += 1
        }
        return text.count
    }

    /// The end of a number or word in JSON.
    private func memberEnd(from start: Int) -> Int {
        var end = start
        while end < text.count, !text[end].isBlank, !text[end].isQuote, !text[end].closesMember { end += 1 }
        return end
    }

    /// The end of a value without quotes after `=`.
    private func wordsEnd(from start: Int) -> Int {
        var begin = start
        while true {
            let end = wordEnd(from: begin)
            guard end > begin, end + 1 < text.count, text[end] == .space else { return end }
            let next = wordEnd(from: end + 1)
            let isGroup = text[end - 1].isDigit && next > end + 1 && text[end + 1..<next].allSatisfy(\.isDigit)
            let isScheme = ["bearer", "basic", "digest"].contains { (scheme: StaticString) in
                end - start == scheme.utf8CodeUnitCount && text.holds(scheme, at: start)
            }
            guard isGroup || isScheme else { return end }
            begin = end + 1
        }
    }

    private func wordEnd(from start: Int) -> Int {
        var end = start
        loop: while end < text.count, !text[end].isBlank {
            switch text[end] {
            case .ampersand: break loop
            case .percent: if text.holds("%26", at: end) { break loop }
            case .comma, .semicolon: if isPairOver(at: end + 1) { break loop }
            case .quote:
                // `\"`: the backslash belongs to the quote.
                while end > start, text[end - 1] == .backslash { end -= 1 }
                break loop
            default: break
            }
            end += 1
        }
        return end
    }

    /// Whether after a comma or semicolon prose goes on, or another pair.
    private func isPairOver(at start: Int) -> Bool {
        var end = start
        while end < text.count, end - start < Self.maxNameBytes, text[end].isPairName { end += 1 }
        return end == text.count && end == start || end < text.count && text[end] == .equals && end > start
            || end < text.count && end == start && text[end].isBlank
    }
}

extension UInt8 {
    fileprivate static let equals = UInt8(ascii: "=")
    fileprivate static let ampersand = UInt8(ascii: "&")
    fileprivate static let percent = UInt8(ascii: "%")
    fileprivate static let semicolon = UInt8(ascii: ";")

    /// What JSON, JavaScript or Python put around a name or text.
    fileprivate var isQuote: Bool { self == .quote || self == UInt8(ascii: "'") }

    /// What ends a number or word in JSON.
    fileprivate var closesMember: Bool {
        self == .comma || self == UInt8(ascii: "}") || self == UInt8(ascii: "]") || self == .backslash
    }

    /// What a name without quotes is made of: also `user[password]`, and `user%5Bpassword%5D`.
    fileprivate var isPairName: Bool {
        isLetter || isDigit || self >= 0x80 || self == UInt8(ascii: "_") || self == .minus || self == .dot
            || self == UInt8(ascii: "[") || self == UInt8(ascii: "]") || self == .percent
    }
}
