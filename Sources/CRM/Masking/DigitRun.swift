/// Digits in groups, with nothing but separators between: as many as stand in one row.
struct DigitRun {
    /// Where the run ends in the text.
    let end: Int
    /// All digits of it; a group too long for a card counts as that long.
    private let count: Int
    private let start: Int
    /// Whether one of its groups begins as a card number does.
    private let mayHoldCard: Bool

    private struct Group {
        /// The place in the text.
        var start: Int
        var end: Int
        /// How many digits it has.
        var length: Int
    }

    /// Whether a digit may start with this byte: the quick check before a run is read.
    static func startsDigit(_ byte: UInt8) -> Bool { byte.isDigit || byte >= 0x80 }

    /// Reads the run that starts here; nil if no digit does.
    init?(_ text: UnsafeBufferPointer<UInt8>, at start: Int) {
        guard text.digit(at: start) != nil else { return nil }
        var (end, count, mayHoldCard) = (start, 0, false)
        Self.eachGroup(of: text, from: start) { group in
            end = group.end
            count += min(group.length, CardNumber.longest + 1)
            mayHoldCard = mayHoldCard || CardCheck.mayStart(with: text.digit(at: group.start)?.value ?? 0)
        }
        (self.start, self.end, self.count, self.mayHoldCard) = (start, end, count, mayHoldCard)
    }

    private static func eachGroup(
        of text: UnsafeBufferPointer<UInt8>, from start: Int, _ body: (Group) -> Void
    ) {
        var position = start
        repeat {
            var group = Group(start: position, end: position, length: 0)
            while let digit = text.digit(at: group.end) {
                group.length += 1
                group.end += digit.width
            }
            body(group)
            position = group.end
            if let width = text.joinWidth(at: position) {
                position += width
                continue
            }
            var separators = 0
            while separators < 3, let width = text.separatorWidth(at: position) {
                position += width
                separators += 1
            }
        } while text.digit(at: position) != nil
    }

    /// The places of the card numbers, which do not overlap.
    func cards(in text: UnsafeBufferPointer<UInt8>, shortest: Int) -> [Range<Int>] {
        // The common cases: a short number, or one of a clock.
        guard count >= shortest, mayHoldCard else { return [] }
        let isBehindPlus = start > 0 && text[start - 1] == .plus
        if isBehindPlus, count <= CardNumber.longestPhone { return [] }
        var groups: [Group] = []
        groups.reserveCapacity(8)
        Self.eachGroup(of: text, from: start) { groups.append($0) }
        var found: [Range<Int>] = []
        var first = 0
        while first < groups.count {
            if let last = Self.lastGroup(of: groups, in: text, ofCardFrom: first, shortest: shortest) {
                found.append(groups[first].start..<groups[last].end)
                first = last
            }
            first += 1
        }
        return found
    }

    /// The longest card number wins: a security code behind the number may go with it, better than to stay.
    private static func lastGroup(
        of groups: [Group], in text: UnsafeBufferPointer<UInt8>, ofCardFrom first: Int, shortest: Int
    ) -> Int? {
        var found: Int?
        var check = CardCheck()
        var sizes = (smallest: Int.max, largest: 0)
        for index in first..<groups.count {
            let group = groups[index]
            guard check.length + group.length <= CardNumber.longest else { break }
            var position = group.start
            while position < group.end, let digit = text.digit(at: position) {
                check.append(digit.value)
                position += digit.width
            }
            sizes = (min(sizes.smallest, group.length), max(sizes.largest, group.length))
            let isCardShape = index == first || sizes.largest == 1 || sizes.smallest >= 3 && sizes.largest <= 8
            if check.length >= shortest, isCardShape, check.isCard { found = index }
        }
        return found
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The digit that starts here, and how many bytes it takes: ASCII, full-width, Arabic-Indic, Persian or Devanagari.
    fileprivate func digit(at position: Int) -> (value: UInt8, width: Int)? {
        guard position < count else { return nil }
        let lead = self[position]
        if lead.isDigit { return (lead - .zero, 1) }
        guard lead >= 0x80, position + 1 < count else { return nil }
        let second = self[position + 1]
        switch lead {
        case 0xD9 where 0xA0...0xA9 ~= second: return (second - 0xA0, 2)
        case 0xDB where 0xB0...0xB9 ~= second: return (second - 0xB0, 2)
        case 0xE0 where second == 0xA5: return lastDigit(at: position + 2, from: 0xA6)
        case 0xEF where second == 0xBC: return lastDigit(at: position + 2, from: 0x90)
        default: return nil
        }
    }

    private func lastDigit(at position: Int, from zero: UInt8) -> (value: UInt8, width: Int)? {
        guard position < count, zero...zero + 9 ~= self[position] else { return nil }
        return (self[position] - zero, 3)
    }

    /// How many bytes take what joins two groups where there was a space before: `+` in forms, `%20` in URLs, and `/`. Only
    /// right between two digits: a `+` behind a space begins a phone number.
    fileprivate func joinWidth(at position: Int) -> Int? {
        guard position < count else { return nil }
        let width: Int
        switch self[position] {
        case .plus, .slash: width = 1
        case UInt8(ascii: "%"):
            guard position + 2 < count, self[position + 1] == .zero + 2, self[position + 2] == .zero else { return nil }
            width = 3
        default: return nil
        }
        return digit(at: position + width) == nil ? nil : width
    }

    /// How many bytes the separator takes that stands here: spaces, line breaks, dashes, dots and what is invisible.
    fileprivate func separatorWidth(at position: Int) -> Int? {
        guard position < count else { return nil }
        switch self[position] {
        case .space, 0x09, 0x0A, 0x0D, .minus, .dot, UInt8(ascii: "_"): return 1
        case 0..<0x80: return nil
        case let lead:
            guard position + 1 < count else { return nil }
            let second = self[position + 1]
            // No-break space, soft hyphen, middle dot.
            if lead == 0xC2 { return second == 0xA0 || second == 0xAD || second == 0xB7 ? 2 : nil }
            guard position + 2 < count else { return nil }
            switch (lead, second, self[position + 2]) {
            // U+2000 to U+2015 (spaces, zero width, dashes), bullet, line separators, narrow no-break space, word joiner,
            // minus sign.
            case (0xE2, 0x80, 0x80...0x95), (0xE2, 0x80, 0xA2), (0xE2, 0x80, 0xA8...0xA9), (0xE2, 0x80, 0xAF),
                (0xE2, 0x81, 0xA0), (0xE2, 0x88, 0x92):
                return 3
            // Ideographic space, byte order mark.
            case (0xE3, 0x80, 0x80), (0xEF, 0xBB, 0xBF): return 3
            default: return nil
            }
        }
    }
}
