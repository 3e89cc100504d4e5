import CRM
import HTTP
import Store

/// The parameters of a request for reading, each read into a type that cannot be wrong.
struct Parameters {
    private let request: Request

    init(_ request: Request) { self.request = request }

    /// A value that is not empty.
    func text(_ name: String) -> String? {
        guard let value = request.queryValue(name), !value.isEmpty else { return nil }
        return value
    }

    /// Digits only, within a range.
    func number(_ name: String, _ range: ClosedRange<Int>) throws(BadParameter) -> Int? {
        guard let text = text(name) else { return nil }
        let isPlain = text.utf8.count <= 9 && text.utf8.allSatisfy { $0 >= 48 && $0 <= 57 }
        guard isPlain, let number = Int(text), range.contains(number) else {
            throw BadParameter(
                name: name, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// `limit=` and `cursor=`.
    func paging() throws(BadParameter) -> Paging {
        var paging = try limit()
        if let text = text("cursor") {
            guard let cursor = Cursor(text) else { throw Self.badCursor("cursor") }
            paging.cursor = cursor
        }
        return paging
    }

    /// `limit=` and `before=`, a cursor or a time.
    func pagingBefore() throws(BadParameter) -> Paging {
        var paging = try limit()
        if let text = text("before") {
            guard let cursor = Cursor(text) ?? Timestamp(text).map(Cursor.init(before:)) else {
                throw BadParameter(name: "before", expected: "a next_cursor or a time such as 2026-11-23T06:20:00Z")
            }
            paging.cursor = cursor
        }
        return paging
    }

    /// One of the raw values of a type.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) throws(BadParameter) -> Choice? {
        guard let text = text(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw BadParameter(name: name, expected: Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    /// `status=` of contacts: the slug or the name, in either case.
    func leadStatus() throws(BadParameter) -> LeadStatus? {
        guard let text = text("status") else { return nil }
        let wish = text.lowercased()
        guard let status = LeadStatus.allCases.first(where: { [$0.slug, $0.rawValue.lowercased()].contains(wish) })
        else {
            throw BadParameter(
                name: "status",
                expected: LeadStatus.allCases.map { "\($0.slug) (\($0.rawValue))" }.joined(separator: ", "))
        }
        return status
    }

    private func limit() throws(BadParameter) -> Paging {
        var paging = Paging()
        paging.limit = try number("limit", 1...Reader.maxPage) ?? paging.limit
        return paging
    }

    private static func badCursor(_ name: String) -> BadParameter {
        BadParameter(name: name, expected: "the next_cursor of the page before, unchanged")
    }
}

/// The body of a decision: an object of short texts, or nothing.
struct Decision {
    /// Most characters of a name.
    static let maxName = 80
    /// Most characters of a reason.
    static let maxReason = 500

    private let fields: [String: String]

    init(_ body: ArraySlice<UInt8>) throws(BadParameter) {
        guard !body.isEmpty else {
            fields = [:]
            return
        }
        fields = try body.withUnsafeBufferPointer { bytes throws(BadParameter) -> [String: String] in
            guard let root = try? JSONDocument.parse(bytes).root, root.kind == .object else {
                throw BadParameter(name: "body", expected: "a JSON object, or no body")
            }
            var fields: [String: String] = [:]
            for member in root.members where !member.value.isNull {
                fields[member.name] = member.value.string ?? "\u{0}"
            }
            return fields
        }
    }

    /// A field of at most so many characters without control characters, trimmed; empty where it is not there.
    func text(_ name: String, upTo most: Int) throws(BadParameter) -> String {
        guard let value = fields[name] else { return "" }
        let isPlain = value.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        guard isPlain, value.unicodeScalars.count <= most else {
            throw BadParameter(name: name, expected: "a text of at most \(most) characters without line breaks")
        }
        let trimmed = value.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        return String(trimmed)
    }

    /// Whether a field is there, `null` included in not being there.
    func has(_ name: String) -> Bool { fields[name] != nil }
}
