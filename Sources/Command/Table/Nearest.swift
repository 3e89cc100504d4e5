import Service

/// The word that was probably meant.
enum Nearest {
    /// A question to add to a message; empty where no word is near.
    static func hint(for word: String, in words: [String]) -> String {
        Self.word(to: word, in: words).map { ": did you mean \($0)?" } ?? ""
    }

    /// The nearest of some words; `nil` where none is near. Case and dashes at the beginning do not count.
    static func word(to word: String, in words: [String]) -> String? {
        let letters = normalized(word)
        guard !letters.isEmpty, letters.count <= maxLength else { return nil }
        let ranked = words.map { (word: $0, distance: Misspelling.distance(letters, normalized($0))) }
        if let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= maxDistance(letters.count) {
            return best.word
        }
        return letters.count < 2 ? nil : words.first { normalized($0).starts(with: letters) }
    }

    private static let maxLength = 64

    private static func maxDistance(_ count: Int) -> Int { count < 3 ? 0 : count < 6 ? 1 : 2 }

    private static func normalized(_ word: String) -> [UInt8] {
        Array(word.lowercased().utf8.drop { $0 == UInt8(ascii: "-") })
    }
}
