import Text

extension Timestamp {
    /// Reads a date and time in the usual forms of ISO 8601 and RFC 3339:
    /// `2026-11-23T06:20:00.123Z`, `2026-11-23 06:20:00+0200`, `2026-11-23T06:20`, `2026-11-23`.
    ///
    /// `T` and `Z` may be lower-case, and a space may stand for `T`. A fraction has one to nine digits; what is finer
    /// than a millisecond is cut off. The offset is `+hh:mm`, `+hhmm` or `+hh`. Seconds may be missing
    /// (`datetime-local` leaves them out), as may the zone, which is then UTC, and the time, which is then midnight
    /// UTC. The day has to exist. The leap second 23:59:60 UTC counts as the last millisecond before it. Nil for all
    /// else, and out of range.
    public init?(iso8601 text: String) {
        var text = text
        guard let moment = text.withUTF8({ Timestamp(iso8601: $0) }) else { return nil }
        self = moment
    }

    /// Reads the same forms from bytes.
    public init?(iso8601 bytes: UnsafeBufferPointer<UInt8>) {
        var reader = ISO8601Reader(bytes: bytes)
        guard let milliseconds = reader.moment() else { return nil }
        self.init(milliseconds: milliseconds)
    }

    /// `2026-11-23T06:20:00.000Z`: always 24 characters, so that the order of the texts is the order of the moments.
    public var iso8601: String {
        String(unsafeUninitializedCapacity: Self.iso8601Length) {
            writeISO8601(to: $0)
            return Self.iso8601Length
        }
    }

    /// Lends the bytes of ``iso8601``, without a `String` in between.
    public func withISO8601<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.iso8601Length) {
            writeISO8601(to: $0)
            return body(UnsafeBufferPointer($0))
        }
    }

    /// Appends ``iso8601``.
    public func appendISO8601(to bytes: inout [UInt8]) { withISO8601 { bytes.append(contentsOf: $0) } }

    private static let iso8601Length = 24

    private func writeISO8601(to output: UnsafeMutableBufferPointer<UInt8>) {
        writeDay(to: output)
        let time = Int(milliseconds % 86_400_000)
        output[10] = UInt8(ascii: "T")
        output.write(time / 3_600_000, digits: 2, at: 11)
        output[13] = .colon
        output.write(time / 60_000 % 60, digits: 2, at: 14)
        output[16] = .colon
        output.write(time / 1_000 % 60, digits: 2, at: 17)
        output[19] = .dot
        output.write(time % 1_000, digits: 3, at: 20)
        output[23] = UInt8(ascii: "Z")
    }

    /// The day in UTC: `2026-11-23`.
    public var day: String {
        String(unsafeUninitializedCapacity: 10) {
            writeDay(to: $0)
            return 10
        }
    }

    /// The month in UTC: `2026-11`.
    public var month: String {
        String(unsafeUninitializedCapacity: 10) {
            writeDay(to: $0)
            return 7
        }
    }

    private func writeDay(to output: UnsafeMutableBufferPointer<UInt8>) {
        let date = Calendar.date(days: Int(milliseconds / 86_400_000))
        output.write(date.year, digits: 4, at: 0)
        output[4] = .minus
        output.write(date.month, digits: 2, at: 5)
        output[7] = .minus
        output.write(date.day, digits: 2, at: 8)
    }
}

extension Timestamp: CustomStringConvertible {
    /// As `iso8601`.
    public var description: String { iso8601 }
}

extension UnsafeMutableBufferPointer<UInt8> {
    /// Writes the lowest `digits` decimal digits of `value`, with zeros in front.
    @inline(__always)
    fileprivate func write(_ value: Int, digits: Int, at start: Int) {
        var rest = UInt32(truncatingIfNeeded: value)
        var index = start + digits
        while index > start {
            index &-= 1
            self[index] = .zero &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }
}

/// Reads a date and time from left to right; every step is nil where the text has another form.
private struct ISO8601Reader {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    mutating func moment() -> Int64? {
        guard let days = date() else { return nil }
        let midnight = Int64(days) * 86_400_000
        if position == bytes.count { return midnight }
        guard take(UInt8(ascii: "t"), or: .space), let time = time(), let offset = offset() else { return nil }
        guard position == bytes.count else { return nil }
        let moment = midnight + time.milliseconds - Int64(offset) * 60_000
        // A leap second is inserted before midnight UTC, whatever the clock on the wall says there.
        guard !time.isLeapSecond || moment % 86_400_000 == 86_399_999 else { return nil }
        return moment
    }

    private mutating func date() -> Int? {
        guard let year = number(digits: 4), take(.minus), let month = number(digits: 2), take(.minus),
            let day = number(digits: 2)
        else { return nil }
        guard year >= 1, 1...12 ~= month, 1...Calendar.daysIn(month: month, year: year) ~= day else { return nil }
        return Calendar.days(year: year, month: month, day: day)
    }

    private mutating func time() -> (milliseconds: Int64, isLeapSecond: Bool)? {
        guard let hour = number(digits: 2), hour < 24, take(.colon), let minute = number(digits: 2), minute < 60
        else { return nil }
        let minutes = Int64(hour * 60 + minute)
        guard take(.colon) else { return (minutes * 60_000, false) }
        guard let second = number(digits: 2), second <= 60, let fraction = fraction() else { return nil }
        guard second < 60 else { return (minutes * 60_000 + 59_999, true) }
        return (minutes * 60_000 + Int64(second * 1_000 + fraction), false)
    }

    /// Milliseconds; zero where there is no fraction.
    private mutating func fraction() -> Int? {
        guard take(.dot) else { return 0 }
        var value = 0
        var digits = 0
        while position < bytes.count, bytes[position].isDigit {
            if digits < 3 { value = value * 10 + Int(bytes[position] - .zero) }
            digits += 1
            position += 1
        }
        switch digits {
        case 1: return value * 100
        case 2: return value * 10
        case 3...9: return value
        default: return nil
        }
    }

    /// Minutes east of Greenwich; zero where there is no zone.
    private mutating func offset() -> Int? {
        if position == bytes.count || take(UInt8(ascii: "z")) { return 0 }
        let isWest = take(.minus)
        guard isWest || take(.plus), let hours = number(digits: 2), hours < 24 else { return nil }
        var minutes = hours * 60
        if position < bytes.count {
            _ = take(.colon)
            guard let rest = number(digits: 2), rest < 60 else { return nil }
            minutes += rest
        }
        return isWest ? -minutes : minutes
    }

    private mutating func number(digits: Int) -> Int? {
        guard position + digits <= bytes.count else { return nil }
        var value = 0
        for _ in 0..<digits {
            guard bytes[position].isDigit else { return nil }
            value = value * 10 + Int(bytes[position] - .zero)
            position += 1
        }
        return value
    }

    /// Steps over a byte (a letter in either case) if it stands here.
    private mutating func take(_ byte: UInt8, or other: UInt8? = nil) -> Bool {
        guard position < bytes.count else { return false }
        let found = bytes[position].lowercased
        guard found == byte || found == other else { return false }
        position += 1
        return true
    }
}
