/// Environment variables, read into values that can be used.
struct Environment {
    private let variables: [String: String]

    init(_ variables: [String: String]) { self.variables = variables }

    /// Variables that resemble a setting, each with the setting that is meant, where that is not set itself.
    var misspelled: [(name: String, setting: String)] {
        variables.keys.sorted().compactMap { name in
            guard let setting = Misspelling.setting(meantBy: name), variables[setting] == nil else { return nil }
            return (name, setting)
        }
    }

    /// Refuses empty values of settings that protect something.
    func checkProtections() throws(Settings.Invalid) {
        for name in Settings.protections.sorted() where variables[name] != nil && text(name) == nil {
            throw Settings.Invalid(
                name: name, problem: "is empty, which would turn a protection off: give it a value, or unset it")
        }
    }

    /// The trimmed value; an empty variable counts as not set.
    func text(_ name: String) -> String? {
        precondition(Settings.names.contains(name), "\(name) is missing in Settings.names")
        guard let value = variables[name] else { return nil }
        let trimmed = value.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        return trimmed.isEmpty ? nil : String(trimmed)
    }

    func number(_ name: String, _ range: ClosedRange<Int>) throws(Settings.Invalid) -> Int? {
        guard let text = text(name) else { return nil }
        guard text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let number = Int(text), range.contains(number) else {
            throw Settings.Invalid(
                name: name, problem: "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Seconds (or, in steps of `unit` milliseconds, anything else), fractions allowed, as milliseconds.
    func milliseconds(
        _ name: String, unit: Int64 = 1000, upTo most: Int64 = 86_400_000, zeroAllowed: Bool = false
    ) throws(Settings.Invalid) -> Int64? {
        guard let text = text(name) else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let digitsOnly = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } }
        guard digitsOnly, parts.count <= 2, text.utf8.count <= 12, let value = Double(text) else {
            throw Settings.Invalid(name: name, problem: "must be a number such as 30 or 0.5")
        }
        let milliseconds = Int64((value * Double(unit)).rounded())
        guard milliseconds <= most, milliseconds > 0 || zeroAllowed && value == 0 else {
            throw Settings.Invalid(name: name, problem: "must be above 0 and at most \(most / unit)")
        }
        return milliseconds
    }

    /// 1 or 0.
    func flag(_ name: String) throws(Settings.Invalid) -> Bool? {
        guard let text = text(name) else { return nil }
        guard ["0", "1"].contains(text) else { throw Settings.Invalid(name: name, problem: "must be 1 or 0") }
        return text == "1"
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String
    ) throws(Settings.Invalid) -> Choice? {
        guard let text = text(name) else { return nil }
        guard let choice = Choice(rawValue: text.lowercased()) else {
            let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Settings.Invalid(name: name, problem: "must be one of \(choices)")
        }
        return choice
    }

    /// Values between commas, each made by `make`, which returns `nil` for one that cannot be used; `expected` says
    /// what can.
    func list<Value>(
        _ name: String, _ expected: String, of make: @escaping (String) -> Value?
    ) throws(Settings.Invalid) -> [Value] {
        guard let text = text(name) else { return [] }
        var values: [Value] = []
        for (index, part) in text.split(separator: ",").enumerated() {
            let trimmed = String(part.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
            guard let value = make(trimmed) else {
                throw Settings.Invalid(name: name, problem: "entry \(index + 1) must be \(expected)")
            }
            values.append(value)
        }
        guard !values.isEmpty else {
            throw Settings.Invalid(name: name, problem: "has no entry: give it one, or unset it")
        }
        return values
    }

    /// A path without a slash at its end; `/` alone is the root.
    func path(_ name: String) throws(Settings.Invalid) -> String? {
        guard var path = text(name) else { return nil }
        while path.hasSuffix("/") { path.removeLast() }
        let allowed = path.utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                true
            default: false
            }
        }
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard path.isEmpty || path.hasPrefix("/"), allowed, segments.allSatisfy({ !["", ".", ".."].contains($0) })
        else {
            throw Settings.Invalid(
                name: name, problem: "must begin with / and have plain segments, such as /crm; / alone for none")
        }
        return path
    }
}
