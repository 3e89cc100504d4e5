/// What the name of a field says about its value.
///
/// Names are compared without case and without all that is not a letter or digit, so that `passWord`, `pass_word` and
/// `pass-word` are one. Some words give a secret away wherever they stand (`userpassword`). Short ones would also hit the
/// innocent (`pin` in `shipping`, `ssn` in `business_name`, `taxid` in `taxi_driver`, `sortcode` in `resort_code`): they
/// have to be whole words, alone or among others: `pin`, `user_pin`, `userPin`, `PINCode`, `pin2`.
struct FieldName {
    private(set) var isSecret = false
    private(set) var isURL = false
    private(set) var isPhone = false

    /// A name that says nothing.
    static let other = FieldName()

    /// The name of a phone number.
    static let phone = FieldName(isPhone: true)

    private init(isPhone: Bool = false) {
        self.isPhone = isPhone
    }

    /// Nil if the name is longer than `BusinessData.maximumNameCharacters`.
    init?(_ name: UnsafeBufferPointer<UInt8>) {
        if name.count > BusinessData.maximumNameCharacters {
            guard name.scalarCount <= BusinessData.maximumNameCharacters else { return nil }
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: name.count * 2) { buffer in
            let letters = UnsafeMutableBufferPointer(rebasing: buffer[..<name.count])
            let starts = UnsafeMutableBufferPointer(rebasing: buffer[name.count...])
            let count = Self.squash(name, into: letters, wordStarts: starts)
            search(letters: letters, wordStarts: starts, count: count)
        }
    }

    /// Writes the letters and digits in lower case, and for each of them 1 if a word starts there, else 0.
    private static func squash(
        _ name: UnsafeBufferPointer<UInt8>, into letters: UnsafeMutableBufferPointer<UInt8>,
        wordStarts: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        var count = 0
        var previous = UInt8.space
        for index in name.indices {
            let byte = name[index]
            defer { previous = byte }
            guard byte.isDigit || byte.isLetter || byte >= 0x80 else { continue }
            let isWord = previous.isDigit || previous.isLetter || previous >= 0x80
            // A capital starts a word after a small letter, and before one: `userPin`, `PINCode`.
            let isNextSmall = index + 1 < name.count && name[index + 1].isLetter && !name[index + 1].isUppercase
            let isHump = byte.isUppercase && (!previous.isUppercase || isNextSmall)
            letters[count] = byte.lowercased
            wordStarts[count] = !isWord || isHump ? 1 : 0
            count += 1
        }
        return count
    }

    private mutating func search(
        letters: UnsafeMutableBufferPointer<UInt8>, wordStarts: UnsafeMutableBufferPointer<UInt8>, count: Int
    ) {
        FieldWords.shared.search(UnsafeBufferPointer(rebasing: letters[..<count])) { start, end, match in
            guard match.isAnywhere || wordStarts[start] == 1 && isWordEnd(end, letters, wordStarts, count) else {
                return
            }
            switch match.meaning {
            case .secret: isSecret = true
            case .secretAlone: if start == 0, end == count { isSecret = true }
            case .url: isURL = true
            case .phone: isPhone = true
            }
        }
    }

    /// Whether a word ends before `end`; digits at its end do not count (`cvv2`, `pin1`).
    private func isWordEnd(
        _ end: Int, _ letters: UnsafeMutableBufferPointer<UInt8>, _ wordStarts: UnsafeMutableBufferPointer<UInt8>,
        _ count: Int
    ) -> Bool {
        var end = end
        while end < count, wordStarts[end] == 0, letters[end].isDigit { end += 1 }
        return end == count || wordStarts[end] == 1
    }
}

extension UInt8 {
    fileprivate var isUppercase: Bool { self &- UInt8(ascii: "A") < 26 }
}

extension UnsafeBufferPointer<UInt8> {
    /// How many Unicode scalars these bytes of correct UTF-8 are.
    var scalarCount: Int {
        var count = 0
        for byte in self { count &+= byte & 0xC0 == 0x80 ? 0 : 1 }
        return count
    }
}
