import Testing

/// Words that were given up for better ones do not come back.
@Suite struct WordTests {
    /// Beginnings of names of limits: such a name begins with `max`.
    private static let beginnings = ["most", "longest", "largest", "maximum"]
    /// The same in names of constants, as JavaScript writes them.
    private static let constants = beginnings.map { $0.uppercased() + "_" }

    /// Words with a replacement.
    private static let words = [
        "grave": "tombstone", "bury": "dead letter, or tombstone", "goOn": "resume", "lookAround": "poll, or check",
        "heldBytes": "bufferedBytes",
    ]

    /// Names that others gave.
    private static let foreign: Set = ["maximumFractionDigits"]

    @Test func `no retired word is in the source`() {
        for file in Tree.files(under: "Sources", "swift", "lua", "js", "mjs", "ts")
        where file.mayHold(Array(Self.words.keys) + Self.beginnings + Self.constants) {
            file.forEachWord { word, line in
                if let better = Self.words[word] { Issue.record("\(file.path):\(line): say \(better), not \(word)") }
                if Self.isLimit(word) { Issue.record("\(file.path):\(line): a limit is called max…, not \(word)") }
            }
        }
    }

    private static func isLimit(_ word: String) -> Bool {
        if constants.contains(where: word.hasPrefix) { return true }
        guard word.utf8.first == UInt8(ascii: "m") || word.utf8.first == UInt8(ascii: "l"), !foreign.contains(word),
            let beginning = beginnings.first(where: word.hasPrefix)
        else { return false }
        return word.dropFirst(beginning.count).first?.isUppercase == true
    }
}
