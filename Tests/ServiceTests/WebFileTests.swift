import Foundation
import TestSupport
import Testing

/// The pages and scripts that the service serves by itself.
@Suite struct WebFileTests {
    private static let names = [
        "admin", "admin.js", "admin-page.js", "admin-figures.js", "admin-desk.js", "admin-person.js", "admin.css",
        "tracker.js", "tracker.mjs", "tracker.d.ts",
    ]
    private static let demo = ["demo", "demo.js", "demo.css"]
    private let site: Site
    private let connection: HTTPConnection

    init() throws {
        site = try Site(["DEMO": "1"])
        connection = try site.receiver.connect()
    }

    private func get(_ name: String, _ headers: [(String, String)] = [], method: String = "GET") throws -> HTTPResponse
    {
        try connection.send(method, "\(Site.base)/\(name)", headers: headers)
        return try connection.readResponse(toHead: method == "HEAD")
    }

    @Test(arguments: names + demo)
    func `each file has its type, and can be asked for again for almost nothing`(name: String) throws {
        let file = try get(name)
        #expect(file.status == 200)
        let types = ["js": "text/javascript", "mjs": "text/javascript", "css": "text/css", "ts": "text/plain"]
        let end = name.split(separator: ".").last.map(String.init) ?? ""
        #expect(file["content-type"] == "\(types[end] ?? "text/html"); charset=utf-8")
        #expect(file["x-content-type-options"] == "nosniff")
        #expect(file["vary"] == "Accept-Encoding")
        let tag = try #require(file["etag"])
        for known in [tag, "W/" + tag, "\"other\", \(tag)", "*"] {
            let again = try get(name, [("If-None-Match", known)])
            #expect(again.status == 304 && again.body.isEmpty, "\(known)")
            #expect(again["etag"] == tag && again["cache-control"] == file["cache-control"])
        }
        #expect(try get(name, [("If-None-Match", "\"other\"")]).status == 200)
        let head = try get(name, method: "HEAD")
        #expect(head.status == 200 && head["content-length"] == String(file.body.count) && head["etag"] == tag)
        let wrong = try get(name, method: "POST")
        #expect(wrong.status == 405 && wrong["allow"] == "GET, HEAD, OPTIONS")
    }

    @Test(arguments: [
        ("gzip", true), ("GZIP", true), ("deflate, gzip;q=0.5, br", true), ("gzip;q=1.0", true),
        ("gzip; q=0.001", true),
        ("", false), ("br", false), ("identity", false), ("gzip;q=0", false), ("gzip; q=0.000, *", false),
        ("gzipped", false),
    ])
    func `it is compressed for those who take that`(accepted: String, isCompressed: Bool) throws {
        let plain = try get("tracker.js")
        let answer = try get("tracker.js", [("Accept-Encoding", accepted)])
        #expect(answer["content-encoding"] == (isCompressed ? "gzip" : nil))
        #expect((answer["etag"] != plain["etag"]) == isCompressed)
        #expect(try (isCompressed ? unzipped(answer.body) : answer.body) == plain.body)
        // A tag is that of one form: who has the other one has not this.
        let other = try get("tracker.js", [("Accept-Encoding", accepted), ("If-None-Match", plain["etag"] ?? "")])
        #expect(other.status == (isCompressed ? 200 : 304))
    }

    @Test(arguments: names + demo)
    func `what is compressed is the file`(name: String) throws {
        let answer = try get(name, [("Accept-Encoding", "gzip")])
        #expect(try (answer["content-encoding"] == "gzip" ? unzipped(answer.body) : answer.body) == get(name).body)
    }

    @Test func `the tracker takes less than 6 KB of a visitor's line`() throws {
        let answer = try get("tracker.js", [("Accept-Encoding", "gzip")])
        #expect(answer["content-encoding"] == "gzip")
        #expect((1_000..<6 * 1024).contains(answer.body.count))
    }

    private func unzipped(_ bytes: [UInt8]) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        try Data(bytes).write(to: URL(fileURLWithPath: folder.file("in.gz")))
        let gzip = try ChildProcess(
            "gzip", ["-dc", folder.file("in.gz")], output: folder.file("out"), errors: folder.file("err"))
        guard try gzip.wait() == .code(0) else { throw Failure("gzip does not read it") }
        return try Array(Data(contentsOf: URL(fileURLWithPath: folder.file("out"))))
    }

    @Test func `the tracker is small, for every site, and kept for an hour`() throws {
        let file = try get("tracker.js", [("Accept-Encoding", "gzip")])
        #expect(file.body.count < 6 * 1024, "\(file.body.count)")
        #expect(file["access-control-allow-origin"] == "*")
        #expect(file["cross-origin-resource-policy"] == "cross-origin")
        #expect(file["cache-control"] == "public, max-age=3600, stale-while-revalidate=86400")
    }

    @Test(arguments: ["admin", "demo"])
    func `a page runs what is ours and nothing else`(name: String) throws {
        let page = try get(name)
        let policy = try #require(page["content-security-policy"])
        #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe"))
        #expect(page["x-frame-options"] == "DENY" && page["referrer-policy"] == "no-referrer")
        #expect(page["cache-control"] == "no-cache" && page["access-control-allow-origin"] == nil)
        #expect(page.text.firstMatch(of: /<script(?![^>]* src=)|<style| style=| on[a-z]+=/) == nil)
        for part in page.text.matches(of: /<(?:script|link)[^>]* (?:src|href)="([^"]+)"/).map(\.1)
        where part != "data:," {
            #expect(try get(String(part)).status == 200, "\(part)")
        }
    }

    @Test func `in production there is no demonstration`() throws {
        let site = try Site()
        for name in Self.demo {
            #expect(try site.receiver.connect().get("\(Site.base)/\(name)").status == 404, "\(name)")
        }
    }
}
