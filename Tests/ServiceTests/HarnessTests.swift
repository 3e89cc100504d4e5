import Foundation
import TestSupport
import Testing

/// The tools of the other tests, tested: a tool that is wrong makes every test right.
@Suite struct HarnessTests {
    @Test func `a private Redis keeps what it is given`() throws {
        let redis = try PrivateRedis()
        let client = try redis.client()
        try client.run("SET", "text", "grün \r\n\u{0}")
        #expect(try client.run("GET", "text") == .string("grün \r\n\u{0}"))
        #expect(try client.run("INCR", "number") == .integer(1))
        #expect(try client.run("GET", "nothing") == .null)
        #expect(try client.run("MGET", "number", "nothing") == .array([.string("1"), .null]))
        #expect(try client.run("PING") == .status("PONG"))
    }

    @Test func `an error of Redis is a value to one caller and thrown at the other`() throws {
        let redis = try PrivateRedis()
        let client = try redis.client()
        try client.run("SET", "text", "abc")
        guard case .error(let text) = try client.send(["INCR", "text"]) else { throw Failure("no error") }
        #expect(text.hasPrefix("ERR"))
        #expect(throws: Failure.self) { try client.run("INCR", "text") }
    }

    @Test func `two private Redis servers do not see each other`() throws {
        let one = try PrivateRedis()
        let other = try PrivateRedis()
        try one.client().run("SET", "key", "one")
        #expect(try other.client().run("GET", "key") == .null)
    }

    @Test func `contents hold every type, score and end of life`() throws {
        let redis = try PrivateRedis()
        let client = try redis.client()
        try client.run("SET", "a", "text", "EX", "100")
        try client.run("HSET", "b", "field", "value")
        try client.run("SADD", "c", "x", "y")
        try client.run("ZADD", "d", "2.5", "late", "1", "early")
        try client.run("RPUSH", "e", "1", "2")
        let contents = try client.contents()
        #expect(contents.values["a"] == .string("text"))
        #expect(contents.values["b"] == .hash(["field": "value"]))
        #expect(contents.values["c"] == .set(["y", "x"]))
        #expect(contents.values["d"] == .sortedSet([ScoredMember("early", 1), ScoredMember("late", 2.5)]))
        #expect(contents.values["e"] == .list(["1", "2"]))
        #expect(contents.expiries.keys.sorted() == ["a"])
        #expect(contents.text.contains("late"))
        let before = contents
        try client.run("ZADD", "d", "2", "early")
        #expect(try client.contents() != before)
    }

    @Test func `a Redis that appends to a file has its data after a power cut`() throws {
        let redis = try PrivateRedis { $0.appendOnly = true }
        try redis.client().run("CONFIG", "SET", "appendfsync", "always")
        try redis.client().run("SET", "key", "value")
        redis.killHard()
        #expect(throws: Failure.self) { try redis.client() }
        try redis.start()
        #expect(try redis.client().run("GET", "key") == .string("value"))
    }

    @Test func `a frozen Redis answers nothing until it is thawed`() throws {
        let redis = try PrivateRedis()
        let client = try redis.client()
        redis.freeze()
        client.setDeadline(seconds: 0.05)
        #expect(throws: Failure.self) { try client.run("PING") }
        redis.thaw()
        #expect(try redis.client().run("PING") == .status("PONG"))
    }

    @Test func `a Redis with a password and a port wants the password`() throws {
        let redis = try PrivateRedis {
            $0.password = "open sesame"
            $0.opensPort = true
        }
        guard case .error(let text) = try RedisClient(port: redis.port).send(["PING"]) else { throw Failure("let in") }
        #expect(text.hasPrefix("NOAUTH"))
        #expect(try redis.client().run("PING") == .status("PONG"))
    }

    @Test func `a Redis with too little memory refuses`() throws {
        let redis = try PrivateRedis { $0.maxMemory = "1mb" }
        guard case .error(let text) = try redis.client().send(["SET", "key", String(repeating: "x", count: 1_000_000)])
        else { throw Failure("took it") }
        #expect(text.hasPrefix("OOM"))
    }

    @Test func `no server is left behind when its owner is gone`() throws {
        var redis: PrivateRedis? = try PrivateRedis()
        let pid = try #require(redis?.pid)
        #expect(kill(pid, 0) == 0)
        redis = nil
        #expect(kill(pid, 0) == -1)
    }

    @Test func `a child dies with the process that started it`() throws {
        // A shell stands for the test run; its child has asked the kernel to end it with its parent.
        let folder = try TemporaryFolder()
        let parent = try ChildProcess(
            "sh", ["-c", "setpriv --pdeathsig KILL -- sleep 60 & echo $!; wait"],
            output: folder.file("out"), errors: folder.file("err"))
        var child: pid_t = 0
        try eventually("the shell names its child") {
            child = pid_t(try text(folder.file("out")).trimmingCharacters(in: .newlines)) ?? 0
            return child != 0 && (try? text("/proc/\(child)/comm")) == "sleep\n"
        }
        parent.killHard()
        try eventually("the child is gone") {
            guard let status = try? text("/proc/\(child)/stat") else { return true }
            return status.contains(") Z ")
        }
    }

    @Test func `an exit code and a signal are told apart`() throws {
        let folder = try TemporaryFolder()
        let ended = try ChildProcess("sh", ["-c", "exit 3"], output: folder.file("o"), errors: folder.file("e"))
        #expect(try ended.wait() == .code(3))
        let killed = try ChildProcess("sleep", ["60"], output: folder.file("o"), errors: folder.file("e"))
        killed.killHard()
        #expect(killed.poll() == .signal(SIGKILL))
    }

    @Test func `waiting in vain says what for`() {
        #expect {
            try eventually("the moon comes down", within: 0.02) { false }
        } throws: {
            "\($0)".contains("the moon comes down")
        }
    }

    @Test func `a seed gives the same numbers again`() {
        var one = SeededRandom(seed: 7)
        var other = SeededRandom(seed: 7)
        var third = SeededRandom(seed: 8)
        let first = one.next()
        #expect(first == other.next())
        #expect(first != third.next())
    }

    @Test func `JSON compares by meaning and writes whole numbers as such`() throws {
        #expect(try JSON(parsing: #"{"b":[1,true,null],"a":4.50}"#) == ["a": 4.5, "b": [1, true, nil]])
        #expect(JSON.object(["n": 450, "t": "a/b"]).text == #"{"n":450,"t":"a/b"}"#)
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
}
