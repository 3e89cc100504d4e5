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
        guard let status = LeadStatus(named: text) else {
            throw BadParameter(name: "status", expected: Self.names(of: LeadStatus.allCases))
        }
        return status
    }

    /// Statuses, as a person may write them.
    static func names(of statuses: [LeadStatus]) -> String {
        "one of: " + statuses.map { "\($0.slug) (\($0.rawValue))" }.joined(separator: ", ")
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
