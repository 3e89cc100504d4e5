import CRM
import Store
import Testing

/// What the scripts that Redis runs share with the Swift code, which no compiler compares.
@Suite struct ScriptTests {
    private static let scripts = Tree.files(under: "Sources/Store", "lua")
    private static let apply = scripts.filter { $0.name == "apply" || $0.name.hasPrefix("funnel-") }

    @Test func `each key name of a script is one of Keys`() {
        let declared = Lists.keys.map(\.name) + EventNamespace.allCases.map { "crm_event_" + $0.prefix }
        let names = Set(declared).union(KeyPlace.contactLists).union(KeyPlace.taskLists)
        var used: Set<String> = []
        for (place, line) in Self.scripts.flatMap(\.luaCode) {
            for text in line.literals(in: "'").map(\.text) {
                let name = text.hasPrefix("^") ? text.dropFirst() : text[...]
                guard name.hasPrefix("crm_") else { continue }
                used.insert(String(name))
                // A beginning may be completed in more than one step: 'crm_stats_' .. ranking .. '_' .. month.
                let isKnown =
                    names.contains(String(name)) || name.hasSuffix("_") && names.contains { $0.hasPrefix(name) }
                #expect(isKnown, "\(place): \(name) is not a name of Keys")
            }
        }
        #expect(used.count > 30)
    }

    @Test func `the check of the database knows each key`() {
        let lists = KeyPlace.contactLists.union(KeyPlace.taskLists).union(Keys.alertChannels)
        let ids = ["", "contact_1", "task_1", "2026-05-10", "2026-05", "1"]
        for key in Lists.keys where key.name != Keys.nothing && !lists.contains(where: { $0.hasPrefix(key.name) }) {
            let places = ids.map { KeyPlace(key.name + $0) }
            #expect(places.contains { $0 != .strange }, "\(key.place): KeyPlace has no case for \(key.name)")
        }
    }

    @Test func `an erasure removes each key of one contact`() {
        let code = Self.scripts.filter { $0.name.hasPrefix("erase") }.flatMap(\.luaCode).map(\.line)
        let erased = Set(code.flatMap { $0.literals(in: "'").map(\.text) })
        #expect(Lists.keysOfContact.count >= 10)
        for key in Lists.keysOfContact {
            #expect(erased.contains(key.name), "\(key.place): erase.lua does not remove \(key.name)…")
        }
    }

    /// The names of the parts of a change, as `Arguments` writes them.
    private static let written: Set<String> = Set(
        Tree.file("Sources/Store/Arguments.swift").lines.flatMap { line in
            line.literals(in: "\"").filter { $0.before.hasSuffix("command.add(") }.map(\.text)
        }.filter { !$0.isEmpty && $0.allSatisfy(\.isLowercase) })

    @Test func `the header of apply.lua lists the parts that Arguments writes`() {
        var listed: Set<String> = []
        for line in Self.apply.first(where: { $0.name == "apply" })?.lines ?? [] where line.hasPrefix("--  ") {
            let text = line.dropFirst(2).drop { $0 == " " }
            let alternatives = text.literals(in: "'").filter { $0.before.isEmpty || $0.before.hasSuffix(" | ") }
            guard text.hasPrefix("'") else { continue }
            listed.formUnion(alternatives.map(\.text))
        }
        #expect(Self.written.count > 15)
        #expect(listed.filter { $0.allSatisfy(\.isLowercase) && !$0.isEmpty } == Self.written)
    }

    @Test func `apply.lua reads each part that Arguments writes`() {
        let read = Set(Self.apply.flatMap(\.luaCode).flatMap { $0.line.literals(in: "'").map(\.text) })
        for part in Self.written { #expect(read.contains(part), "no line of apply.lua reads '\(part)'") }
    }

    @Test func `apply.lua reads no part that Arguments does not write`() {
        for (place, line) in Self.apply.flatMap(\.luaCode) {
            for (before, text) in line.literals(in: "'") where before.hasSuffix("part == ") {
                #expect(Self.written.contains(text), "\(place): nobody writes '\(text)'")
            }
        }
    }

    @Test func `each include is included`() {
        let lines = Self.scripts.flatMap(\.lines).filter { $0.hasPrefix("--@ ") }.map { $0.dropFirst(4) }
        for file in Self.scripts where file.path.contains("/include/") {
            #expect(lines.contains { file.path.hasSuffix("/" + $0) }, "\(file.path): no script includes it")
        }
    }
}
