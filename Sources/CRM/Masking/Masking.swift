import Text

/// Takes secrets out of text before anything is stored or logged: card numbers, what URLs carry after their path, and
/// values whose names in the text say a secret.
public enum Masking {
    /// What a masked text is.
    enum Masked {
        case unchanged
        case changed([UInt8])
        /// The text was a secret and nothing else.
        case dropped
    }

    /// Fewer digits are never a card number.
    public static let shortestCard = CardNumber.shortest

    /// What stands in a text where a card number was.
    static let cardMark: StaticString = "[card]"

    /// The text for a profile field such as a name: card numbers become `[card]`, the values of secrets (`cvv=123`)
    /// `[secret]`, URLs lose query, fragment and user, and what is longer than `BusinessData.maxCharacters` is cut.
    public static func text(_ text: String) -> String { masked(text, named: .other) }

    /// A phone number: as `text`, but up to 14 digits (15 behind a `+`) are a phone number, not a card.
    public static func phone(_ text: String) -> String { masked(text, named: .phone) }

    /// Whether a card number stands in the text.
    public static func holdsCard(_ text: String) -> Bool {
        text.utf8.span.withUnsafeBufferPointer { CardNumber.masked($0, isPhone: false) != nil }
    }

    private static func masked(_ text: String, named name: FieldName) -> String {
        var plain = text
        switch plain.withUTF8({ mask($0, named: name) }) {
        case .unchanged: return text
        case .changed(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .dropped: return cardMark.description
        }
    }

    /// Masks one value, given as correct UTF-8 without escapes. What is masked once stays as it is the next time.
    @inline(__always)
    static func mask(_ text: UnsafeBufferPointer<UInt8>, named name: FieldName) -> Masked {
        Signs(of: text).areNone(in: text, isPhone: name.isPhone) ? .unchanged : maskMarked(text, named: name)
    }

    /// Masks a text with a sign that it may hold a secret.
    @inline(never)
    private static func maskMarked(_ text: UnsafeBufferPointer<UInt8>, named name: FieldName) -> Masked {
        var isSettled = false
        var outcome = maskOnce(text, named: name, &isSettled)
        // What is left may read as a secret only now. A text that hides another in each is dropped in the end.
        for _ in 0..<maxPasses {
            guard !isSettled, case .changed(let result) = outcome else { return outcome }
            let again = result.withUnsafeBufferPointer { maskOnce($0, named: name, &isSettled) }
            if case .unchanged = again { return outcome }
            outcome = again
        }
        return .dropped
    }

    private static let maxPasses = 16

    /// - Parameter isSettled: set where another pass could not find more.
    private static func maskOnce(
        _ text: UnsafeBufferPointer<UInt8>, named name: FieldName, _ isSettled: inout Bool
    ) -> Masked {
        let signs = Signs(of: text)
        guard !signs.areNone(in: text, isPhone: name.isPhone) else { return .unchanged }
        let mayHoldCard = signs.mayHoldCard(isPhone: name.isPhone)
        var result = signs.mayHoldURL ? URLText.stripped(text, isURL: name.isURL) : nil
        isSettled = true
        func apply(_ mask: (UnsafeBufferPointer<UInt8>) -> [UInt8]?) {
            let masked = result.map { $0.withUnsafeBufferPointer(mask) } ?? mask(text)
            guard let masked else { return }
            (result, isSettled) = (masked, false)
        }
        // Masked before it is cut, or else a number that the cut divides would be kept by half.
        if mayHoldCard { apply { CardNumber.masked($0, isPhone: name.isPhone) } }
        if !isSettled, result?.withUnsafeBufferPointer({ $0.trimmed.equals(cardMark) }) == true { return .dropped }
        // After the cards, whose groups may be further words.
        if signs.mayHoldPair { apply(SecretPairs.masked) }
        return cut(text, result, &isSettled)
    }

    /// Cuts to the longest length that is kept, between two characters.
    private static func cut(
        _ text: UnsafeBufferPointer<UInt8>, _ result: [UInt8]?, _ isSettled: inout Bool
    ) -> Masked {
        let limit = BusinessData.maxCharacters
        guard let result else {
            guard let end = text.end(ofScalars: limit) else { return .unchanged }
            isSettled = false
            return .changed([UInt8](text[..<end]))
        }
        guard let end = result.withUnsafeBufferPointer({ $0.end(ofScalars: limit) }) else { return .changed(result) }
        isSettled = false
        return .changed([UInt8](result[..<end]))
    }

    /// What can be told about a text at a glance. Most values are a name or a place, and pass untouched for some 10 ns.
    private struct Signs {
        /// The weights of all bytes, added and or-ed: what is only looked for cannot overflow so.
        private let sum: UInt64
        private let union: UInt64
        private static var digit: UInt64 { 1 }
        private static var quoting: UInt64 { 1 << 60 }
        private static var equals: UInt64 { 1 << 61 }
        private static var urlSign: UInt64 { 1 << 62 }
        private static var beyondASCII: UInt64 { 1 << 63 }

        /// What a byte tells: one load for each byte of a text. It is made once and never freed, so that no look at it
        /// counts references.
        private nonisolated(unsafe) static let weights: UnsafePointer<UInt64> = {
            let weights = UnsafeMutablePointer<UInt64>.allocate(capacity: 256)
            for byte in UInt8.min...UInt8.max { weights[Int(byte)] = weight(of: byte) }
            return UnsafePointer(weights)
        }()

        private static func weight(of byte: UInt8) -> UInt64 {
            switch byte {
            case .zero...UInt8(ascii: "9"): digit
            // `%3D` is an `=`.
            case UInt8(ascii: "%"): urlSign | equals
            case UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "@"), UInt8(ascii: ";"), .colon: urlSign
            case UInt8(ascii: "="): equals
            case .quote, UInt8(ascii: "'"), UInt8(ascii: "{"): quoting
            case 0x80...0xFF: beyondASCII
            default: 0
            }
        }

        @inline(__always)
        init(of text: UnsafeBufferPointer<UInt8>) {
            let weights = Self.weights
            var (sum, union) = (UInt64(0), UInt64(0))
            for byte in text {
                let weight = weights[Int(byte)]
                sum &+= weight
                union |= weight
            }
            (self.sum, self.union) = (sum, union)
        }

        var mayHoldURL: Bool { union & Self.urlSign != 0 }
        /// A name and a value: with `=`, or with a colon behind a quote or brace.
        var mayHoldPair: Bool { union & Self.equals != 0 || mayHoldURL && union & Self.quoting != 0 }
        /// Digits of other scripts are not ASCII.
        func mayHoldCard(isPhone: Bool) -> Bool {
            let length = isPhone ? CardNumber.shortestInPhone : CardNumber.shortest
            return union & Self.beyondASCII != 0 || sum & (Self.quoting - 1) >= UInt64(length)
        }

        /// Whether the text stays as it is.
        func areNone(in text: UnsafeBufferPointer<UInt8>, isPhone: Bool) -> Bool {
            let isMarked = mayHoldURL || mayHoldCard(isPhone: isPhone) || mayHoldPair
            return !isMarked && text.count <= BusinessData.maxCharacters
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
