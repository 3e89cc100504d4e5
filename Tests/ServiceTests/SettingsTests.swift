import Foundation
import TestSupport
import Testing

@testable import Service

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
        #expect(end.exit == .code(78), "\(end.errors)")
        #expect((end.output + end.errors).contains(name))
    }

    @Test(arguments: [
        "ADMIN_TOKEN", "ALLOWED_ORIGINS", "WRITE_KEYS", "SERVER_KEYS", "IDENTITY_SECRET", "RATE_LIMIT",
        "TRUSTED_PROXIES", "MONEY_EVENTS", "IDENTITY_MODE", "RESPECT_GPC",
    ])
    func `an empty value does not turn a protection off in silence`(name: String) throws {
        for value in ["", "  "] + (name.hasSuffix("S") && name != "MONEY_EVENTS" ? [",", " , ,"] : []) {
            let end = try Program.run(["serve"], environment: ["PORT": "0", name: value])
            #expect(end.exit == .code(78), "\(name)='\(value)'")
            #expect(end.errors.contains("crmsync: \(name): "), "\(end.errors)")
        }
    }

    @Test(arguments: SecretFiles.settings.sorted())
    func `a secret may be given by file, and by nothing else at the same time`(name: String) throws {
        let folder = try TemporaryFolder()
        let file = folder.file("secret")
        let isURL = name == "REDIS_URL"
        let value = isURL ? "redis://:pass-word@127.0.0.1:6380/2" : "abcdefgh-1234567"
        try (value + "\n").write(toFile: file, atomically: true, encoding: .utf8)
        let settings = try Settings(environment: [name + "_FILE": file])
        let found: [String: [String]] = [
            "ADMIN_TOKEN": settings.adminTokens, "WRITE_KEYS": settings.writeKeys, "SERVER_KEYS": settings.serverKeys,
            "IDENTITY_SECRET": [settings.identitySecret], "REDIS_URL": [settings.redis.password],
        ]
        #expect(found[name] == [isURL ? "pass-word" : value])
        #expect(settings.misspelled.isEmpty)
        func problem(_ environment: [String: String]) -> String {
            do throws(Settings.Invalid) { _ = try Settings(environment: environment) } catch { return "\(error)" }
            return ""
        }
        #expect(problem([name + "_FILE": file, name: value]).contains("keep one of them"))
        #expect(
            problem([name + "_FILE": folder.file("gone")]).hasPrefix("\(name)_FILE: names a file that cannot be read"))
        #expect(problem([name + "_FILE": ""]).contains("is empty"))
        try "\n \n".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(problem([name + "_FILE": file]).contains("nothing in it"))
        try String(repeating: "x", count: SecretFiles.maxBytes + 1).write(
            toFile: file, atomically: true, encoding: .utf8)
        #expect(problem([name + "_FILE": file]).contains("at most \(SecretFiles.maxBytes) bytes"))
    }

    @Test func `keys of a file stand on lines of their own, or between commas`() throws {
        let folder = try TemporaryFolder()
        try "key-number-one-1\n\nkey-number-two-2,key-number-thre3\n".write(
            toFile: folder.file("keys"), atomically: true, encoding: .utf8)
        let settings = try Settings(environment: ["SERVER_KEYS_FILE": folder.file("keys")])
        #expect(settings.serverKeys == ["key-number-one-1", "key-number-two-2", "key-number-thre3"])
    }

    @Test func `two admin tokens are good at a time, and a third one is refused`() throws {
        let (old, new) = ("old-token-1234567", "new-token-1234567")
        #expect(try Settings(environment: ["ADMIN_TOKEN": "\(old),\(new)"]).adminTokens == [old, new])
        let site = try Site(["ADMIN_TOKEN": "\(old),\(new)"])
        for (token, status) in [(old, 200), (new, 200), ("bad-token-1234567", 401), ("\(old),\(new)", 401)] {
            let connection = try site.receiver.connect()
            try connection.send("GET", "\(Site.base)/tasks", headers: [("Authorization", "Bearer \(token)")])
            #expect(try connection.readResponse().status == status, "\(token)")
        }
        let error = #expect(throws: Settings.Invalid.self) {
            try Settings(environment: ["ADMIN_TOKEN": "\(old),\(new),\(new)"])
        }
        #expect(error?.description.contains("one token, or two") == true)
    }

    @Test(arguments: ["ADMIN_TOKEN", "WRITE_KEYS", "SERVER_KEYS", "IDENTITY_SECRET"])
    func `a key of 16 characters is accepted and one of 15 is refused`(name: String) throws {
        let key = "abcdefgh-1234567"
        _ = try Settings(environment: [name: key])
        #expect(throws: Settings.Invalid.self) { try Settings(environment: [name: String(key.dropLast())]) }
        guard name.hasSuffix("KEYS") else { return }
        let error = #expect(throws: Settings.Invalid.self) { try Settings(environment: [name: "\(key),short"]) }
        #expect(error?.description == "\(name): entry 2 must be 16 to 256 visible ASCII characters without spaces")
    }

    @Test(arguments: [
        ("RATELIMIT", "RATE_LIMIT"), ("rate_limit", "RATE_LIMIT"), ("RATE-LIMIT", "RATE_LIMIT"),
        ("WRITE_KEY", "WRITE_KEYS"), ("SERVERKEYS", "SERVER_KEYS"), ("ALLOWED_ORIGIN", "ALLOWED_ORIGINS"),
        ("TRUSTED_PROXY", ""), ("IDENTITY_SECERT", "IDENTITY_SECRET"), ("JOURNAL_DIRS", "JOURNAL_DIR"),
        ("REDIS_URI", "REDIS_URL"), ("THREAD", "THREADS"), ("LOGLEVEL", "LOG_LEVEL"), ("host", "HOST"),
        ("ABANDON_AFTER_MINUTE", "ABANDON_AFTER_MINUTES"), ("RATE_LIMIT", ""), ("HOSTNAME", ""), ("HOST_NAME", ""),
        ("PORTS", ""), ("HOSTS", ""), ("PATH", ""), ("HOME", ""), ("DEMOS", ""), ("LOGNAME", ""), ("REDIS_HOST", ""),
        ("REDIS_PORT", ""), ("CRMSYNC_PORT_8080_TCP", ""), ("LOG_FILE", ""), ("MAIL", ""), ("BASE_URL", ""),
        ("NO_COLOR", ""), ("SERVER_NAME", ""), ("LANG", ""), ("TERM", ""), ("SUPPORT", ""), ("", ""),
    ])
    func `a misspelled setting is recognised, and other variables are not taken for one`(name: String, meant: String) {
        #expect(Misspelling.setting(meantBy: name) == (meant.isEmpty ? nil : meant))
    }

    @Test func `what is probably not meant is a warning at the start`() throws {
        func codes(_ environment: [String: String]) throws -> [String] {
            try Settings(environment: environment).problems.map(\.code)
        }
        let quiet = ["JOURNAL_DIR": "/tmp"]
        #expect(try codes(quiet) == [])
        #expect(try codes([:]) == ["journal_missing"])
        #expect(try codes(quiet.merging(["RATELIMIT": "5/s"]) { $1 }) == ["setting_unknown"])
        #expect(try codes(quiet.merging(["RATELIMIT": "5/s", "RATE_LIMIT": "5/s"]) { $1 }) == [])
        #expect(try codes(quiet.merging(["MONEY_EVENTS": "server"]) { $1 }) == ["money_from_nobody"])
        let money = ["MONEY_EVENTS": "server", "SERVER_KEYS": "abcdefgh-1234567"]
        #expect(try codes(quiet.merging(money) { $1 }) == [])
        for host in ["0.0.0.0", "::", "192.168.0.7"] {
            #expect(try codes(quiet.merging(["HOST": host]) { $1 }) == ["open_door"])
            let closed = ["HOST": host, "WRITE_KEYS": "abcdefgh-1234567"]
            #expect(try codes(quiet.merging(closed) { $1 }) == [])
        }
        for host in ["127.0.0.2", "::1", "localhost"] {
            #expect(try codes(quiet.merging(["HOST": host]) { $1 }) == [])
        }
    }

    @Test func `a warning about settings is in the log once, and in readyz`() throws {
        let site = try Site(["RATELIMIT": "5/s"])
        let ready = try site.receiver.connect().get("/readyz").json()
        let problem = try #require(ready["problems"]?.array?.first { $0["code"] == "setting_unknown" })
        #expect(problem["message"]?.string?.contains("RATELIMIT (RATE_LIMIT is one)") == true)
        #expect(site.receiver.log.matches(of: /problem=setting_unknown/).count == 1)
    }

    @Test func `the guide's tables of settings have each setting, and no other`() throws {
        let page = "Sources/Documentation.docc/Settings.md"
        let path = #filePath.replacing("Tests/ServiceTests/SettingsTests.swift", with: page)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let documented = text.matches(of: /\n\| `([A-Z_]+)` \|/).map { String($0.1) }
        #expect(documented.sorted() == Settings.names.sorted())
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
        #expect(end.exit == .code(78))
        #expect((end.output + end.errors).contains(String(site.receiver.port)))
    }

    @Test func `the default of each setting is what counts without it`() throws {
        let quiet = ["ADMIN_TOKEN": "abcdefgh-1234567"]
        let standard = "\(try Settings(environment: quiet))"
        for setting in Setting.all {
            guard case .value(let text) = setting.standard else { continue }
            let same = "\(try Settings(environment: quiet.merging([setting.name: text]) { $1 }))"
            #expect(same == standard, "\(setting.name)")
        }
        #expect("\(try Settings(environment: quiet.merging(["PORT": "8081"]) { $1 }))" != standard)
    }

    @Test func `it can ask itself for its health`() throws {
        let site = try Site()
        let port = ["PORT": String(site.receiver.port)]
        #expect(try Program.run(["health"], environment: port).exit == .code(0))
        #expect(try site.receiver.stop() == .code(0))
        #expect(try Program.run(["health"], environment: port).exit == .code(1))
    }

    @Test func `the keys of the settings are asked for when there are any`() throws {
        let site = try Site([
            "WRITE_KEYS": "wk-1234567890-abcde,wk-0987654321-abcde", "SERVER_KEYS": "sk-12345678901234567890",
        ])
        let refused = try site.post(event("page.viewed"))
        #expect(refused.status == 401)
        #expect(try refused.json()["success"] == false)
        #expect(try site.post(event("page.viewed"), headers: [("X-Write-Key", "wk-1234567890-abcd")]).status == 401)
        #expect(try site.client.contents().values.isEmpty)
        #expect(try site.post(event("page.viewed"), headers: [("X-Write-Key", "wk-0987654321-abcde")]).status == 200)
        #expect(try site.post(event("page.viewed").text, to: "track-event?k=wk-1234567890-abcde").status == 200)
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
