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
        let name = Setting.named(name).name
        guard let value = variables[name] else { return nil }
        let trimmed = value.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        return trimmed.isEmpty ? nil : String(trimmed)
    }

    /// The trimmed value, or the default where that can be written as one.
    func value(_ name: String) -> String? {
        if let text = text(name) { return text }
        guard case .value(let text) = Setting.named(name).standard else { return nil }
        return text
    }

    /// A whole number, or the default.
    func number(_ name: String) throws(Settings.Invalid) -> Int {
        guard let number = try numberIfSet(name, orDefault: true) else { preconditionFailure("\(name) has no default") }
        return number
    }

    /// A whole number; `nil` where the variable is not set.
    func numberIfSet(_ name: String, orDefault: Bool = false) throws(Settings.Invalid) -> Int? {
        guard case .number(let range) = Setting.named(name).form else { preconditionFailure("\(name) is no number") }
        guard let text = orDefault ? value(name) : text(name) else { return nil }
        guard text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let number = Int(text), range.contains(number) else {
            throw Settings.Invalid(
                name: name, problem: "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A time, fractions of its unit allowed, in milliseconds.
    func milliseconds(_ name: String) throws(Settings.Invalid) -> Int64 {
        guard case .duration(let unit, let max, let isZeroAllowed) = Setting.named(name).form, let text = value(name)
        else { preconditionFailure("\(name) is no time with a default") }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let digitsOnly = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } }
        guard digitsOnly, parts.count <= 2, text.utf8.count <= 12, let value = Double(text) else {
            throw Settings.Invalid(name: name, problem: "must be a number such as 30 or 0.5")
        }
        let milliseconds = Int64((value * Double(unit)).rounded())
        guard milliseconds <= max * unit, milliseconds > 0 || isZeroAllowed && value == 0 else {
            let least = isZeroAllowed ? "0, or above it" : "above 0"
            throw Settings.Invalid(name: name, problem: "must be \(least) and at most \(max)")
        }
        return milliseconds
    }

    /// 1 or 0.
    func flag(_ name: String) throws(Settings.Invalid) -> Bool {
        let text = value(name)
        guard let text, ["0", "1"].contains(text) else {
            throw Settings.Invalid(name: name, problem: "must be 1 or 0")
        }
        return text == "1"
    }

    /// One of the words that the table has; `nil` where the variable is not set and its default is no word.
    func choice(_ name: String) throws(Settings.Invalid) -> String? {
        guard case .choice(let words) = Setting.named(name).form else { preconditionFailure("\(name) is no choice") }
        guard let text = value(name)?.lowercased() else { return nil }
        guard words.contains(text) else {
            throw Settings.Invalid(name: name, problem: "must be one of \(words.joined(separator: ", "))")
        }
        return text
    }

    /// The same as a value of an enumeration, for a setting with a default.
    func choice<Choice: RawRepresentable<String>>(_ name: String) throws(Settings.Invalid) -> Choice {
        guard let choice = try choice(name).flatMap({ Choice(rawValue: $0) }) else {
            preconditionFailure("\(name) has no such default, or words that its type has not")
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
    func path(_ name: String) throws(Settings.Invalid) -> String {
        var path = value(name) ?? ""
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
