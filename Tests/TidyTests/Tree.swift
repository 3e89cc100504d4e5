import Foundation

/// The files of the repository.
enum Tree {
    /// The folder of `Package.swift`, with no slash at the end.
    static let root: String = {
        var folder = URL(filePath: #filePath).deletingLastPathComponent()
        while !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) {
            precondition(folder.pathComponents.count > 1, "no folder above \(#filePath) holds a Package.swift")
            folder.deleteLastPathComponent()
        }
        return folder.path
    }()

    private static let folders = ["Sources", "Tests", ".make", ".ci", "docker"]
    private static let isText: Set = [
        "swift", "lua", "js", "mjs", "ts", "html", "css", "json", "md", "sh", "yml", "yaml",
    ]

    /// Every text file, by its path from the root.
    static let files: [SourceFile] = {
        let paths = folders.flatMap { folder in
            (FileManager.default.enumerator(atPath: "\(root)/\(folder)")?.compactMap { $0 as? String } ?? [])
                .map { "\(folder)/\($0)" }
        }
        let wanted = paths.filter { isText.contains(ending(of: $0)) } + ["Package.swift", "README.md"]
        return wanted.sorted().compactMap { SourceFile($0, in: root) }
    }()

    /// The files under a folder that have one of these endings.
    static func files(under folder: String, _ endings: String...) -> [SourceFile] {
        files.filter { $0.path.hasPrefix(folder + "/") && endings.contains(ending(of: $0.path)) }
    }

    /// The file at a path from the root; an empty one where there is none, so that the check that needs it fails.
    static func file(_ path: String) -> SourceFile { files.first { $0.path == path } ?? SourceFile(path, text: "") }

    private static func ending(of path: String) -> String { path.split(separator: ".").last.map(String.init) ?? "" }
}
