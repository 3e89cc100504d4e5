import Foundation
import TestSupport
import Testing

@testable import CRM
@testable import Command
@testable import Service
@testable import Store

/// `crmsync help TOPIC`: reference texts that are made of the declarations.
@Suite struct ReferenceTests {
    private func help(_ topic: String, width: Int = 80) throws -> String {
        let run = try Program.run(["help", topic], environment: ["COLUMNS": String(width)])
        #expect(run.exit == .code(0) && run.errors == "")
        return run.output
    }

    /// The text of a source file.
    private func source(_ path: String) throws -> String {
        let place = #filePath.replacing("Tests/ServiceTests/ReferenceTests.swift", with: "Sources/\(path)")
        return try String(contentsOfFile: place, encoding: .utf8)
    }

    @Test func `each setting is explained, with its default`() throws {
        let text = try help("settings", width: 200)
        for setting in Setting.all {
            let line = try #require(
                text.split(separator: "\n").first { $0.hasPrefix("  \(setting.name)") }, "\(setting.name)")
            #expect(line.contains("\(setting.name)\(setting.protects ? "*" : " ")"))
        }
        #expect(text.contains("Port to listen on; 0 takes a free one. Default: 8080; 0 to 65535."))
        #expect(Setting.all.allSatisfy { $0.meaning.hasSuffix(".") })
        #expect(Settings.protections.count == 10)
    }

    @Test func `each event type is explained by what the rules do with it`() throws {
        let text = try help("events", width: 200)
        for type in EventType.allCases {
            #expect(text.contains("\n\(type.rawValue):\n"), "\(type)")
            #expect(!type.effects.isEmpty, "\(type)")
            for word in type.effects + type.dataFields {
                #expect(!word.contains("BOOKING") && !word.contains("98765"), "\(word)")
            }
        }
        #expect(text.contains("total_revenue + the amount"))
        #expect(text.contains("opens a task of type abandoned_booking: urgent, due in 1 hour"))
        for field in EventField.all { #expect(text.contains("\n  \(field.name) "), "\(field.name)") }
    }

    @Test func `the fields of an event are those of openapi json`() throws {
        let api = try JSON(parsing: source("Service/Reading/openapi.json"))
        let event = try #require(api["components"]?["schemas"]?["Event"]?["properties"]?.object)
        let customer = try #require(api["components"]?["schemas"]?["Customer"]?["properties"]?.object)
        let fields = EventField.all.map(\.name)
        #expect(Set(fields.map { $0.split(separator: ".")[0].description }) == Set(event.keys))
        #expect(Set(fields.filter { $0.hasPrefix("customer.") }.map { String($0.dropFirst(9)) }) == Set(customer.keys))
    }

    @Test func `each field that a sentence or a rule reads is named`() throws {
        let read = try source("CRM/Sentence.swift").matches(of: /data\.label\("([a-z_]+)"\)/).map { String($0.1) }
        let named = Set(EventType.allCases.flatMap(\.dataFields))
        #expect(!read.isEmpty && Set(read).isSubset(of: named), "\(Set(read).subtracting(named))")
    }

    @Test func `each key is explained, and each explained key is one of ours`() throws {
        let text = try help("keys", width: 200)
        for row in KeyRow.all {
            #expect(text.contains("\n  \(row.name)"), "\(row.name)")
            guard row.group != .channel, row.name != Keys.nothing else { continue }
            let sample = row.name.replacing("<contact_id>", with: "contact_0").replacing("<task_id>", with: "task_0")
                .replacing("<YYYY-MM-DD>", with: "2026-11-23").replacing("<YYYY-MM>", with: "2026-11")
                .replacing("<slug>", with: "new_lead").replacing("<priority>", with: "urgent")
            #expect(![nil, .strange].contains(KeyPlace(sample)), "\(row.name)")
        }
        let files = try source("Store/Keys/Keys.swift") + source("Store/Keys/Keys+Reading.swift")
        let literals = Set(files.matches(of: /"(crm_[a-z_]+)/).map { String($0.1) }).subtracting(["crm_"])
        #expect(literals.count > 30)
        for name in literals { #expect(KeyRow.all.contains { $0.name.hasPrefix(name) }, "\(name)") }
    }

    @Test(arguments: [
        "CRM/Rejection.swift", "Service/Access/Denial.swift", "Service/Refusing/RouteError.swift",
        "HTTP/RequestError.swift", "Service/Clients/ConnectionError.swift", "Service/Reading/ReadAnswer.swift",
        "Service/Reading/ReadRoutes.swift", "Service/Live/ServerSentEvent.swift",
    ])
    func `each error code of the source is explained`(file: String) throws {
        // What follows the codes in one file is named in the same way.
        let text = try source(file).split(separator: "public var field").first ?? ""
        let patterns = [
            /case \.[a-zA-Z]+(?:, \.[a-zA-Z]+)*: "([a-z_0-9]+)"/, /\(\.[a-zA-Z]+, "([a-z_0-9]+)", "/,
            /code: "([a-z_]+)"/,
            /\.[a-zA-Z]+, "([a-z_]+)",\s/,
        ]
        let codes = patterns.flatMap { pattern in text.matches(of: pattern).map { String($0.1) } }
        #expect(!codes.isEmpty)
        for code in codes { #expect(ErrorRow.all.contains { $0.code == code }, "\(code)") }
    }

    @Test func `errors are shown with status and sentence`() throws {
        let text = try help("errors", width: 200)
        for row in ErrorRow.all {
            #expect(!row.code.isEmpty && (400..<600).contains(row.status) && row.message.hasSuffix("."), "\(row)")
            #expect(text.contains("\n  \(row.code) "), "\(row.code)")
        }
        #expect(
            text.contains("422: `customer.id` or `customer.email` is required: anonymous visitors are not tracked."))
    }

    @Test func `each metric is explained`() throws {
        let text = try help("metrics", width: 200)
        for metric in Metric.all { #expect(text.contains("\n  \(metric.name)"), "\(metric.name)") }
        #expect(text.contains("counter: Events by type and result."))
    }

    @Test func `each exit status is explained`() throws {
        let text = try help("statuses", width: 200)
        for code in [0, 1, 2, 3, 64, 78, 130, 141] { #expect(text.contains("\n  \(code) "), "\(code)") }
        let known = Set(ExitStatus.all.map(\.code))
        for row in CommandRow.runnable { #expect(known.isSuperset(of: row.allStatuses.map(\.code)), "\(row.name)") }
    }

    @Test(arguments: [40, 80, 200])
    func `no line of a help text is wider than the terminal`(width: Int) throws {
        let topics = HelpTopic.all.map(\.name).filter { $0 != "man" }
        let commands = CommandRow.table.flatMap { [$0] + $0.members }.map(\.name)
        for words in [["help"]] + (topics + commands).map({ ["help"] + $0.split(separator: " ").map(String.init) }) {
            let text = try Program.run(words, environment: ["COLUMNS": String(width)]).output
            #expect(!text.isEmpty)
            for line in text.split(separator: "\n") { #expect(line.count <= width, "\(words): \(line)") }
        }
    }

    @Test func `without a terminal a help text has 80 columns`() throws {
        let text = try Program.run(["help"]).output
        #expect(text.split(separator: "\n").map(\.count).max().map { (70...80).contains($0) } == true)
        #expect(try Program.run(["help"], environment: ["COLUMNS": "80"]).output == text)
        #expect(try Program.run(["help"], environment: ["COLUMNS": "0"]).output != text, "the narrowest text")
    }
}
