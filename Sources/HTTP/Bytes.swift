import Text

// Looking at received bytes. A `Span` is bounds-checked and cannot outlive the buffer that it looks into.
// Where a loop below leaves a check out, the loop's own bound has made it.

extension Span<UInt8> {
    /// The index of the first control character at or after `start`, `count` when there is none. HTAB does not count.
    ///
    /// This one scan finds the end of a line and proves on the way that the line holds no NUL and no lone CR or LF
    /// (RFC 9110 section 5.5). Eight bytes a step.
    func firstControl(from start: Int) -> Int {
        var at = start
        while at < count {
            at = firstCandidate(from: at)
            if at == count || self[at] != UInt8.tab { return at }
            at += 1
        }
        return count
    }

    private func firstCandidate(from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        var at = start
        while at <= count &- 8 {
            let word = UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: at, as: UInt64.self))
            // The classic "has a byte less than n": the lowest flag is exact, which is the one that counts here.
            let belowSpace = (word &- ones &* 0x20) & ~word
            let differsFromDelete = word ^ (ones &* 0x7f)
            let isDelete = (differsFromDelete &- ones) & ~differsFromDelete
            let flags = (belowSpace | isDelete) & tops
            if flags != 0 { return at &+ flags.trailingZeroBitCount / 8 }
            at &+= 8
        }
        while at < count, self[at] >= UInt8.space, self[at] != UInt8.delete { at += 1 }
        return at
    }

    /// The index of the first byte in `range` that is not in `set`, the upper bound when all are. Every set of ours has
    /// all letters, and most of what is read are letters.
    func end(of set: ByteSet, in range: Range<Int>) -> Int {
        let bytes = extracting(range)
        var at = 0
        while at < bytes.count {
            let byte = bytes[unchecked: at]
            guard (byte | 0x20) &- UInt8(ascii: "a") < 26 || set.contains(byte) else { break }
            at &+= 1
        }
        return range.lowerBound + at
    }

    /// Whether all bytes in `range` are in `set`.
    func consists(of set: ByteSet, in range: Range<Int>) -> Bool {
        end(of: set, in: range) == range.upperBound
    }

    /// The index of the first `byte` in `range`.
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        let bytes = extracting(range)
        var at = 0
        while at < bytes.count {
            if bytes[unchecked: at] == byte { return range.lowerBound + at }
            at &+= 1
        }
        return nil
    }

    /// `range` without blanks (SP, HTAB) at its ends: the `OWS` of RFC 9110 section 5.6.3.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, self[lower].isFieldBlank { lower += 1 }
        while lower < upper, self[upper - 1].isFieldBlank { upper -= 1 }
        return lower..<upper
    }

    /// Whether `range` spells `word`, which is in lower case, in letters of either case.
    public func spells(_ word: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        let bytes = extracting(range)
        let letters = word.utf8Start
        var at = 0
        while at < bytes.count {
            if bytes[unchecked: at].lowercased != letters[at] { return false }
            at &+= 1
        }
        return true
    }

    /// The text of `range`; bytes that are not UTF-8 become U+FFFD.
    func text(_ range: Range<Int>) -> String {
        extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
