import Foundation
import Loop
import TestSupport

/// What it costs to lose nothing: Redis that waits for its disk, events that wait on ours, and their way back.
struct OutageBench {
    let seconds: Int
    let seed: UInt64
    private let rate = 1_000
    /// Ways in which Redis keeps its data.
    private static let modes = [
        ("no file", []), ("appendfsync everysec", ["--appendfsync", "everysec"]),
        ("appendfsync always", ["--appendfsync", "always"]),
    ]

    func run() throws {
        print("### Outages, crmsync with one thread\n")
        print(
            "| \(rate) events/s, open loop | 200 | 202 | else | p50 ms | p99 ms | p99.9 ms |\n|---|--:|--:|--:|--:|--:|--:|"
        )
        for mode in Self.modes {
            let site = try Site(mode.1)
            try site.printRow("Redis there, \(mode.0)", events: rate * seconds, rate: rate, seed)
        }
        let away = try Site(["--appendfsync", "always"])
        away.redis.killHard()
        try away.printRow("Redis away, fsync on", events: rate * seconds, rate: rate, seed)
        try away.redis.start()
        try away.printRow("Redis back, \(rate * seconds) events to replay", events: rate * seconds, rate: rate, seed)
        print("")
        try replay()
        print("| 64 connections, closed loop | events/s |\n|---|--:|")
        for mode in Self.modes {
            let site = try Site(mode.1)
            let load = try site.load(20_000, seed)
            let took = try load.runClosed()
            print("| \(mode.0) | \(Report.text(20_000 / took, 0)) |")
        }
        print("")
    }

    /// How fast what waited goes to Redis: alone, and beside live events.
    private func replay() throws {
        print("| replay of 50,000 events | events/s |\n|---|--:|")
        for mode in [Self.modes[0], Self.modes[2]] {
            let site = try Site(mode.1)
            site.redis.killHard()
            _ = try site.load(50_000, seed).runClosed()
            try site.redis.start()
            print("| \(mode.0) | \(Report.text(50_000 / (try site.secondsToReplay()), 0)) |")
        }
        print("")
    }
}

/// A receiver with a journal and its Redis.
private final class Site {
    let redis: PrivateRedis
    private let receiver: Receiver
    private let folder: TemporaryFolder
    private var random: SeededRandom

    init(_ arguments: [String]) throws {
        folder = try TemporaryFolder()
        random = SeededRandom(seed: 1)
        redis = try PrivateRedis {
            $0.opensPort = true
            $0.appendOnly = !arguments.isEmpty
            $0.more = arguments
        }
        receiver = try Receiver(
            redis: redis.url, settings: ["JOURNAL_DIR": folder.file("journal"), "RATE_LIMIT": "off"])
        try eventually("Redis is found") { try receiver.connect().get("/readyz").json()["redis"] == true }
        // Connections, tables and code are warm then.
        _ = try load(2_000, 7).runClosed()
    }

    func load(_ events: Int, _ seed: UInt64) throws -> Load {
        var traffic = Traffic(customers: 10_000, seed: seed)
        let requests = (0..<events).map { _ in Rival.post("/make-server-b43c05fb/track-event", traffic.next()) }
        return try Load(port: receiver.port, connections: 64, requests: requests)
    }

    func printRow(_ name: String, events: Int, rate: Int, _ seed: UInt64) throws {
        let load = try load(events, seed)
        _ = try load.runOpen(rate: Double(rate), random: &random)
        let (middle, high, highest) = load.latencies.percentiles()
        let (stored, queued) = (load.statuses[200] ?? 0, load.statuses[202] ?? 0)
        let times = [middle, high, highest].map { Report.text($0 / 1000, 2) }.joined(separator: " | ")
        print("| \(name) | \(stored) | \(queued) | \(events - stored - queued) | \(times) |")
    }

    func secondsToReplay() throws -> Double {
        let connection = try receiver.connect()
        try eventually("replay begins", within: 30) { try connection.get("/readyz").json()["redis"] == true }
        let start = Moment.now()
        let pending = try self.pending(connection)
        try eventually("replay ends", within: 120) { try self.pending(connection) == 0 }
        // Some were through before the first look.
        return Double(Moment.now().since(start)) / 1e9 * 50_000 / Double(max(1, pending))
    }

    private func pending(_ connection: HTTPConnection) throws -> Int {
        let answer = try connection.get("/readyz").json()
        return answer["queued"]?.number.map { Int($0) } ?? 0
    }
}
