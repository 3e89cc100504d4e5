import CSystem
import Foundation
import TestSupport

/// A program that takes events, and a Redis of its own that holds the same customers as everybody's.
final class Rival {
    /// How events reach Redis.
    enum Kind {
        case crmsync(threads: Int)
        case node
        case webdis
        /// Ready-made calls pipelined 64 deep, no HTTP: what this Redis can do at most.
        case ceiling
    }

    let kind: Kind
    let name: String
    let redis: PrivateRedis
    private(set) var calls: Calls
    private(set) var port = 0
    private(set) var pid: pid_t = 0
    private var accepted = 0
    private let control: RedisClient
    private let folder: TemporaryFolder
    private var receiver: Receiver?
    private var child: ChildProcess?

    init(_ kind: Kind, _ name: String, customers: Int, seed: UInt64, settings: [String: String] = [:]) throws {
        self.kind = kind
        self.name = name
        folder = try TemporaryFolder()
        redis = try PrivateRedis { $0.opensPort = true }
        control = try redis.client()
        control.setDeadline(seconds: 60)
        let script = try control.run("SCRIPT", "LOAD", Calls.text).text ?? ""
        calls = Calls(script: script)
        try preload(customers, seed)
        listenToAlerts()
        try start(settings, script: script)
    }

    /// Runs one load and tells what it cost.
    func measure(_ events: [String], connections: Int, rate: Double?, random: inout SeededRandom) throws -> Sample {
        var sample = Sample()
        sample.events = events.count
        if case .ceiling = kind {
            let commands = try events.map { try calls.protocolBytes(of: $0) }
            let before = try costs()
            sample.seconds = try Pipeline(port: redis.port).run(commands, depth: 64)
            try note(&sample, since: before)
        } else {
            let load = try Load(port: port, connections: connections, requests: events.map(request))
            let before = try costs()
            sample.seconds = try rate.map { try load.runOpen(rate: $0, random: &random) } ?? load.runClosed()
            try note(&sample, since: before)
            sample.errors = load.errors
            sample.latencies = load.latencies
        }
        accepted += sample.events - sample.errors
        if pid != 0 { sample.residentKilobytes = Usage.residentKilobytes(of: pid) }
        return sample
    }

    /// Whether Redis counted exactly the events that were answered with success.
    func counted() throws -> (redis: Int, answers: Int) {
        var sum = 0
        for key in try control.run("KEYS", "crm_stats_2*").texts {
            sum += Int(try control.run("HGET", key, "events").text ?? "") ?? 0
        }
        return (sum, accepted)
    }

    private func costs() throws -> Sample {
        var costs = Sample()
        if pid != 0 { costs.serverMicroseconds = Usage.microseconds(of: pid) }
        costs.redisMicroseconds = Usage.microseconds(of: redis.pid)
        costs.loadMicroseconds = Usage.microseconds(of: getpid())
        let stats = try control.run("INFO", "commandstats").text ?? ""
        for line in stats.split(whereSeparator: \.isNewline) where line.hasPrefix("cmdstat_evalsha:") {
            let field = line.split(separator: ",").first { $0.hasPrefix("usec=") }
            costs.scriptMicroseconds = field.flatMap { Double($0.dropFirst(5)) } ?? 0
        }
        return costs
    }

    private func note(_ sample: inout Sample, since before: Sample) throws {
        let after = try costs()
        sample.serverMicroseconds = after.serverMicroseconds - before.serverMicroseconds
        sample.redisMicroseconds = after.redisMicroseconds - before.redisMicroseconds
        sample.loadMicroseconds = after.loadMicroseconds - before.loadMicroseconds
        sample.scriptMicroseconds = after.scriptMicroseconds - before.scriptMicroseconds
    }

    private func request(_ event: String) throws -> [UInt8] {
        if case .webdis = kind { return Self.post("/", try calls.webdisBody(of: event)) }
        return Self.post("/make-server-b43c05fb/track-event", event)
    }

    static func post(_ path: String, _ body: String) -> [UInt8] {
        let head = """
            POST \(path) HTTP/1.1\r\nHost: crm.example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 \
            Firefox/133.0\r\nAccept: */*\r\nContent-Type: application/json\r\nOrigin: https://www.example.com\r\n\
            Referer: https://www.example.com/\r\nContent-Length: \(body.utf8.count)\r\n\r\n
            """
        return Array((head + body).utf8)
    }

    private func preload(_ customers: Int, _ seed: UInt64) throws {
        var traffic = Traffic(customers: customers, seed: seed)
        let pipeline = try Pipeline(port: redis.port)
        for start in stride(from: 0, to: customers, by: 10_000) {
            let commands = try (start..<min(customers, start + 10_000)).map {
                try calls.protocolBytes(of: traffic.registration(of: $0))
            }
            _ = try pipeline.run(commands, depth: 64)
        }
        accepted += customers
    }

    /// Somebody hears the urgent tasks, as in an office.
    private func listenToAlerts() {
        let socket = redis.socket
        Foundation.Thread {
            guard let client = try? RedisClient(socket: socket) else { return }
            client.setDeadline(seconds: 3600)
            _ = try? client.send(["SUBSCRIBE", "crm_task_urgent", "crm_task_closed"])
            while (try? client.nextMessage()) != nil {}
        }.start()
    }

    private func start(_ settings: [String: String], script: String) throws {
        switch kind {
        case .ceiling: return
        case .crmsync(let threads):
            let defaults = [
                "THREADS": String(threads), "JOURNAL_DIR": folder.file("journal"), "MAX_CONNECTIONS": "20000",
                "RATE_LIMIT": "off",
            ]
            let receiver = try Receiver(redis: redis.url, settings: defaults.merging(settings) { $1 })
            self.receiver = receiver
            (port, pid) = (receiver.port, receiver.pid)
        case .node:
            port = try freePort()
            try start("node", ["Tests/Bench/peer.mjs", String(port), String(redis.port), script])
        case .webdis:
            port = try freePort()
            let file = folder.file("webdis.json")
            try """
            {"redis_host": "127.0.0.1", "redis_port": \(redis.port), "http_host": "127.0.0.1", "http_port": \(port),
             "threads": 1, "daemonize": false, "verbosity": 0, "logfile": "\(folder.file("webdis.log"))"}
            """.write(toFile: file, atomically: true, encoding: .utf8)
            try start("webdis", [file])
        }
    }

    private func start(_ program: String, _ arguments: [String]) throws {
        let child = try ChildProcess(program, arguments, output: folder.file("out"), errors: folder.file("err"))
        self.child = child
        pid = child.pid
        try eventually("\(program) listens") {
            if child.poll() != nil { throw Failure("\(program) ended at once") }
            return (try? HTTPConnection(port: port)) != nil
        }
    }
}
