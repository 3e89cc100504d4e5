import Text

/// One character of a text, however it is written.
///
/// Forms, URLs, web pages and JSON carry a space or a dash in their own ways: plainly, percent-encoded (`%20`,
/// `%C2%A0`; in a URL within a URL `%2520`), as an HTML entity (`&nbsp;`, `&#160;`, `&#xA0;`), or as an escape of JSON
/// or JavaScript (`\n`, `\u00a0`, `\xa0`).
struct WrittenCharacter {
    /// The code point.
    let scalar: UInt32
    /// How many bytes it takes.
    let width: Int

    /// How often an encoding may itself be encoded: `%252520`, `&amp;amp;nbsp;`.
    fileprivate static let maxNesting = 2
    /// How many backslashes may begin an escape: those of JSON within JSON within JSON.
    fileprivate static let maxBackslashes = 7

    /// The entities of what may stand between the digits of a number; names in lower case.
    fileprivate static let entities: [(name: StaticString, scalar: UInt32)] = [
        ("nbsp", 0xA0), ("ensp", 0x2002), ("emsp", 0x2003), ("numsp", 0x2007), ("puncsp", 0x2008), ("thinsp", 0x2009),
        ("hairsp", 0x200A), ("zwnj", 0x200C), ("zwj", 0x200D), ("shy", 0xAD), ("middot", 0xB7), ("hyphen", 0x2010),
        ("dash", 0x2010), ("ndash", 0x2013), ("mdash", 0x2014), ("horbar", 0x2015), ("bull", 0x2022),
        ("minus", 0x2212), ("tab", 0x09), ("newline", 0x0A), ("comma", 0x2C), ("period", 0x2E), ("sol", 0x2F),
        ("lowbar", 0x5F), ("plus", 0x2B), ("vert", 0x7C), ("verbar", 0x7C),
    ]

