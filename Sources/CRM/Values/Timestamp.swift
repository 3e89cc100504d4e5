import Text

/// A moment: milliseconds since 1970-01-01T00:00:00Z, from the year 2000 to the end of 9999.
///
/// Leap seconds do not exist here, as in POSIX time.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    /// 2000-01-01T00:00:00.000Z. What is older comes from a clock that was never set, or counts seconds for
    /// milliseconds.
    public static let earliest = Timestamp(unchecked: 946_684_800_000)

    /// 9999-12-31T23:59:59.999Z: a year has four digits.
    public static let latest = Timestamp(unchecked: 253_402_300_799_999)

    /// A moment from a clock or from arithmetic; nil outside of `earliest` … `latest`.
    public init?(milliseconds: Int64) {
        guard milliseconds >= Self.earliest.milliseconds, milliseconds <= Self.latest.milliseconds else { return nil }
        self.milliseconds = milliseconds
    }

    /// The moment nearest to `milliseconds` that lies within `earliest` … `latest`.
    public init(clamping milliseconds: Int64) {
        self.milliseconds = min(max(milliseconds, Self.earliest.milliseconds), Self.latest.milliseconds)
    }

    /// A moment that the caller knows to be in range.
    init(unchecked milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// The earlier moment is the smaller one.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// The moment `milliseconds` later (earlier, if negative), but not beyond `earliest` or `latest`.
    public func adding(milliseconds: Int64) -> Timestamp {
        let (sum, overflow) = self.milliseconds.addingReportingOverflow(milliseconds)
        return Timestamp(clamping: overflow ? (milliseconds < 0 ? .min : .max) : sum)
    }

    /// The moment `hours` later (earlier, if negative), but not beyond `earliest` or `latest`.
    public func adding(hours: Int) -> Timestamp {
        let (milliseconds, overflow) = Int64(hours).multipliedReportingOverflow(by: 3_600_000)
        return adding(milliseconds: overflow ? (hours < 0 ? .min : .max) : milliseconds)
    }

    /// Milliseconds from `earlier` to this moment; negative if it comes later.
    public func milliseconds(since earlier: Timestamp) -> Int64 { milliseconds - earlier.milliseconds }
}

// MARK: From JSON

extension Timestamp {
    /// Reads what an event may carry: a string in ISO 8601, or epoch milliseconds as a number or as a string of digits.
    /// A fraction of a millisecond (`performance.timeOrigin` has one) is cut off. Nil for everything else.
    public init?(json: JSONValue) {
        switch json.kind {
        case .number: self.init(epochText: json.raw)
        case .string:
            guard let moment = json.piece.withPlainText({ Timestamp(text: $0) }) else { return nil }
            self = moment
        case .object, .array, .true, .false, .null: return nil
        }
    }

    /// Reads ISO 8601, or epoch milliseconds written in digits; see `init(iso8601:)`.
    public init?(_ text: String) {
        var text = text
        guard let moment = text.withUTF8({ Timestamp(text: $0) }) else { return nil }
        self = moment
    }

    private init?(text: UnsafeBufferPointer<UInt8>) {
        guard let moment = Timestamp(iso8601: text.trimmed) ?? Timestamp(epochText: text.trimmed) else { return nil }
        self = moment
    }

    private init?(epochText bytes: UnsafeBufferPointer<UInt8>) {
        var value: Int64 = 0
        var index = 0
        // `latest` has 15 digits; more can only be out of range, or zeros in front that no clock writes.
        while index < bytes.count, bytes[index].isDigit {
            guard index < 15 else { return nil }
            value = value * 10 + Int64(bytes[index] - .zero)
            index += 1
        }
        guard index > 0 else { return nil }
        if index < bytes.count {
            guard bytes[index] == .dot, index + 1 < bytes.count else { return nil }
            guard bytes[(index + 1)...].allSatisfy(\.isDigit) else { return nil }
        }
        self.init(milliseconds: value)
    }
}
