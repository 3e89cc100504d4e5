import Foundation
import Loop
import TestSupport

/// Runs all rivals in turn, round after round, and prints tables. Each figure is the median of the rounds.
struct Bench {
    /// What can be chosen, by variables of the environment.
    struct Options {
        let rounds = Self.number("ROUNDS", 5)
        let events = Self.number("EVENTS", 15_000)
        let seconds = Self.number("SECONDS", 3)
        let growth = Self.number("GROWTH", 1_000_000)
        let customers = Self.number("CUSTOMERS", 10_000)
        let contacts = Self.number("CONTACTS", 100_000)
        let activities = Self.number("ACTIVITIES", 1_000_000)
        let seed = UInt64(Self.number("SEED", 1))
        let parts = Self.words("PARTS")
        let rivals = Self.words("RIVALS")

        private static func words(_ name: String) -> [Substring]? {
            ProcessInfo.processInfo.environment[name].map { $0.split(separator: ",") }
        }

        private static func number(_ name: String, _ fallback: Int) -> Int {
            ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? fallback
        }
    }

    private let options = Options()
    private var random: SeededRandom
    private var traffic: Traffic

    init() {
        random = SeededRandom(seed: options.seed)
        traffic = Traffic(customers: options.customers, seed: options.seed)
    }

    mutating func run() throws {
        raiseDescriptorLimit()
        print(
            "Seed \(options.seed), \(options.customers) customers, \(options.rounds) rounds, "
                + "\(ProcessInfo.processInfo.activeProcessorCount) cores.\n")
        let rivals = try contenders()
        if shows("closed") { try compare(rivals, title: "64 connections, closed loop", connections: 64) }
        if shows("one") {
            try compare(rivals, title: "1 connection, closed loop", connections: 1, events: options.events / 5)
        }
        for rate in [1_000, 3_000] where shows("open") {
            try compare(
                rivals.filter { $0.pid != 0 }, title: "\(rate) events/s, open loop", connections: 64,
                rate: Double(rate), events: rate * options.seconds)
        }
        if shows("cost") { try costs() }
        if shows("memory") { try memory() }
        // A minute and a half: only for who asks for it.
        if options.parts?.contains("growth") == true { try growth() }
        if shows("redis-memory") {
            var costs = try KeyCosts()
            try costs.run()
        }
        if shows("abuse") {
            var abuse = Abuse(seconds: options.seconds, seed: options.seed)
            try abuse.run()
        }
        if shows("outage") { try OutageBench(seconds: max(5, options.seconds), seed: options.seed).run() }
        if options.parts?.contains("reading") == true {
            var reading = try Reading(
                contacts: options.contacts, activities: options.activities, seed: options.seed)
            try reading.run()
        }
        for rival in rivals {
            let (redis, answers) = try rival.counted()
            print(
                "\(rival.name): Redis counted \(redis) events, \(answers) were confirmed: \(redis == answers ? "equal" : "WRONG")"
            )
        }
    }

    private func shows(_ part: Substring) -> Bool { options.parts?.contains(part) ?? true }

    private func rival(_ kind: Rival.Kind, _ name: String, customers: Int? = nil, _ settings: [String: String] = [:])
        throws
        -> Rival
    {
        try Rival(kind, name, customers: customers ?? options.customers, seed: options.seed, settings: settings)
    }

    private func contenders() throws -> [Rival] {
        guard shows("closed") || shows("one") || shows("open") else { return [] }
        let all: [(word: String, kind: Rival.Kind, name: String, program: String)] = [
            ("crmsync", .crmsync(threads: 1), "crmsync", "redis-server"),
            ("crmsync2", .crmsync(threads: 2), "crmsync, 2 threads", "redis-server"),
            ("node", .node, "Node http", "node"), ("webdis", .webdis, "webdis", "webdis"),
            ("redis", .ceiling, "Redis alone, pipelined", "redis-server"),
        ]
        return try all.compactMap { candidate in
            guard options.rivals.map({ $0.contains(Substring(candidate.word)) }) ?? true else { return nil }
            guard Self.isInstalled(candidate.program) else {
                print("\(candidate.program) is not installed: left out.\n")
                return nil
            }
            return try rival(candidate.kind, candidate.name)
        }
    }

    /// One table: every rival, interleaved.
    private mutating func compare(
        _ rivals: [Rival], title: String, connections: Int, rate: Double? = nil, events: Int? = nil
    ) throws {
        var samples: [[Sample]] = rivals.map { _ in [] }
        // The first round warms up: caches, tables that grow, code that is compiled as it runs.
        for round in 0...options.rounds {
            for (index, rival) in rivals.enumerated() {
                let count = round == 0 ? min(2_000, options.events) : events ?? options.events
                let batch = (0..<count).map { _ in traffic.next() }
                let sample = try rival.measure(batch, connections: connections, rate: rate, random: &random)
                if round > 0 { samples[index].append(sample) }
            }
        }
        Report.printTable(title, zip(rivals.map(\.name), samples))
    }

