/// The words behind a command: options with and without a value, and the rest.
struct Options {
    private(set) var rest: [String] = []
    private var flags: Set<String> = []
    private var values: [String: String] = [:]

    /// Reads the words; `nil` when there is an option that the command does not know.
    init?(_ words: [String], flags known: Set<String> = [], values knownValues: Set<String> = []) {
        var words = words[...]
        while let word = words.popFirst() {
            if known.contains(word) {
                flags.insert(word)
            } else if knownValues.contains(word) {
                guard let value = words.popFirst() else { return nil }
                values[word] = value
            } else if word.hasPrefix("-") && word != "-" {
                return nil
            } else {
                rest.append(word)
            }
        }
    }

    func has(_ flag: String) -> Bool { flags.contains(flag) }
    func value(_ name: String) -> String? { values[name] }

    /// A number from 1 to `most`; `nil` when the value is none.
    func number(_ name: String, upTo most: Int, default standard: Int) -> Int? {
        guard let text = values[name] else { return standard }
        guard text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let number = Int(text), (1...most).contains(number) else {
            return nil
        }
        return number
    }
}
