import Testing

/// One main type a file, and the file named after it.
///
/// - `Name.swift` declares the type `Name`: at top level, or inside of another one, which its name may begin with
///   (`Journal.Options` in `JournalOptions.swift`).
/// - `Name+Part.swift` extends the type `Name`.
/// - A file that declares no type of its own is named after what its extensions or functions have in common.
/// - Beside its main type a file may declare smaller ones that serve it, with at most 40 lines each, and private ones.
@Suite struct TypeTests {
    private static let maxLines = 40

    /// Files that do not follow the rule, and why each may.
    private static let exceptions = [
        "Sources/CRM/Change.swift": "FunnelChange is the larger part of a change, and nothing without it",
        "Sources/CRM/Values/Money.swift": "DecimalText reads amounts, and nothing else",
        "Sources/Inspection/FutureTimes.swift": "CheckClock is what all of its extensions ask",
        "Sources/Inspection/KeyPlace+Questions.swift": "Expiring judges the keys that are questions themselves",
        "Sources/Inspection/Lists.swift": "Names is the other half: lists of names",
        "Sources/Service/Explaining/Explanation+JSON.swift": "it extends Printout, for an explanation",
        "Sources/Store/Erasing/Erasures.swift": "PersonName is what its extension of Store asks by",
        "Sources/Store/OpenBookings.swift": "OpenBooking and DueBookings are what its extension of Store returns",
        "Sources/Store/Reading/Reader+Stats.swift": "Statistics is what its extension of Reader returns",
    ]

    @Test func `each file is named after its main type`() {
        for file in Tree.files(under: "Sources", "swift") where file.name != "main" {
            let fault = Self.fault(of: file)
            if let reason = Self.exceptions[file.path] {
                #expect(fault != nil, "\(file.path) needs no exception any more (\(reason))")
            } else {
                #expect(fault == nil, "\(file.path): \(fault ?? "")")
            }
        }
        for path in Self.exceptions.keys.sorted() {
            #expect(!Tree.file(path).lines.isEmpty, "\(path) is an exception, and there is no such file")
        }
    }

    /// What breaks the rule.
    private static func fault(of file: SourceFile) -> String? {
        let all = Declaration.all(in: file)
        let top = all.filter { $0.indentation == 0 }
        let main = String(file.name.prefix { $0 != "+" })
        let types = top.filter { !$0.isExtension && !$0.isPrivate }
        let extended = top.filter(\.isExtension).flatMap { [$0.name] + $0.name.split(separator: ".").map(String.init) }
        if main != file.name {
            if !extended.contains(main) { return "it extends no \(main)" }
        } else if !types.isEmpty, !types.contains(where: { $0.name == main }) {
            let nested = all.filter { $0.indentation == 4 && !$0.isExtension }.map(\.name)
            let names = nested + top.flatMap { outer in nested.map { outer.name + $0 } }
            if !names.contains(main) {
                return "it declares \(types.map(\.name).joined(separator: ", ")), and no \(main)"
            }
        }
        for type in types where type.name != main {
            let lines = top.filter { $0.name == type.name }.reduce(0) { $0 + $1.lines }
            if lines > maxLines { return "\(type.name) has \(lines) lines, and so deserves a file of its own" }
        }
        return nil
    }
}
