import Foundation
import TestSupport
import Testing

/// A start with closed standard streams, as some supervisors do it.
@Suite struct StandardStreamTests {
    @Test(arguments: [("<&-", [0]), (">&-", [1]), ("2>&-", [2]), ("<&- >&- 2>&-", [0, 1, 2])])
    func `a standard stream that is closed at the start becomes /dev/null`(closing: String, closed: [Int]) throws {
        let folder = try TemporaryFolder()
        let redis = try PrivateRedis()
        let port = try freePort()
        let settings = ["PORT": String(port), "HOST": "127.0.0.1", "REDIS_URL": redis.url, "THREADS": "1"]
        let process = try ChildProcess(
            "sh", ["-c", "exec '\(try Program.path())' serve \(closing)"], environment: settings,
            output: folder.file("out"), errors: folder.file("err"))
        try eventually("the service is ready", within: 30) {
            if let end = process.poll() { throw Failure("the service ended: \(end)") }
            return try (try? HTTPConnection(port: port))?.get("/readyz").status == 200
        }
        for descriptor in closed {
            let path = "/proc/\(process.pid)/fd/\(descriptor)"
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == "/dev/null")
        }
        let connection = try HTTPConnection(port: port)
        for _ in 0..<20 {
            try connection.send("POST", "\(Site.base)/track-event", body: event("customer.login").text)
            #expect(try connection.readResponse().status == 200)
        }
        process.send(SIGTERM)
        #expect(try process.wait() == .code(0))
    }
}
