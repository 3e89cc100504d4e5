import Redis

/// A value that a person types: after an option, or as an operand.
struct Value: Sendable {
    /// What it may be.
    enum Kind: Sendable {
        case text
        case file
        case number(ClosedRange<Int>)
        case choice([String])
        case redisURL
        /// A command or topic of `crmsync help`.
        case topic
    }

    /// What stands for it in help texts.
    let placeholder: String
    let kind: Kind

    init(_ placeholder: String, _ kind: Kind = .text) { (self.placeholder, self.kind) = (placeholder, kind) }

    /// Words of which it has to be one; empty where it is free.
    var words: [String] { if case .choice(let words) = kind { words } else { [] } }

    /// What it has to be.
    var expected: String {
        switch kind {
        case .text, .file, .topic: placeholder
        case .number(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let words): Self.either(words)
        case .redisURL: "a URL such as redis://127.0.0.1:6379/0"
        }
    }

    /// Why a text cannot be used; `nil` for one that can.
    func problem(with text: String) -> String? {
        switch kind {
        case .text, .file, .topic: return nil
        case .number(let range):
            let isPlain = text.utf8.count <= 9 && !text.isEmpty && text.utf8.allSatisfy { $0 >= 48 && $0 <= 57 }
            return isPlain && range.contains(Int(text) ?? -1) ? nil : "it must be \(expected)"
        case .choice(let words):
            guard !words.contains(text) else { return nil }
            return "it must be \(expected)" + Nearest.hint(for: text, in: words)
        case .redisURL:
            do throws(RedisURL.Invalid) {
                _ = try RedisURL(text)
                return nil
            } catch {
                return "the URL \(error.message)"
            }
        }
    }

    /// Words as a choice: `a, b or c`.
    static func either(_ words: [String]) -> String {
        words.count < 2 ? words.joined() : words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
    }
}
