import Foundation

/// One text file, line by line.
struct SourceFile: Sendable {
    /// From the root of the repository.
    let path: String
    let text: String
    let lines: [Substring]

    init(_ path: String, text: String) {
        self.path = path
        self.text = text
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Substring.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
        self.lines = lines
    }

    init?(_ path: String, in root: String) {
        guard let data = FileManager.default.contents(atPath: "\(root)/\(path)") else { return nil }
        self.init(path, text: String(decoding: data, as: UTF8.self))
    }

    /// The last part of the path, without its ending.
    var name: String {
        let last = path.split(separator: "/").last ?? ""
        return String(last.prefix { $0 != "." })
    }

    /// The lines that are not comments of Lua.
    var luaCode: [(place: String, line: Substring)] {
        numbered.filter { !$0.line.drop(while: { $0 == " " }).hasPrefix("--") }
    }

    /// Whether one of the texts is in the file: spares most files a slower search.
    func mayHold(_ words: some Sequence<String>) -> Bool {
        text.withCString { text in words.contains { strstr(text, $0) != nil } }
    }

    /// The lines, each with the place that a failure shows.
    var numbered: [(place: String, line: Substring)] {
        lines.enumerated().map { ("\(path):\($0 + 1)", $1) }
    }

    /// The words of the file: longest runs of letters, digits and underscores.
    func forEachWord(_ body: (_ word: String, _ line: Int) -> Void) {
        for (index, line) in lines.enumerated() {
            for word in line.words() { body(word, index + 1) }
        }
    }
}

extension StringProtocol {
    /// The longest runs of ASCII letters, digits, underscores and `other`.
    func words(and other: Character = "_") -> [String] {
        let bytes = Array(utf8)
        return bytes.words(and: other.asciiValue ?? 0).map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    /// The texts between pairs of `quote` on this line, each with what stands before its first quote.
    func literals(in quote: Character) -> [(before: String, text: String)] {
        guard let byte = quote.asciiValue, utf8.contains(byte) else { return [] }
        let parts = split(separator: quote, omittingEmptySubsequences: false)
        guard parts.count > 2 else { return [] }
        return stride(from: 1, to: parts.count - 1, by: 2).map { (String(parts[$0 - 1]), String(parts[$0])) }
    }
}

extension [UInt8] {
    /// Where the longest runs of ASCII letters, digits, underscores and `other` are.
    func words(and other: UInt8) -> [Range<Int>] {
        let isPart = isPartOfWord
        var found: [Range<Int>] = []
        var start = -1
        var index = 0
        while index < count {
            let byte = self[index]
            if isPart[Int(byte)] || byte == other {
                if start < 0 { start = index }
            } else if start >= 0 {
                found.append(start..<index)
                start = -1
            }
            index += 1
        }
        if start >= 0 { found.append(start..<count) }
        return found
    }
}

private let isPartOfWord: [Bool] = {
    let parts = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_".utf8)
    return (0...UInt8.max).map(parts.contains)
}()
