import CRM
import Store

@testable import Command
@testable import Service

/// What the code declares and other files repeat. A list comes from the value that the program uses, where there is
/// one, else from the source text.
enum Lists {
    static let eventTypes = EventType.allCases.map(\.rawValue)
    static let settings = Settings.names.sorted()
    static let metrics = Metric.all.map(\.name)

    /// The commands of the program, such as `tasks` and `task done`.
    static let commands = CommandRow.runnable.map(\.name)

    /// The key names and their beginnings, from the literals of `Keys`; a beginning ends with an underscore.
    static let keys: [Declared] = unique(
        Tree.files(under: "Sources/Store/Keys", "swift").flatMap(\.numbered).flatMap { place, line in
            line.literals(in: "\"").compactMap { _, text in
                let name = text.prefix { $0 != "\\" }
                return name.hasPrefix("crm_") && name.count > 4 ? Declared(name: String(name), place: place) : nil
            }
        })

    /// The beginnings of the keys that one contact has: those that a function of `Keys` makes from a contact.
    static let keysOfContact: [Declared] = {
        let functions = Tree.files(under: "Sources/Store/Keys", "swift").flatMap(\.numbered).filter { _, line in
            line.contains("static func ") && (line.contains("contact: String)") || line.contains("func contact("))
        }
        return unique(
            functions.map { place, line in
                let literal = line.literals(in: "\"").first.map { String($0.text.prefix { $0 != "\\" }) }
                return Declared(name: literal ?? constant(in: line), place: place)
            })
    }()

    /// The value of the first word of the line that is a constant of `Keys`.
    private static func constant(in line: Substring) -> String {
        let files = Tree.files(under: "Sources/Store/Keys", "swift").filter { $0.name.hasPrefix("Keys") }
        let constants = files.flatMap(\.lines).compactMap { line in
            line.contains("static let ") ? line.literals(in: "\"").first : nil
        }
        let words = Set(line.words())
        return constants.first { words.contains($0.before.words().last { $0 != "StaticString" } ?? "") }?.text ?? ""
    }

    /// The codes of errors and of problems, from the source text: the literals of a property `code`, and those that
    /// stand after a status, after a severity, or after `code:`. A beginning ends with an underscore.
    static let codes: [Declared] = {
        let folders = ["Sources/HTTP", "Sources/CRM", "Sources/Store/Health", "Sources/Service"]
        return unique(folders.flatMap { Tree.files(under: $0, "swift") }.flatMap(codes))
    }()

    private static let heads = Set(
        Tree.file("Sources/HTTP/Status.swift").lines.compactMap { line in
            line.hasPrefix("    case ") && line.contains(" = ") ? "." + line.words()[1] : nil
        } + [".error", ".warning"])

    private static func codes(in file: SourceFile) -> [Declared] {
        var end: String?
        var found: [Declared] = []
        for (place, line) in file.numbered {
            if line == end ?? "-" { end = nil }
            for (before, text) in line.literals(in: "\"") {
                let code = text.prefix { $0 != "\\" }
                let isCode = !code.isEmpty && code.allSatisfy { $0 == "_" || $0.isLowercase || $0.isNumber }
                let left = before.split { " (".contains($0) }
                let head = left.last.map { String($0.dropLast($0.hasSuffix(",") ? 1 : 0)) } ?? ""
                let isAfterHead = before.hasSuffix(", ") && heads.contains(head) || head == "code:"
                if isCode, end != nil || isAfterHead || before.hasSuffix("Requirement(") {
                    found.append(Declared(name: String(code), place: place))
                }
            }
            if line.hasSuffix("var code: String {") {
                end = line.prefix { $0 == " " } + "}"
            }
        }
        return found
    }

    private static func unique(_ list: [Declared]) -> [Declared] {
        var seen: Set<String> = []
        return list.filter { seen.insert($0.name).inserted }
    }
}

/// A name, and where it is declared.
struct Declared: Sendable {
    let name: String
    let place: String
}