    /// Whether it may separate groups of digits: a space, a line break, a dash, a dot, a comma, a bar, or invisible.
    var isSeparator: Bool {
        switch scalar {
        case 0x20, 0x09, 0x0A, 0x0D, 0x2C, 0x2D, 0x2E, 0x5F, 0x7C: true
        // No-break space, soft hyphen, middle dot.
        case 0xA0, 0xAD, 0xB7: true
        // Spaces, zero width, dashes; bullet, line separators, narrow and mathematical space, word joiner, minus sign.
        case 0x2000...0x2015, 0x2022, 0x2028, 0x2029, 0x202F, 0x205F, 0x2060, 0x2212: true
        // Arabic comma, ideographic space and comma, byte order mark, full-width comma, hyphen, dot, line and bar.
        case 0x060C, 0x3000, 0x3001, 0xFEFF, 0xFF0C, 0xFF0D, 0xFF0E, 0xFF3F, 0xFF5C: true
        default: false
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The character that is written at `position`; a sign that begins no encoding stands for itself.
    func character(at position: Int) -> WrittenCharacter {
        let byte = self[position]
        let found: WrittenCharacter? =
            switch byte {
            case UInt8(ascii: "%"): percentEncoded(at: position)
            case UInt8(ascii: "&"): entity(at: position)
            case .backslash: escape(at: position)
            case 0x80...0xFF: utf8(at: position) { $0 < count ? (self[$0], 1) : nil }
            default: nil
            }
        return found ?? WrittenCharacter(scalar: UInt32(byte), width: 1)
    }

    /// Reads UTF-8 whose bytes are each written in a way of their own; nil if it is not correct.
    private func utf8(at position: Int, byte: (Int) -> (value: UInt8, width: Int)?) -> WrittenCharacter? {
        guard let lead = byte(position) else { return nil }
        guard lead.value >= 0x80 else { return WrittenCharacter(scalar: UInt32(lead.value), width: lead.width) }
        let more: Int
        switch lead.value {
        case 0xC2...0xDF: more = 1
        case 0xE0...0xEF: more = 2
        case 0xF0...0xF4: more = 3
        default: return nil
        }
        var scalar = UInt32(lead.value & (0x3F >> UInt8(more)))
        var width = lead.width
        for _ in 0..<more {
            guard let next = byte(position + width), next.value & 0xC0 == 0x80 else { return nil }
            scalar = scalar << 6 | UInt32(next.value & 0x3F)
            width += next.width
        }
        return WrittenCharacter(scalar: scalar, width: width)
    }

    /// `%20`, `%C2%A0`; a byte that is no UTF-8 is a character of ISO 8859-1, as in `%A0`.
    private func percentEncoded(at position: Int) -> WrittenCharacter? {
        if let character = utf8(at: position, byte: percentByte) { return character }
        return percentByte(at: position).map { WrittenCharacter(scalar: UInt32($0.value), width: $0.width) }
    }

    /// The byte after `%`, and how many bytes it takes.
    private func percentByte(at position: Int) -> (value: UInt8, width: Int)? {
        guard position < count, self[position] == UInt8(ascii: "%") else { return nil }
        var start = position + 1
        for _ in 0..<WrittenCharacter.maxNesting {
            guard hexByte(at: start) == UInt8(ascii: "%"), hexByte(at: start + 2) != nil else { break }
            start += 2
        }
        return hexByte(at: start).map { ($0, start + 2 - position) }
    }

    private func hexByte(at position: Int) -> UInt8? {
        guard position + 1 < count, let high = self[position].hexValue, let low = self[position + 1].hexValue
        else { return nil }
        return high << 4 | low
    }

    /// `&nbsp;`, `&#160;`, `&#xA0;`; a name may lack its semicolon, as in old pages.
    private func entity(at position: Int) -> WrittenCharacter? {
        var start = position + 1
        for _ in 0..<WrittenCharacter.maxNesting where holds("amp;", at: start) { start += 4 }
        guard start < count else { return nil }
        if self[start] == UInt8(ascii: "#") { return numericEntity(at: start + 1, from: position) }
        var end = start
        while end < count, self[end].isLetter, end - start < 8 { end += 1 }
        for entity in WrittenCharacter.entities
        where entity.name.utf8CodeUnitCount == end - start && holds(entity.name, at: start) {
            if end < count, self[end] == UInt8(ascii: ";") { end += 1 }
            return WrittenCharacter(scalar: entity.scalar, width: end - position)
        }
        return nil
    }

    private func numericEntity(at start: Int, from position: Int) -> WrittenCharacter? {
        let isHex = start < count && self[start].lowercased == UInt8(ascii: "x")
        var (end, scalar) = (isHex ? start + 1 : start, UInt32(0))
        // Zeros in front and all: no more than eight digits, which fit.
        let first = end
        while end < count, end - first < 8, let digit = self[end].hexValue, isHex || digit < 10 {
            scalar = scalar &* (isHex ? 16 : 10) &+ UInt32(digit)
            end += 1
        }
        guard end > first, end < count, self[end] == UInt8(ascii: ";") else { return nil }
        return WrittenCharacter(scalar: scalar, width: end + 1 - position)
    }

    /// `\n`, `\/`, `\u00a0`, `\xa0`, with as many backslashes as JSON within JSON has.
    private func escape(at position: Int) -> WrittenCharacter? {
        var start = position + 1
        while start < count, self[start] == .backslash, start - position < WrittenCharacter.maxBackslashes {
            start += 1
        }
        guard start < count else { return nil }
        let width = start + 1 - position
        switch self[start] {
        case UInt8(ascii: "t"): return WrittenCharacter(scalar: 0x09, width: width)
        case UInt8(ascii: "n"): return WrittenCharacter(scalar: 0x0A, width: width)
        case UInt8(ascii: "r"): return WrittenCharacter(scalar: 0x0D, width: width)
        case .slash: return WrittenCharacter(scalar: 0x2F, width: width)
        case UInt8(ascii: "x"):
            return hexByte(at: start + 1).map { WrittenCharacter(scalar: UInt32($0), width: width + 2) }
        case UInt8(ascii: "u"):
            guard let high = hexByte(at: start + 1), let low = hexByte(at: start + 3) else { return nil }
            return WrittenCharacter(scalar: UInt32(high) << 8 | UInt32(low), width: width + 4)
        default: return nil
        }
    }

    /// Whether `text`, given in lower case, is written here in letters of either case.
    func holds(_ text: StaticString, at position: Int) -> Bool {
        guard position >= 0, count - position >= text.utf8CodeUnitCount else { return false }
        return (0..<text.utf8CodeUnitCount).allSatisfy { self[position + $0].lowercased == text.utf8Start[$0] }
    }
}
