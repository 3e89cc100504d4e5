import Text

/// Why an amount cannot be used.
public enum MoneyError: Error, Equatable, Sendable {
    /// Less than zero.
    case negative
    /// More than `Money.maximum`: a slip of the decimal point, or an attack.
    case absurd
    /// Not a number: no digits, a currency sign, a comma.
    case unreadable

    /// What is wrong and what to send instead.
    public var message: String {
        switch self {
        case .negative: "must not be negative"
        case .absurd: "must not be more than \(Money.maximum)"
        case .unreadable: "must be a number such as 450.00, without currency and thousands separators"
        }
    }
}

/// An amount in the currency of the website: whole cents, zero or more.
public struct Money: Hashable, Comparable, Sendable {
    /// The amount in cents.
    public let cents: Int64

    /// The largest amount that an event may carry: 10,000,000.00. Sums of amounts may be larger.
    public static let maximum = Money(unchecked: 1_000_000_000)

    /// Nothing at all: 0.00.
    public static let zero = Money(unchecked: 0)

    /// An amount or a sum of amounts in cents; nil if it is negative.
    public init?(cents: Int64) {
        guard cents >= 0 else { return nil }
        self.cents = cents
    }

    private init(unchecked cents: Int64) {
        self.cents = cents
    }

    /// Reads a JSON number, or a JSON string that holds one.
    public init(json: JSONValue) throws(MoneyError) {
        switch json.kind {
        case .number: try self.init(utf8: json.raw)
        case .string: try self.init(json.string ?? "")
        case .object, .array, .true, .false, .null: throw .unreadable
        }
    }

    /// Reads a decimal number such as `450`, `450.00` or `4.5e2`; white space around it does not count.
    ///
    /// The digits are never taken through floating point. More than two decimals are rounded half up, which undoes the
    /// artefacts of senders that do calculate in floating point: `449.99999999999994` is 450.00.
    public init(_ text: String) throws(MoneyError) {
        var text = text
        let result = text.withUTF8 { bytes in Result { () throws(MoneyError) in try Money(utf8: bytes) } }
        self = try result.get()
    }

    /// Reads a decimal number from UTF-8; white space around it does not count.
    init(utf8 text: UnsafeBufferPointer<UInt8>) throws(MoneyError) { self = try Self.parse(text.trimmed) }

    /// The smaller amount is the smaller one.
    public static func < (left: Money, right: Money) -> Bool { left.cents < right.cents }
}

extension Money: CustomStringConvertible {
    /// The amount with two decimals and nothing else: `450.00`.
    public var description: String {
        let rest = cents % 100
        return rest < 10 ? "\(cents / 100).0\(rest)" : "\(cents / 100).\(rest)"
    }
}

// MARK: Reading

extension Money {
    private static func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws(MoneyError) -> Money {
        guard let number = DecimalText(bytes) else { throw .unreadable }
        guard let cents = number.rounded(decimals: 2, limit: maximum.cents) else {
            throw number.isNegative ? .negative : .absurd
        }
        // -0 and what rounds to it, such as -1e-17, owe nobody anything.
        guard !number.isNegative || cents == 0 else { throw .negative }
        return Money(unchecked: cents)
    }
}

/// The parts of a decimal number `-12.50e3`; the time is linear in the length, whatever the exponent.
struct DecimalText {
    let isNegative: Bool
    /// The digits before the exponent, the point among them.
    private let mantissa: UnsafeBufferPointer<UInt8>
    /// How many digits stand before the decimal point, once the exponent has moved it; may be negative.
    private let wholeDigits: Int

    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        var position = 0
        func digits() -> Int {
            let start = position
            while position < bytes.count, bytes[position].isDigit { position += 1 }
            return position - start
        }
        func at(_ byte: UInt8) -> Bool { position < bytes.count && bytes[position] == byte }

        isNegative = at(.minus)
        if isNegative { position += 1 }
        let start = position
        let whole = digits()
        guard whole > 0 else { return nil }
        if at(.dot) {
            position += 1
            guard digits() > 0 else { return nil }
        }
        mantissa = bytes.slice(start, position)
        guard position < bytes.count else {
            wholeDigits = whole
            return
        }
        guard let exponent = Self.exponent(bytes.slice(position, bytes.count)) else { return nil }
        wholeDigits = whole + exponent
    }

    /// Reads `e5`, `E+5`, `e-5`; anything beyond a billion counts as a billion.
    private static func exponent(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        guard bytes[0].lowercased == UInt8(ascii: "e") else { return nil }
        var position = 1
        let isSigned = bytes.count > 1 && (bytes[1] == .minus || bytes[1] == .plus)
        if isSigned { position += 1 }
        guard position < bytes.count else { return nil }
        var value = 0
        while position < bytes.count {
            guard bytes[position].isDigit else { return nil }
            value = min(value * 10 + Int(bytes[position] - .zero), 1_000_000_000)
            position += 1
        }
        return isSigned && bytes[1] == .minus ? -value : value
    }

    /// The absolute value times 10 to the power of `decimals`, rounded half up; nil if it is larger than `limit`, which
    /// is at least 9 and less than the largest `Int64`.
    func rounded(decimals: Int, limit: Int64) -> Int64? {
        let kept = wholeDigits + decimals
        var value: Int64 = 0
        var seen = 0
        for byte in mantissa where byte != .dot {
            guard seen < kept else {
                // Only the first digit that falls off decides.
                if seen == kept, byte >= UInt8(ascii: "5") { value += 1 }
                break
            }
            let digit = Int64(byte - .zero)
            guard value <= (limit - digit) / 10 else { return nil }
            value = value * 10 + digit
            seen += 1
        }
        // The exponent may ask for zeros that nobody wrote.
        while seen < kept, value > 0 {
            guard value <= limit / 10 else { return nil }
            value *= 10
            seen += 1
        }
        return value <= limit ? value : nil
    }
}
