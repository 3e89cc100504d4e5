import Text

/// Finds payment card numbers (ISO/IEC 7812) in text.
///
/// A card number is 13 to 19 digits with a correct Luhn check digit that start as cards do: 3 to 6, or 2221 to 2720.
/// Luhn alone is right by chance for every tenth number; the start keeps epoch stamps (1…) and many booking numbers out
/// of it. The digits, of any script, may be in groups of 3 to 8 (or one by one) with up to three separators between two
/// groups, written plainly or encoded (`WrittenCharacter`). Groups of two do not count: dates
/// (`31.12.2026 - 04.01.2027`) and coordinates are written with them, cards are not. A group counts as a whole or not
/// at all: a card number inside a longer unbroken number is there by chance.
enum CardNumber {
    static let shortest = 13
    static let longest = 19

    /// Numbers of phones have up to 15 digits (E.164) but hardly ever more than 14, and cards now in use hardly ever
    /// less than 15.
    static let shortestInPhone = 15

    /// Behind a `+` this many digits are a phone number (E.164), here and in any text.
    static let maxPhone = 15

    /// The text with `[card]` for every card number; nil if there is none.
    static func masked(_ text: UnsafeBufferPointer<UInt8>, isPhone: Bool) -> [UInt8]? {
        var output: [UInt8] = []
        var copied = 0
        var position = 0
        func mask(_ run: DigitRun) -> Bool {
            let cards = run.cards(in: text, isPhone: isPhone)
            for card in cards {
                output.append(contentsOf: text[copied..<card.lowerBound])
                output.appendJSON(raw: Masking.cardMark)
                copied = card.upperBound
            }
            if !cards.isEmpty { position = run.end }
            return !cards.isEmpty
        }
        while position < text.count {
            let byte = text[position]
            if byte.isDigit || byte >= 0x80, let run = DigitRun(text, at: position) {
                if !mask(run) { position = run.end }
                continue
            }
            switch byte {
            case UInt8(ascii: "%"):
                // The 20 of `%20` are no digits, unless they are: `100%4111…`.
                if let run = DigitRun(text, at: position + 1), mask(run) { continue }
                position += text.character(at: position).width
            case UInt8(ascii: "&"), .backslash, 0x80...0xFF: position += text.character(at: position).width
            default: position += 1
            }
        }
        guard copied > 0 else { return nil }
        output.append(contentsOf: text[copied...])
        return output
    }

    /// Whether a JSON number, decimals and exponent aside, has the digits of a card number.
    static func isCard(number: UnsafeBufferPointer<UInt8>, shortest: Int) -> Bool {
        // `4e15` has no digits to speak of.
        guard number.count >= shortest, let decimal = DecimalText(number) else { return false }
        // Of the numbers with 19 digits those up to 9.2 * 10^18 fit; no card number starts with a 9.
        guard let value = decimal.rounded(decimals: 0, limit: .max - 1) else { return false }
        let digits = String(value).utf8.map { $0 - .zero }
        return digits.count >= shortest && isCard(digits: digits)
    }

    static func isCard(digits: some Sequence<UInt8>) -> Bool {
        var check = CardCheck()
        for digit in digits { check.append(digit) }
        return check.isCard
    }
}

/// Checks a number digit by digit from the left, so that one pass tells for every length whether a card number ends
/// there.
struct CardCheck {
    private(set) var length = 0
    private var start = 0
    /// The Luhn sums with the digits at even places doubled, and those at odd places: which one counts depends on where
    /// the number ends, for the last digit is never doubled.
    private var sums = (even: 0, odd: 0)

    mutating func append(_ digit: UInt8) {
        let single = Int(digit)
        let double = single > 4 ? single * 2 - 9 : single * 2
        sums.even += length % 2 == 0 ? double : single
        sums.odd += length % 2 == 0 ? single : double
        if length < 4 { start = start * 10 + single }
        length += 1
    }

    /// Whether a number with this first digit may be a card number.
    static func mayStart(with digit: UInt8) -> Bool { 2...6 ~= digit }

    var isCard: Bool {
        guard CardNumber.shortest...CardNumber.longest ~= length else { return false }
        guard 3_000...6_999 ~= start || 2_221...2_720 ~= start else { return false }
        return (length % 2 == 0 ? sums.even : sums.odd) % 10 == 0
    }
}
