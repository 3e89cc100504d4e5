import Text

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
    func cards(in text: UnsafeBufferPointer<UInt8>, isPhone: Bool) -> [Range<Int>] {
        let shortest = isPhone ? CardNumber.shortestInPhone : CardNumber.shortest
        // The common cases: a short number, or one of a clock.
        guard count >= shortest, mayHoldCard else { return [] }
        if count <= CardNumber.maxPhone {
            let isAfterPlus = start > 0 && text[start - 1] == .plus
            if isPhone && isAfterPlus || text.isPhoneSign(before: start) { return [] }
        }
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
    /// The digit that starts here, of any script, and how many bytes it takes.
    fileprivate func digit(at position: Int) -> (value: UInt8, width: Int)? {
        guard position < count else { return nil }
        let lead = self[position]
        if lead.isDigit { return (lead - .zero, 1) }
        guard DecimalDigit.mayStart(with: lead) else { return nil }
        let character = character(at: position)
        return DecimalDigit.value(of: character.scalar).map { ($0, character.width) }
    }

    /// How many bytes take what joins two groups where there was a space before: the `+` of forms, and `/`. Only right
    /// between two digits: a `+` after a space begins a phone number.
    fileprivate func joinWidth(at position: Int) -> Int? {
        guard position < count, !self[position].isDigit else { return nil }
        let character = character(at: position)
        guard character.scalar == UInt32(UInt8.plus) || character.scalar == UInt32(UInt8.slash) else { return nil }
        return digit(at: position + character.width) == nil ? nil : character.width
    }

    /// How many bytes the separator takes that is written here.
    fileprivate func separatorWidth(at position: Int) -> Int? {
        guard position < count, !self[position].isDigit, !self[position].isLetter else { return nil }
        let character = character(at: position)
        return character.isSeparator ? character.width : nil
    }

    /// Whether a `+` before `start` begins a phone number (E.164).
    ///
    /// It does at the start of a word, as in `+49 …`, `(+49 …`, `tel:+49 …`. After a letter or digit, or after what a
    /// form has encoded, it stands for a space (`card+4111…`, `card%3A+4111…`); a form writes the sign itself as `%2B`.
    fileprivate func isPhoneSign(before start: Int) -> Bool {
        let sign: Int
        let isEncoded: Bool
        if start >= 1, self[start - 1] == .plus {
            (sign, isEncoded) = (start - 1, false)
        } else if start >= 3, holds("%2b", at: start - 3) {
            (sign, isEncoded) = (start - 3, true)
        } else {
            return false
        }
        guard sign > 0 else { return true }
        if sign >= 3, self[sign - 3] == UInt8(ascii: "%"), character(at: sign - 3).width == 3 {
            let before = UInt8(truncatingIfNeeded: character(at: sign - 3).scalar)
            return isEncoded && !before.isLetter && !before.isDigit
        }
        let before = self[sign - 1]
        return !before.isLetter && !before.isDigit && (isEncoded || before != .plus)
    }
}
