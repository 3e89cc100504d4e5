import Text

/// An email address, trimmed and lower-cased, good enough to tell people apart; only a mail could tell whether it
/// exists.
public struct Email: Hashable, Sendable, CustomStringConvertible {
    /// How many bytes an address may have (RFC 5321 section 4.5.3.1.3, less the angle brackets).
    public static let maxLength = 254

    /// How many bytes may stand before the `@` (RFC 5321 section 4.5.3.1.1).
    public static let maxLocalLength = 64

    /// The address.
    public private(set) var text: String

    /// As `text`.
    public var description: String { text }

    /// Nil unless the text is `local@domain.tld`.
    ///
    /// The rules are those of `<input type=email>` in HTML, so that no form passes what is refused here: the local part
    /// is made of letters, digits and ``.!#$%&'*+/=?^_`{|}~-``, the domain of labels of 1 to 63 letters, digits and
    /// inner hyphens. Beyond HTML, letters and digits of all scripts are fine (RFC 6531), and the domain has at least
    /// one dot and does not end in a number, so that addresses of machines are refused.
    public init?(_ text: String) {
        let text = text.trimmed
        // Lower-case text may be longer than it was (a dotted capital I), so this check is for speed and the next one
        // counts.
        guard text.utf8.count <= Self.maxLength else { return nil }
        guard text.hasOnly(Self.allows) || text.unicodeScalars.allSatisfy(Self.allows) else { return nil }
        let isLowercase = text.hasOnly { $0 < 0x80 && $0.lowercased == $0 }
        let lowercased = isLowercase ? text : text.lowercased()
        guard lowercased.utf8.count <= Self.maxLength else { return nil }
        self.text = lowercased
        guard self.text.withUTF8(Self.isAddress) else { return nil }
    }

    private static func isAddress(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let at = bytes.firstIndex(of: UInt8(ascii: "@")), 1...maxLocalLength ~= at else { return false }
        var labels = 0
        var start = at + 1
        while start <= bytes.count {
            let end = bytes[start...].firstIndex(of: .dot) ?? bytes.count
            let label = bytes[start..<end]
            guard isLabel(label) else { return false }
            labels += 1
            if end == bytes.count { return labels >= 2 && !label.allSatisfy(\.isDigit) }
            start = end + 1
        }
        return false
    }

    private static func isLabel(_ label: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        1...63 ~= label.count && label.first != .minus && label.last != .minus
            && label.allSatisfy { $0.isDigit || $0.isLetter || $0 == .minus || $0 >= 0x80 }
    }

    private static func allows(_ byte: UInt8) -> Bool {
        if byte.isLetter || byte.isDigit { return true }
        return switch Unicode.Scalar(byte) {
        case "@", ".", "-", "_", "+": true
        case "!", "#", "$", "%", "&", "'", "*", "/", "=", "?", "^", "`", "{", "|", "}", "~": true
        default: false
        }
    }

    private static func allows(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= 0x80 else { return allows(UInt8(scalar.value)) }
        // The Kelvin sign becomes a `k` in lower case: it would make one person's address out of another's.
        guard scalar != "\u{212A}" else { return false }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        case .nonspacingMark, .spacingMark, .decimalNumber: true
        default: false
        }
    }
}
