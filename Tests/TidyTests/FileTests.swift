import Testing

/// The form of the files.
@Suite struct FileTests {
    @Test func `no line has more than 120 columns: comments of Swift, Lua, JavaScript, shell`() {
        for file in Tree.files {
            let ending = file.path.split(separator: ".").last ?? ""
            guard ["swift", "lua", "js", "mjs", "ts", "sh"].contains(ending) else { continue }
            for (place, line) in file.numbered where line.utf8.count > 120 && line.count > 120 {
                // Code of Swift is left to its formatter, which breaks no string.
                let code = line.prefix(upTo: line.ranges(of: "//").last?.lowerBound ?? line.endIndex)
                let isComment = code.count < line.count && code.filter { $0 == "\"" }.count.isMultiple(of: 2)
                #expect(ending == "swift" && !isComment, "\(place): \(line.count) columns")
            }
        }
    }

    @Test func `no Swift file has more than 320 lines`() {
        for file in Tree.files where file.path.hasSuffix(".swift") {
            #expect(file.lines.count <= 320, "\(file.path): \(file.lines.count) lines")
        }
    }

    @Test func `Package.swift embeds each file that is not Swift`() {
        let package = Tree.file("Package.swift").lines.joined(separator: "\n")
        let files = Tree.files(under: "Sources", "lua", "js", "mjs", "ts", "html", "css", "json")
        #expect(files.count > 30)
        for file in files where !file.path.contains(".docc/") {
            let parts = file.path.split(separator: "/").dropFirst(2)
            let line = ".embedInCode(\"\(parts.joined(separator: "/"))\")"
            #expect(package.contains(line), "\(file.path): Package.swift has no \(line)")
        }
    }

    @Test func `each embedded file is used`() {
        let code = Tree.files(under: "Sources", "swift").filter { $0.mayHold(["PackageResources."]) }.flatMap(\.lines)
        let used = Set(code.flatMap { $0.words() })
        for line in Tree.file("Package.swift").lines {
            for (before, text) in line.literals(in: "\"") where before.hasSuffix(".embedInCode(") {
                let name = (text.split(separator: "/").last ?? "").map { ".-".contains($0) ? "_" : $0 }
                #expect(used.contains(String(name)), "no code uses \(text)")
            }
        }
    }
}
