import Text

extension JSONValue {
    /// What a sender may mean by an id: a string, or a number that is written in digits only; nil for everything else.
    var idText: String? {
        switch kind {
        case .string: string
        case .number: raw.allSatisfy(\.isDigit) ? numberText : nil
        case .object, .array, .true, .false, .null: nil
        }
    }
}
