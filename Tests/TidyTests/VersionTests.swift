import Testing

@testable import Service

/// The version of the program.
@Suite struct VersionTests {
    /// Without what follows its three numbers.
    private static let version = String(Program.version.prefix { $0 != "-" })

    @Test func `the description of the API has the version of the program`() {
        let lines = Tree.file("Sources/Service/Reading/openapi.json").lines
        let line = lines.first { $0.contains("\"version\": \"") } ?? ""
        #expect(line.literals(in: "\"").last?.text == Program.version)
    }

    @Test func `the changes have a heading for the version of the program`() {
        let headings = Tree.file("Sources/Documentation.docc/Changes.md").lines.filter { $0.hasPrefix("## ") }
        #expect(headings.contains { $0.words(and: ".").first == Self.version }, "\(headings)")
    }

    @Test func `no file names another version`() {
        // Files that quote the output of the program. The tag of an image is not meant: an operator chooses it.
        let files =
            Pages.files + Tree.files(under: ".make", "md", "yml", "yaml", "sh") + Tree.files(under: "docker", "yaml")
            + Tree.files(under: "Sources/Service/Web", "js", "mjs", "ts", "html")
        for (place, line) in files.flatMap(\.numbered) {
            let words = line.split(separator: " ")
            for (word, next) in zip(words, words.dropFirst()) where word.hasSuffix("crmsync") {
                let version = next.words(and: ".").first ?? ""
                let numbers = version.split(separator: ".", omittingEmptySubsequences: false)
                guard numbers.count == 3, numbers.allSatisfy({ Int($0) != nil }) else { continue }
                #expect(version == Self.version, "\(place): this is version \(Program.version)")
            }
        }
    }
}
