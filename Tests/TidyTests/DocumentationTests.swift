import Store
import Testing

/// What the program offers is documented: in `README.md`, or in a Markdown file under `Sources`.
@Suite struct DocumentationTests {
    private let pages = Pages.documentation

    @Test func `each event type is documented`() {
        for type in Lists.eventTypes { #expect(pages.words.contains(type), "\(type) is in no page") }
    }

    @Test func `each setting is documented`() {
        for setting in Lists.settings { #expect(pages.words.contains(setting), "\(setting) is in no page") }
    }

    @Test func `each metric is documented`() {
        for metric in Lists.metrics { #expect(pages.words.contains(metric), "\(metric) is in no page") }
    }

    @Test func `each error and problem code is documented`() {
        #expect(Lists.codes.count > 80, "the codes were not found in the source")
        for code in Lists.codes {
            // A code of one word may stand in the text as a word of English.
            let names = code.name.contains("_") ? pages.words : pages.quoted
            let isThere =
                names.contains(code.name) || code.name.hasSuffix("_") && names.contains { $0.hasPrefix(code.name) }
            #expect(isThere, "\(code.place): the code \(code.name) is in no page")
        }
    }

    @Test func `each command is documented`() {
        for command in Lists.commands {
            #expect(Pages.files.contains { $0.text.contains("crmsync \(command)") }, "crmsync \(command) is in no page")
        }
    }

    @Test func `each key is documented`() {
        #expect(Lists.keys.count > 30, "the keys were not found in the source")
        for key in Lists.keys { #expect(pages.words.contains(key.name), "\(key.place): \(key.name) is in no page") }
    }

    @Test func `no page names a metric that does not exist`() {
        let metrics = Set(Lists.metrics.flatMap { name in ["", "_bucket", "_sum", "_count"].map { name + $0 } })
        for file in Tree.files(under: ".make", "yml", "yaml", "md") + Pages.files where file.mayHold(["crmsync_"]) {
            file.forEachWord { word, line in
                guard word.hasPrefix("crmsync_"), !word.hasSuffix("_") else { return }
                #expect(metrics.contains(word), "\(file.path):\(line): there is no metric \(word)")
            }
        }
    }

    @Test func `no page names a key that does not exist`() {
        let names = Set(Lists.keys.map(\.name)).union(KeyPlace.contactLists).union(KeyPlace.taskLists)
        for file in Pages.files where file.mayHold(["crm_"]) {
            for (place, line) in file.numbered where line.contains("crm_") {
                for word in line.words(and: "-") where word.hasPrefix("crm_") {
                    let isKnown = names.contains { $0.hasPrefix(word) } || KeyPlace(word) != .strange
                    #expect(isKnown, "\(place): there is no key \(word)")
                }
            }
        }
    }
}
