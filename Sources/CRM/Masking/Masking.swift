/// Takes secrets out of text before anything is stored or logged: card numbers, and what URLs carry behind their path.
public enum Masking {
    /// What a masked text is.
    enum Outcome {
        case unchanged
        case changed([UInt8])
        /// The text was a secret and nothing else.
        case dropped
    }

    /// Fewer digits are never a card number.
    public static let shortestCard = CardNumber.shortest

    /// What stands in a text where a card number was.
    static let cardMark: StaticString = "[card]"

    /// The text for a profile field such as a name: card numbers become `[card]`, URLs lose query, fragment and user, and
    /// what is longer than `BusinessData.maximumCharacters` is cut.
    public static func text(_ text: String) -> String { masked(text, named: .other) }

    /// A phone number: as `text`, but up to 14 digits (15 behind a `+`) are a phone number, not a card.
    public static func phone(_ text: String) -> String { masked(text, named: .phone) }

    /// Whether a card number stands in the text.
    public static func holdsCard(_ text: String) -> Bool {
        text.utf8.span.withUnsafeBufferPointer { CardNumber.masked($0, shortest: shortestCard) != nil }
    }

    private static func masked(_ text: String, named name: FieldName) -> String {
        var plain = text
        switch plain.withUTF8({ mask($0, named: name) }) {
        case .unchanged: return text
        case .changed(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .dropped: return cardMark.description
        }
    }

    /// Masks one value, given as correct UTF-8 without escapes.
    static func mask(_ text: UnsafeBufferPointer<UInt8>, named name: FieldName) -> Outcome {
        let signs = Signs(of: text)
        let shortest = name.isPhone ? CardNumber.shortestInPhone : CardNumber.shortest
        let mayHoldCard = signs.mayHoldCard(of: shortest)
        guard signs.mayHoldURL || mayHoldCard || text.count > BusinessData.maximumCharacters else { return .unchanged }
        var result: [UInt8]?
        if signs.mayHoldURL { result = URLText.stripped(text, isURL: name.isURL) }
        if mayHoldCard {
            let masked =
                result.map { $0.withUnsafeBufferPointer { CardNumber.masked($0, shortest: shortest) } }
                ?? CardNumber.masked(text, shortest: shortest)
            if let masked {
                // Masked before it is cut, or else a number that the cut divides would be kept by half.
                if masked.withUnsafeBufferPointer({ $0.trimmed.equals(cardMark) }) { return .dropped }
                result = masked
            }
        }
        return cut(text, result)
    }

    /// Cuts to the longest length that is kept, between two characters.
    private static func cut(_ text: UnsafeBufferPointer<UInt8>, _ result: [UInt8]?) -> Outcome {
        let limit = BusinessData.maximumCharacters
        guard let result else {
            guard let end = text.end(ofScalars: limit) else { return .unchanged }
            return .changed([UInt8](text[..<end]))
        }
        guard let end = result.withUnsafeBufferPointer({ $0.end(ofScalars: limit) }) else { return .changed(result) }
        return .changed([UInt8](result[..<end]))
    }

    /// What can be told about a text at a glance. Most values are a name or a place, and pass untouched for some 10 ns.
    private struct Signs {
        /// The weights of all bytes, added and or-ed: what is only looked for cannot overflow so.
        private var sum: UInt64 = 0
        private var union: UInt64 = 0
        private static let (digit, urlSign, beyondASCII) = (UInt64(1), UInt64(1) << 62, UInt64(1) << 63)

        /// What a byte tells: one load for each byte of a text.
        private static let weights: [UInt64] = (UInt8.min...UInt8.max).map { byte in
            switch byte {
            case .zero...UInt8(ascii: "9"): digit
            case UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "%"), UInt8(ascii: "@"), UInt8(ascii: ";"), .colon:
                urlSign
            case 0x80...0xFF: beyondASCII
            default: 0
            }
        }

        init(of text: UnsafeBufferPointer<UInt8>) {
            Self.weights.withUnsafeBufferPointer { weights in
                for byte in text {
                    let weight = weights[Int(byte)]
                    sum &+= weight
                    union |= weight
                }
            }
        }

        var mayHoldURL: Bool { union & Self.urlSign != 0 }
        /// Digits of other scripts are not ASCII.
        func mayHoldCard(of length: Int) -> Bool {
            union & Self.beyondASCII != 0 || sum & (Self.urlSign - 1) >= UInt64(length)
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Where the first `limit` Unicode scalars end; nil if there are no more than that.
    fileprivate func end(ofScalars limit: Int) -> Int? {
        guard count > limit else { return nil }
        var scalars = 0
        for index in indices where self[index] & 0xC0 != 0x80 {
            if scalars == limit { return index }
            scalars += 1
        }
        return nil
    }
}
