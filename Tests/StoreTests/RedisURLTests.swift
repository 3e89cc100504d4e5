import Testing

@testable import Redis
@testable import Store

/// `REDIS_URL`, read.
@Suite struct RedisURLTests {
    struct Good: Sendable {
        let text: String
        let endpoints: [RedisURL.Endpoint]
        var user = ""
        var password = ""
        var database = 0
        var sentinel: String?
    }

    @Test(arguments: [
        Good(text: "redis://127.0.0.1", endpoints: [.tcp(host: "127.0.0.1", port: 6379)]),
        Good(text: "redis://redis:6380/3", endpoints: [.tcp(host: "redis", port: 6380)], database: 3),
        Good(text: "redis://[::1]:7000", endpoints: [.tcp(host: "::1", port: 7000)]),
        Good(text: "redis://[::1]", endpoints: [.tcp(host: "::1", port: 6379)]),
        Good(text: "redis://:s%40crt@h/1", endpoints: [.tcp(host: "h", port: 6379)], password: "s@crt", database: 1),
        Good(text: "redis://ann:p%3Aw@h", endpoints: [.tcp(host: "h", port: 6379)], user: "ann", password: "p:w"),
        Good(text: "redis://a:1,b:2/0", endpoints: [.tcp(host: "a", port: 1), .tcp(host: "b", port: 2)]),
        Good(text: "unix:/run/redis.sock", endpoints: [.unix(path: "/run/redis.sock")]),
        Good(text: "unix:///run/r.sock?db=2", endpoints: [.unix(path: "/run/r.sock")], database: 2),
        Good(text: "unix:u:p@/r", endpoints: [.unix(path: "/r")], user: "u", password: "p"),
        Good(
            text: "redis+sentinel://:pw@s1,s2:26380/mymaster/4",
            endpoints: [.tcp(host: "s1", port: 26379), .tcp(host: "s2", port: 26380)], password: "pw", database: 4,
            sentinel: "mymaster"),
    ])
    func `a good URL is read into its parts`(good: Good) throws {
        let url = try RedisURL(good.text)
        #expect(url.endpoints == good.endpoints)
        #expect(url.user == good.user)
        #expect(url.password == good.password)
        #expect(url.database == good.database)
        #expect(url.sentinelName == good.sentinel)
        #expect(url.followsFailOver == (good.endpoints.count > 1 || good.sentinel != nil))
    }

    @Test(arguments: [
        "", "http://h", "rediss://h", "redis://", "redis://h:0", "redis://h:65536", "redis://h:+1", "redis://h/x",
        "redis://h/-1", "redis://user@h", "redis://:%zz@h", "redis://:%00@h", "redis://a,,b", "unix:relative",
        "unix:/x?db=a", "unix:/x?y=1", "redis+sentinel://h", "redis+sentinel://h/", "redis://[::1",
    ])
    func `a bad URL is refused without quoting it`(text: String) {
        #expect { try RedisURL(text) } throws: { error in
            guard let invalid = error as? RedisURL.Invalid else { return false }
            return !invalid.message.isEmpty && !invalid.message.contains("%zz")
        }
    }

    @Test func `a socket's path has at most 107 bytes`() throws {
        _ = try RedisURL("unix:/" + String(repeating: "a", count: 106))
        #expect(throws: RedisURL.Invalid.self) { try RedisURL("unix:/" + String(repeating: "a", count: 107)) }
    }

    @Test func `the place for logs has no user and no password`() throws {
        let place = try RedisURL("redis://ann:hunter2@h:1/2").place
        #expect(place == "h:1/2")
        #expect(try RedisURL("unix:ann:hunter2@/r?db=1").place == "unix:/r/1")
    }
}
