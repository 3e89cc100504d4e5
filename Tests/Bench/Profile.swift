import Foundation
import TestSupport

/// Counts instructions for each event under valgrind: steadier than time, on any machine.
struct Profile {
    private let events = Int(ProcessInfo.processInfo.environment["EVENTS"] ?? "") ?? 5_000
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func run() throws {
        if ProcessInfo.processInfo.environment["PARTS"] != "redis" { try receiver() }
        if ProcessInfo.processInfo.environment["PARTS"] != "receiver" { try redis() }
    }

    /// The receiver, with 64 connections; the kernel's part is not seen.
    private func receiver() throws {
        var traffic = Traffic(customers: 1_000, seed: 1)
        let redis = try PrivateRedis { $0.opensPort = true }
        let port = try freePort()
        let program = try Program.path()
        let child = try start(
            [program, "serve"], "receiver",
            environment: [
                "PORT": String(port), "REDIS_URL": redis.url, "THREADS": "1", "JOURNAL_DIR": folder.file("journal"),
                "RATE_LIMIT": "off",
                // All is 50 times slower under valgrind; no event may go to the journal for that.
                "REDIS_TIMEOUT_SECONDS": "60",
            ])
        try eventually("the receiver is ready", within: 60) {
            (try? HTTPConnection(port: port))?.isReady == true
        }
        func load(_ count: Int) throws {
            let requests = (0..<count).map { _ in Rival.post("/make-server-b43c05fb/track-event", traffic.next()) }
            let load = try Load(port: port, connections: 64, requests: requests)
            _ = try load.runClosed()
            if load.errors > 0 { throw Failure("\(load.errors) errors") }
        }
        try load(2_000)
        try count(child, "Receiver") { try load(events) }
    }

    /// The server of the script, with calls pipelined 64 deep.
    private func redis() throws {
        var traffic = Traffic(customers: 1_000, seed: 1)
        let port = try freePort()
        let child = try start(
            ["redis-server", "--port", String(port), "--save", "", "--dir", folder.path], "redis", environment: [:])
        var client: RedisClient?
        try eventually("redis-server is ready", within: 60) {
            client = try? RedisClient(port: port)
            return (try? client?.run("PING")) != nil
        }
        client?.setDeadline(seconds: 60)
        var calls = Calls(script: try client?.run("SCRIPT", "LOAD", Calls.text).text ?? "")
        let registrations = try (0..<1_000).map { try calls.protocolBytes(of: traffic.registration(of: $0)) }
        let pipeline = try Pipeline(port: port)
        _ = try pipeline.run(registrations, depth: 64)
        let before = try (0..<10_000).map { _ in try calls.protocolBytes(of: traffic.next()) }
        _ = try pipeline.run(before, depth: 64)
        let commands = try (0..<events).map { _ in try calls.protocolBytes(of: traffic.next()) }
        try count(child, "Redis") { _ = try pipeline.run(commands, depth: 64) }
    }

    private func start(_ line: [String], _ name: String, environment: [String: String]) throws -> ChildProcess {
        let options = [
            "--tool=callgrind", "--instr-atstart=no", "--callgrind-out-file=\(folder.file(name)).callgrind",
        ]
        return try ChildProcess(
            "valgrind", options + line, environment: environment, output: folder.file("out"),
            errors: folder.file("err"))
    }

    private func count(_ child: ChildProcess, _ name: String, _ work: () throws -> Void) throws {
        try control(child, ["-i", "on"])
        try work()
        try control(child, ["-i", "off"])
        child.send(SIGTERM)
        try child.wait(within: 30)
        let file = folder.file(name.lowercased()) + ".callgrind"
        let output = file + ".txt"
        let annotate = try ChildProcess(
            "callgrind_annotate", ["--show-percs=no", file], output: output, errors: folder.file("err"))
        try annotate.wait(within: 120)
        print(summary(try String(contentsOfFile: output, encoding: .utf8), name))
    }

    private func control(_ child: ChildProcess, _ arguments: [String]) throws {
        let process = try ChildProcess(
            "callgrind_control", arguments + [String(child.pid)], output: folder.file("control"),
            errors: folder.file("err"))
        try process.wait(within: 60)
    }

    /// Instructions for each event: in all, and of the functions that cost most.
    private func summary(_ annotated: String, _ name: String) -> String {
        var lines = ["### \(name): instructions for each event", ""]
        let rows = annotated.split(separator: "\n").compactMap { line -> (Int, Substring)? in
            let trimmed = line.drop { $0 == " " }
            guard let end = trimmed.firstIndex(of: " ") else { return nil }
            return Int(trimmed[..<end].filter { $0 != "," }).map { ($0, trimmed[end...].drop { $0 == " " }) }
        }
        for (count, function) in rows.prefix(41) {
            let text = function.split(separator: "[").first ?? function
            let plain = text.split(separator: ":", maxSplits: 1).last ?? text
            lines.append("\(count / events)  \(plain.prefix(150))")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension HTTPConnection {
    /// Whether the receiver behind it takes events.
    fileprivate var isReady: Bool { (try? get("/readyz").status) == 200 }
}
