// Looking at received bytes. A `Span` is bounds-checked and cannot outlive the buffer that it looks into.

extension Span<UInt8> {
    /// The index of the first control character at or after `start`, `count` when there is none. HTAB does not count.
    ///
    /// This one scan finds the end of a line and proves on the way that the line holds no NUL and no lone CR or LF
    /// (RFC 9110 section 5.5). Eight bytes a step: the head of a request is read at about 3 bytes a nanosecond.
    func firstControl(from start: Int) -> Int {
        var at = start
        while at < count {
            at = firstCandidate(from: at)
            if at == count || self[at] != ASCII.tab { return at }
            at += 1
        }
        return count
    }

    private func firstCandidate(from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        var at = start
        while at + 8 <= count {
            let word = UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self))
            // The classic "has a byte less than n": the lowest flag is exact, which is the one that counts here.
            let belowSpace = (word &- ones &* 0x20) & ~word
            let differsFromDelete = word ^ (ones &* 0x7f)
            let isDelete = (differsFromDelete &- ones) & ~differsFromDelete
            let flags = (belowSpace | isDelete) & tops
            if flags != 0 { return at + flags.trailingZeroBitCount / 8 }
            at += 8
        }
        while at < count, self[at] >= ASCII.space, self[at] != ASCII.delete { at += 1 }
        return at
    }

    /// The index of the first `byte` in `range`.
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        range.first { self[$0] == byte }
    }

    /// `range` without blanks (SP, HTAB) at its ends: the `OWS` of RFC 9110 section 5.6.3.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, ASCII.isBlank(self[lower]) { lower += 1 }
        while lower < upper, ASCII.isBlank(self[upper - 1]) { upper -= 1 }
        return lower..<upper
    }

    /// Whether `range` spells `word`, which is in lower case, in letters of either case.
    func spells(_ word: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count
        where ASCII.lowercased(self[range.lowerBound + offset]) != word.utf8Start[offset] {
            return false
        }
        return true
    }

    /// The text of `range`; bytes that are not UTF-8 become U+FFFD.
    func text(_ range: Range<Int>) -> String {
        extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
