import Foundation
import TestSupport
import Testing

/// The admin token of these tests.
let token = "reading-token-0123456789"

/// Somebody who reads: one request, one connection.
struct ReadingDesk {
    let site: Site

    init(_ settings: [String: String] = [:]) throws {
        site = try Site(["ADMIN_TOKEN": token].merging(settings) { $1 })
    }

    func response(
        _ path: String, _ method: String = "GET", token: String? = token, body: String? = nil
    ) throws -> HTTPResponse {
        let connection = try site.receiver.connect()
        let headers = token.map { [("Authorization", "Bearer \($0)")] } ?? []
        try connection.send(method, Site.base + path, headers: headers, body: body)
        return try connection.readResponse(toHead: method == "HEAD")
    }

    /// The JSON of an answer that has to be 200.
    func read(
        _ path: String, _ method: String = "GET", body: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> JSON {
        let response = try response(path, method, body: body)
        #expect(response.status == 200, "\(response.text)", sourceLocation: sourceLocation)
        return try response.json()
    }

    /// The texts of one field of a list in an answer.
    func list(_ path: String, _ list: String, _ field: String) throws -> [String] {
        (try read(path)[list]?.array ?? []).compactMap { $0[field]?.string }
    }

    /// All pages, with something that happens after each.
    func pages(
        _ path: String, _ list: String, _ field: String, cursor: String = "cursor",
        between: (Int) throws -> Void = { _ in }
    ) throws -> [[String]] {
        var pages: [[String]] = []
        var next: String?
        repeat {
            let answer = try read(path + (next.map { "&\(cursor)=\($0)" } ?? ""))
            pages.append((answer[list]?.array ?? []).compactMap { $0[field]?.string })
            next = answer["next_cursor"]?.string
            try between(pages.count)
        } while next != nil && pages.count < 100
        return pages
    }

    /// A decision about a task.
    func decide(_ task: String, _ verb: String, _ body: JSON? = nil) throws -> HTTPResponse {
        try response("/tasks/\(task)/\(verb)", "POST", body: body?.text)
    }
}
