import Text

/// What the name of a field says about its value.
///
/// Names are compared without case and without all that is not a letter or digit, so that `passWord`, `pass_word` and
/// `pass-word` are one. Some words give a secret away wherever they stand (`userpassword`). Short ones would also hit
/// the innocent (`pin` in `shipping`, `ssn` in `business_name`, `taxid` in `taxi_driver`, `sortcode` in `resort_code`):
/// they have to be whole words, alone or among others: `pin`, `user_pin`, `userPin`, `PINCode`, `pin2`.
struct FieldName {
    private(set) var isSecret = false
    private(set) var isURL = false
    private(set) var isPhone = false
    /// The place among ``AmountNames``, from 1 on; 0: it is none of them.
    private(set) var amountRank: UInt8 = 0
    /// Whether the name itself is nothing but a name: it has no sign of a URL and too few digits for a card number.
    private(set) var isPlain = false

    /// A name that says nothing.
    static let other = FieldName()

    /// The name of a phone number.
    static let phone = FieldName(isPhone: true)

    private init(isPhone: Bool = false) {
        self.isPhone = isPhone
    }

    /// Nil if the name is longer than `BusinessData.maxNameCharacters`.
    init?(_ name: UnsafeBufferPointer<UInt8>) {
        if let usual = Self.usual[Self.place(name)], name.equals(usual.name) {
            self = usual.meaning
            return
        }
        self.init(reading: name)
    }

    private init?(reading name: UnsafeBufferPointer<UInt8>) {
        if name.count > BusinessData.maxNameCharacters {
            guard name.scalarCount <= BusinessData.maxNameCharacters else { return nil }
        }
        withUnsafeTemporaryAllocation(of: FieldWords.Letter.self, capacity: name.count) { buffer in
            let count = squash(name, into: buffer)
            search(UnsafeBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// The names that our rules and our tracker know, and what they say: to find one costs a tenth of reading it. Each
    /// of them has a place of its own; of two that shared one, the first would be read each time.
    static let usualNames: [StaticString] = [
        "vehicle_id", "vehicle_name", "booking_id", "total_amount", "amount", "location", "pickup_location", "page",
        "page_title", "page_url", "url", "path", "step", "step_name", "reason", "error", "error_message", "form",
        "form_id", "form_name", "session_id", "seq", "device", "browser", "language", "screen", "currency",
        "pickup_date", "return_date", "resumed", "referrer", "message",
    ]

    /// What they say, each at its ``place(_:)``. The table is made once and never freed, so that no look at it counts
    /// references.
    nonisolated(unsafe) static let usual: UnsafePointer<(name: StaticString, meaning: FieldName)?> = {
        let table = UnsafeMutablePointer<(name: StaticString, meaning: FieldName)?>.allocate(capacity: places)
        table.initialize(repeating: nil, count: places)
        for name in usualNames {
            name.withUTF8Buffer { bytes in table[place(bytes)] = FieldName(reading: bytes).map { (name, $0) } }
        }
        return UnsafePointer(table)
    }()
    /// How many places there are.
    static let places = 256

    private static func place(_ name: UnsafeBufferPointer<UInt8>) -> Int {
        guard let first = name.first, let last = name.last else { return 0 }
        return (name.count &* 5 &+ Int(first) &* 23 &+ Int(last)) & 255
    }

    /// Writes the letters and digits without their case, and notes where words start. Returns how many there are.
    private mutating func squash(
        _ name: UnsafeBufferPointer<UInt8>, into letters: UnsafeMutableBufferPointer<FieldWords.Letter>
    ) -> Int {
        var count = 0
        var digits = 0
        var others = 0
        var isInWord = false
        var isBehindCapital = false
        for index in name.indices {
            let byte = name[index]
            guard let symbol = FieldWords.symbol(byte) else {
                if byte != UInt8(ascii: "_"), byte != .minus { others += 1 }
                (isInWord, isBehindCapital) = (false, false)
                continue
            }
            if symbol < 10 { digits += 1 }
            if symbol == FieldWords.beyondASCII { others += 1 }
            // A capital starts a word after a small letter, and before one: `userPin`, `PINCode`.
            let isCapital = byte.isUppercase
            let isNextSmall = index + 1 < name.count && name[index + 1].isLetter && !name[index + 1].isUppercase
            let isHump = isCapital && (!isBehindCapital || isNextSmall)
            letters[count] = .init(symbol: symbol, startsWord: !isInWord || isHump)
            (isInWord, isBehindCapital) = (true, isCapital)
            count += 1
        }
        isPlain = others == 0 && digits < CardNumber.shortest
        return count
    }

    private mutating func search(_ letters: UnsafeBufferPointer<FieldWords.Letter>) {
        FieldWords.shared.search(letters) { start, end, match in
            guard match.isAnywhere || letters[start].startsWord && Self.isWordEnd(end, letters) else { return }
            switch match.meaning {
            case .secret: isSecret = true
            case .secretAlone: if start == 0, end == letters.count { isSecret = true }
            case .url: isURL = true
            case .phone: isPhone = true
            case .amount: if start == 0, end == letters.count { amountRank = match.rank }
            }
        }
    }

    /// Whether a word ends before `end`; digits at its end do not count (`cvv2`, `pin1`).
    private static func isWordEnd(_ end: Int, _ letters: UnsafeBufferPointer<FieldWords.Letter>) -> Bool {
        var end = end
        while end < letters.count, !letters[end].startsWord, letters[end].symbol < 10 { end += 1 }
        return end == letters.count || letters[end].startsWord
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