    /// What an event costs when there is more of something.
    private mutating func costs() throws {
        var rows: [(String, [Sample])] = []
        var traffic = traffic
        let usual = try rival(.crmsync(threads: 1), "")
        let few = try rival(.crmsync(threads: 1), "", customers: 100, ["TIMELINE_LIMIT": "1000"])
        let quiet = try rival(.crmsync(threads: 1), "", ["LOG_LEVEL": "error"])
        var fewTraffic = Traffic(customers: 100, seed: options.seed + 1)
        var manyTraffic = Traffic(customers: 1_000_000, seed: options.seed + 2)
        var runs: [(title: String, rival: Rival, connections: Int, event: () -> String)] = [
            ("64 connections", usual, 64, { traffic.next() }), ("10 connections", usual, 10, { traffic.next() }),
            ("5,000 connections", usual, 5_000, { traffic.next() }),
            ("100 contacts, timelines full", few, 64, { fewTraffic.next() }),
            ("log level error", quiet, 64, { traffic.next() }),
        ]
        // A hundred timelines are full after 100,000 events.
        let filling = (0..<110_000).map { _ in fewTraffic.next() }
        _ = try few.measure(filling, connections: 64, rate: nil, random: &random)
        if options.customers < 1_000_000, ProcessInfo.processInfo.environment["MILLION"] == "1" {
            let many = try rival(.crmsync(threads: 1), "", customers: 1_000_000)
            runs.append(("1,000,000 contacts", many, 64, { manyTraffic.next() }))
        }
        rows = runs.map { ($0.title, []) }
        for _ in 0..<options.rounds {
            for (index, run) in runs.enumerated() {
                let batch = (0..<options.events).map { _ in run.event() }
                rows[index].1.append(
                    try run.rival.measure(batch, connections: run.connections, rate: nil, random: &random))
            }
        }
        Report.printTable("What an event costs, crmsync", rows)
    }

    /// Idle connections, and the time from start to ready.
    private mutating func memory() throws {
        let redis = try PrivateRedis { $0.opensPort = true }
        var starts: [Double] = []
        for _ in 0..<max(5, options.rounds) {
            let start = Moment.now()
            let receiver = try Receiver(redis: redis.url, settings: ["RATE_LIMIT": "off"])
            starts.append(Double(Moment.now().since(start)) / 1e6)
            _ = try receiver.stop()
        }
        let settings = ["MAX_CONNECTIONS": "20000"]
        let receiver = try Receiver(redis: redis.url, settings: settings)
        var rows = ["0": Usage.residentKilobytes(of: receiver.pid)]
        let loop = try EventLoop()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
        defer { buffer.deallocate() }
        var clients: [Client] = []
        for count in [1_000, 10_000] {
            while clients.count < count { clients.append(try Client(port: receiver.port, buffer: buffer, loop: loop)) }
            // One answered request proves that all connections before it were taken.
            _ = try receiver.connect().get("/healthz")
            rows[String(count)] = Usage.residentKilobytes(of: receiver.pid)
        }
        for client in clients { client.close(loop) }
        print("### Memory and start, crmsync\n")
        print("| idle keep-alive connections | RSS MB |\n|---|--:|")
        for count in ["0", "1000", "10000"] {
            print("| \(count) | \(Report.text(Double(rows[count] ?? 0) / 1024, 1)) |")
        }
        print("\nStart to ready: \(Report.text(starts.median, 0)) ms (in steps of 2 ms).\n")
    }

    /// Memory during a million events: what they need is there after the first tenth, and then nothing may grow.
    private mutating func growth() throws {
        let rival = try rival(.crmsync(threads: 1), "")
        print("### Memory during \(options.growth) events, crmsync\n")
        print("| events | RSS MB |\n|--:|--:|")
        var early = 0
        var last = 0
        for step in 1...10 {
            let events = (0..<options.growth / 10).map { _ in traffic.next() }
            let sample = try rival.measure(events, connections: 64, rate: nil, random: &random)
            guard sample.errors == 0 else { throw Failure("\(sample.errors) errors") }
            last = sample.residentKilobytes
            if step == 1 { early = last }
            print("| \(options.growth / 10 * step) | \(Report.text(Double(last) / 1024, 1)) |")
        }
        print("\nGrown by \(last - early) kB since the first tenth: \(last - early < 2_048 ? "steady" : "WRONG").\n")
    }

    private func raiseDescriptorLimit() {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private static func isInstalled(_ program: String) -> Bool {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
    }
}
