import Text

/// The website's own id of a customer, opaque to us.
public struct CustomerID: Hashable, Sendable, CustomStringConvertible {
    /// How many characters (Unicode scalars) an id may have.
    public static let maxLength = 128

    /// The id without white space at its ends.
    public let text: String

    /// As `text`.
    public var description: String { text }

    /// Nil unless there are 1 to `maxLength` characters after trimming, none of them a control character.
    public init?(_ text: String) {
        let text = text.trimmed
        guard text.hasLength(upTo: Self.maxLength), !text.hasControlCharacters else { return nil }
        self.text = text
    }

    /// Reads a JSON string, or a whole number without sign, point and exponent, whose digits are the id.
    public init?(json: JSONValue) {
        guard let text = json.idText else { return nil }
        self.init(text)
    }
}
