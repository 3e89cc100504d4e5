/// A type or an extension, as a formatted file declares it.
struct Declaration {
    let name: String
    let isExtension: Bool
    let isPrivate: Bool
    /// Spaces before it.
    let indentation: Int
    /// From the line of its name to that of its closing brace.
    let lines: Int

    private static let kinds: Set<Substring> = ["struct", "class", "enum", "actor", "protocol", "extension"]
    private static let modifiers: Set<Substring> = [
        "public", "package", "internal", "private", "fileprivate", "final", "indirect", "open", "nonisolated",
    ]

    /// The declarations of a file at top level and one level below.
    static func all(in file: SourceFile) -> [Declaration] {
        file.lines.indices.compactMap { start in
            let line = file.lines[start]
            let indentation = line.utf8.prefix { $0 == UInt8(ascii: " ") }.count
            guard indentation == 0 || indentation == 4, let first = line.utf8.dropFirst(indentation).first,
                first >= 97 && first <= 122 || first == UInt8(ascii: "@")
            else { return nil }
            let words = line.split(separator: " ").drop { modifiers.contains($0) || $0.hasPrefix("@") }
            guard let kind = words.first, kinds.contains(kind), let next = words.dropFirst().first else { return nil }
            let name = next.prefix { $0.isLetter || $0.isNumber || "._".contains($0) }
            let close = line.prefix(indentation) + "}"
            let isOneLine = line.hasSuffix("}") && line.contains("{")
            let end =
                isOneLine ? start : file.lines[start...].firstIndex { $0 == close || $0.hasPrefix(close) } ?? start
            return Declaration(
                name: String(name), isExtension: kind == "extension",
                isPrivate: line.contains("private "), indentation: indentation, lines: end - start + 1)
        }
    }
}
