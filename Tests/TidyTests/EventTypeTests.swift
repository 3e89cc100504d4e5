import Testing

/// The event types stand in three more places that the compiler does not see.
@Suite struct EventTypeTests {
    @Test func `the description of the API lists the event types`() {
        let lines = Tree.file("Sources/Service/Reading/openapi.json").lines
        let start = lines.firstIndex { $0.contains("\"event_type\": {") } ?? lines.endIndex
        let end = lines[start...].firstIndex { $0.contains("]") } ?? lines.endIndex
        let listed = lines[start..<end].dropFirst().flatMap { $0.literals(in: "\"").map(\.text) }
        #expect(listed.filter { $0 != "enum" } == Lists.eventTypes, "openapi.json, from line \(start + 1)")
    }

    @Test func `the types of the tracker list the event types`() {
        let lines = Tree.file("Sources/Service/Web/tracker.d.ts").lines
        let start = lines.firstIndex { $0.hasPrefix("export interface Events {") } ?? lines.endIndex
        let end = lines[start...].firstIndex { $0.hasPrefix("}") } ?? lines.endIndex
        let listed = lines[start..<end].flatMap { $0.literals(in: "\"").map(\.text) }
        #expect(listed == Lists.eventTypes, "tracker.d.ts, from line \(start + 1)")
    }

    @Test func `the dashboard has words for each event type`() {
        let file = Tree.file("Sources/Service/Web/admin.js")
        let start = file.lines.firstIndex { $0.hasPrefix("const words = {") } ?? file.lines.endIndex
        let end = file.lines[start...].firstIndex { $0.hasPrefix("}") } ?? file.lines.endIndex
        let listed = file.lines[start..<end].flatMap { $0.literals(in: "\"") }.map(\.text).filter { $0.contains(".") }
        #expect(Set(listed) == Set(Lists.eventTypes), "\(file.path):\(start + 1)")
    }

    @Test func `pages and scripts name no event type that does not exist`() {
        let families = Set(Lists.eventTypes.map { $0.prefix { $0 != "." } + "." })
        for file in Tree.files(under: "Sources/Service/Web", "js", "mjs", "html") {
            for (place, line) in file.numbered {
                for text in line.literals(in: "\"").map(\.text) where families.contains(where: text.hasPrefix) {
                    #expect(Lists.eventTypes.contains(text), "\(place): there is no event type \(text)")
                }
            }
        }
    }
}
