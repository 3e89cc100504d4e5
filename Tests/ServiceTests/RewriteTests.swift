import TestSupport
import Testing

/// `crmsync erase --rewrite-aof`: what was erased leaves Redis' append-only file too.
@Suite struct RewriteTests {
    private func erase(
        _ redis: PrivateRedis, url: String? = nil
    ) throws -> (exit: ChildProcess.Exit, output: String, errors: String) {
        let client = try redis.client()
        let id = "contact_01m8fddw1ydna57s1w77k45eys"
        try client.run("HSET", "crm_contact_\(id)", "id", id, "email", "zebra@x.org")
        try client.run("SET", "crm_contact_email_zebra@x.org", id)
        return try Program.run(
            ["erase", id, "--yes", "--rewrite-aof"], environment: ["REDIS_URL": url ?? redis.url], within: 30)
    }

    private func field(_ redis: PrivateRedis, _ name: String) throws -> String? {
        let info = try redis.client().run("INFO", "persistence").text ?? ""
        let line = info.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name + ":") }
        return line.map { String($0.dropFirst(name.count + 1)) }
    }

    @Test func `Redis rewrites its file`() throws {
        let redis = try PrivateRedis { $0.appendOnly = true }
        try eventually("the file is there") { try field(redis, "aof_rewrite_in_progress") == "0" }
        let before = try field(redis, "aof_rewrites").flatMap { Int($0) } ?? 0
        let run = try erase(redis)
        #expect(run.exit == .code(0), "\(run.errors)")
        #expect(try JSON(parsing: run.output)["complete"] == true)
        #expect(run.errors.contains("rewrites its append-only file"))
        try eventually("it was rewritten") { try field(redis, "aof_rewrites").flatMap { Int($0) } ?? 0 > before }
    }

    @Test func `without such a file that is said`() throws {
        let redis = try PrivateRedis()
        let run = try erase(redis)
        #expect(run.exit == .code(0))
        #expect(run.errors.contains("has no append-only file"))
    }

    @Test func `a user that may not ask for it is told so, with the receipt of the erasure`() throws {
        let redis = try PrivateRedis { $0.appendOnly = true }
        try redis.client().run("ACL", "SETUSER", "limited", "on", ">secret", "~*", "&*", "+@all", "-bgrewriteaof")
        let path = redis.url.replacing("unix:", with: "unix://limited:secret@")
        let run = try erase(redis, url: path)
        #expect(run.exit == .code(1), "\(run.output)\(run.errors)")
        #expect(try JSON(parsing: run.output)["complete"] == true)
        #expect(run.errors.contains("the append-only file is not rewritten"))
    }
}
