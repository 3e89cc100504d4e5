import Text

/// What is kept of `event_data`, `session` and other data that a website sends along: business data and nothing secret.
///
/// Everything that is stored, logged or shown comes out of such a value, never out of the request, so what was dropped
/// here is gone. Kept are scalars: strings without what `Masking` removes, numbers, `true`, `false` and `null`. Dropped
/// are objects and arrays, fields whose name says a secret (`FieldName`), values that are payment card numbers, and all
/// that passes the limits below. An amount (`AmountNames`) is read first and never masked or cut, whatever its digits
/// look like. A name that repeats counts once, with its last value.
public struct BusinessData: Hashable, Sendable {
    /// How many fields are kept: the first ones.
    public static let maxFields = 32

    /// How many characters (Unicode scalars) of a string are kept.
    public static let maxCharacters = 1_024

    /// How many characters (Unicode scalars) a name may have; a longer one is dropped with its value.
    public static let maxNameCharacters = 64

    /// How many characters a number may have: half a number would be a wrong number, so a longer one is dropped.
    public static let maxNumberLength = 64

    /// The kept fields as one JSON object, in the order they were sent; names and values as they were written, if
    /// nothing had to be removed.
    public let json: [UInt8]

    /// What the booking or payment is worth: the first of ``AmountNames`` that holds an amount; nil if none does.
    ///
    /// It is read from what is kept, so it is the same after every storing and reading.
    public let amount: Money?

    private let fields: [Field]

    /// A kept field, as places in `json`.
    struct Field: Hashable, Sendable {
        var name: Range<Int>
        var value: Range<Int>
        /// Of an amount that can be read: the place of its name among ``AmountNames``; else 0.
        var amountRank: UInt8 = 0

        func shifted(by distance: Int) -> Field {
            Field(
                name: name.lowerBound + distance..<name.upperBound + distance,
                value: value.lowerBound + distance..<value.upperBound + distance, amountRank: amountRank)
        }
    }

    /// No data.
    public static let empty = BusinessData(nil)

    /// Keeps what may be kept of an object; of everything else, nothing.
    public init(_ object: JSONValue?) {
        var selection = FieldSelection(ofLength: object?.raw.count ?? 2)
        object?.withKeys { _, key, value in selection.take(key: key, value: value) }
        (json, fields, amount) = selection.finished()
    }

    /// Whether nothing was kept.
    public var isEmpty: Bool { fields.isEmpty }

    /// How many fields were kept.
    public var count: Int { fields.count }

    /// The text of a kept string, or the digits of a kept number (ids come as both), trimmed; nil if that leaves
    /// nothing.
    public func string(_ name: StaticString) -> String? {
        let text = withValue(of: name) { value -> String? in
            guard let first = value.first else { return nil }
            if first == .quote { return JSONText.plain(value.slice(1, value.count - 1)) }
            return first == .minus || first.isDigit ? String(decoding: value, as: UTF8.self) : nil
        }
        guard let text = text?.trimmed, !text.isEmpty else { return nil }
        return text
    }

    private func withValue<Result>(
        of name: StaticString, _ body: (UnsafeBufferPointer<UInt8>) -> Result?
    ) -> Result? {
        json.withUnsafeBufferPointer { json in
            for field in fields {
                // A name that still needs an escape is never one that somebody asks for, so raw bytes can be compared.
                guard json.slice(field.name.lowerBound + 1, field.name.upperBound - 1).equals(name) else { continue }
                return body(json.slice(field.value.lowerBound, field.value.upperBound))
            }
            return nil
        }
    }
}
