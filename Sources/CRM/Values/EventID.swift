import Text

/// The sender's id of one event: the same id is applied once.
public struct EventID: Hashable, Sendable, CustomStringConvertible {
    /// How many characters (Unicode scalars) an id may have.
    public static let maxLength = 128

    /// The id, exactly as it was sent.
    public let text: String

    /// As `text`.
    public var description: String { text }

    /// Nil unless there are 1 to `maxLength` characters, not all of them white space and none a control character.
    public init?(_ text: String) {
        guard text.hasLength(upTo: Self.maxLength), !text.hasControlCharacters else { return nil }
        // White space alone is a template that was not filled in: all its events would count as one.
        guard !text.trimmed.isEmpty else { return nil }
        self.text = text
    }

    /// Reads a JSON string, or a whole number without sign, point and exponent, whose digits are the id.
    public init?(json: JSONValue) {
        guard let text = json.idText else { return nil }
        self.init(text)
    }
}
