/// What pages say, taken apart once.
struct Pages: Sendable {
    /// The words: runs of letters, digits and underscores, and those with dots inside of them.
    private(set) var words: Set<String> = []
    /// The words that stand alone in backquotes or quotation marks.
    private(set) var quoted: Set<String> = []

    /// The README and the guide.
    static let files = [Tree.file("README.md")] + Tree.files(under: "Sources", "md")
    static let documentation = Pages(files)

    init(_ files: [SourceFile]) {
        for file in files { take(file.text) }
    }

    private mutating func take(_ text: String) {
        let bytes = Array(text.utf8)
        for range in bytes.words(and: UInt8(ascii: ".")) {
            let word = String(decoding: bytes[range], as: UTF8.self)
            let before = range.lowerBound > 0 ? bytes[range.lowerBound - 1] : 0
            let after = range.upperBound < bytes.count ? bytes[range.upperBound] : 0
            if before == after, before == UInt8(ascii: "`") || before == UInt8(ascii: "\"") { quoted.insert(word) }
            if words.insert(word).inserted, word.utf8.contains(UInt8(ascii: ".")) {
                words.insert(String(word.reversed().drop { $0 == "." }.reversed()))
                words.formUnion(word.words())
            }
        }
    }
}
