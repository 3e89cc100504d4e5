import Foundation
import TestSupport
import Testing

/// Contract section 6: a value that cannot be used stops the start with a message that names the variable.
@Suite struct SettingsTests {
    @Test(arguments: [
        ("PORT", "http"), ("PORT", "-1"), ("PORT", "65536"), ("PORT", "+80"), ("HOST", "not a host"),
        ("REDIS_URL", "http://127.0.0.1"), ("REDIS_URL", "redis://127.0.0.1:port"), ("REDIS_URL", "redis://h/x"),
        ("BASE_PATH", "no slash"), ("THREADS", "0"), ("THREADS", "many"), ("MAX_CONNECTIONS", "0"),
        ("MAX_BODY_BYTES", "1.5"), ("TIMELINE_LIMIT", "0"), ("TIMELINE_LIMIT", "-3"), ("DEDUPE_HOURS", "x"),
        ("RETENTION_DAYS", "-1"), ("RETENTION_DAYS", "1.5"), ("TASK_DAYS", "36501"), ("SWEEP_SECONDS", "0"),
        ("MONEY_EVENTS", "sometimes"), ("IDENTITY_MODE", "maybe"), ("LOG_LEVEL", "loud"), ("LOG_FORMAT", "xml"),
    ])
    func `a value that cannot be used stops the start and is named`(name: String, value: String) throws {
        var environment = ["PORT": "0", "REDIS_URL": "redis://127.0.0.1:1/0", "HOST": "127.0.0.1"]
        environment[name] = value
        let end = try Program.run(["serve"], environment: environment)
        #expect(end.exit != .code(0))
        guard case .code = end.exit else { throw Failure("it crashed: \(end.exit) \(end.errors)") }
        #expect((end.output + end.errors).contains(name))
    }

    @Test func `a secret that cannot be used is not quoted`() throws {
        let url = "redis://:zebra-password@127.0.0.1:port/0"
        let end = try Program.run(["serve"], environment: ["PORT": "0", "REDIS_URL": url])
        #expect(end.exit != .code(0))
        #expect((end.output + end.errors).contains("REDIS_URL"))
        #expect(!(end.output + end.errors).contains("zebra"))
    }

    @Test func `an identity mode needs a secret`() throws {
        let environment = ["PORT": "0", "REDIS_URL": "redis://127.0.0.1:1/0", "IDENTITY_MODE": "enforce"]
        let end = try Program.run(["serve"], environment: environment)
        #expect(end.exit != .code(0))
        #expect((end.output + end.errors).contains("IDENTITY_SECRET"))
    }

    @Test func `a port that is taken stops the start and is named`() throws {
        let site = try Site()
        let environment = ["PORT": String(site.receiver.port), "HOST": "127.0.0.1", "REDIS_URL": site.redis.url]
        let end = try Program.run(["serve"], environment: environment)
        #expect(end.exit != .code(0))
        #expect((end.output + end.errors).contains(String(site.receiver.port)))
    }

    @Test func `it says how it is used and which version it is`() throws {
        let help = try Program.run(["--help"])
        #expect(help.exit == .code(0))
        #expect(help.output.contains("serve"))
        #expect(help.output.contains("REDIS_URL"))
        let version = try Program.run(["--version"])
        #expect(version.exit == .code(0))
        #expect(version.output.firstMatch(of: /\d+\.\d+\.\d+/) != nil)
        #expect(try Program.run(["dance"]).exit != .code(0))
    }

    @Test func `it can ask itself for its health`() throws {
        let site = try Site()
        let port = ["PORT": String(site.receiver.port)]
        #expect(try Program.run(["health"], environment: port).exit == .code(0))
        #expect(try site.receiver.stop() == .code(0))
        #expect(try Program.run(["health"], environment: port).exit == .code(1))
    }

    @Test func `the keys of the settings are asked for when there are any`() throws {
        let site = try Site(["WRITE_KEYS": "wk-1234567890,wk-0987654321", "SERVER_KEYS": "sk-12345678901234567890"])
        let refused = try site.post(event("page.viewed"))
        #expect(refused.status == 401)
        #expect(try refused.json()["success"] == false)
        #expect(try site.post(event("page.viewed"), headers: [("X-Write-Key", "wk-123456789")]).status == 401)
        #expect(try site.client.contents().values.isEmpty)
        #expect(try site.post(event("page.viewed"), headers: [("X-Write-Key", "wk-0987654321")]).status == 200)
        #expect(try site.post(event("page.viewed").text, to: "track-event?k=wk-1234567890").status == 200)
        let bearer = [("Authorization", "Bearer sk-12345678901234567890")]
        #expect(try site.post(event("page.viewed"), headers: bearer).status == 200)
    }

    @Test func `money that only a browser speaks of moves nothing when the settings say so`() throws {
        let site = try Site(["MONEY_EVENTS": "server", "SERVER_KEYS": "sk-12345678901234567890"])
        let data: JSON = ["booking_id": "b1", "total_amount": 450]
        let id = try site.track(event("booking.completed", at: clock("10:00"), data: data))
        try site.track(event("payment.failed", at: clock("10:01"), data: data))
        #expect(try site.contact(id)["lead_status"] == "New Lead")
        #expect(try site.contact(id)["total_revenue"] == "0.00")
        #expect(try site.tasks(id).isEmpty)
        #expect(try site.timeline(id).count == 2)
        let bearer = [("Authorization", "Bearer sk-12345678901234567890")]
        #expect(
            try site.post(event("booking.completed", at: clock("10:02"), data: data), headers: bearer).status == 200)
        #expect(try site.contact(id)["total_revenue"] == "450.00")
        #expect(try site.contact(id)["lead_status"] == "Customer - Active")
    }
}
