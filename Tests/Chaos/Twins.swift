import Foundation
import Synchronization
import TestSupport

/// Two receivers that share one Redis, both watching, and visitors whose clocks are off by up to ten seconds: whoever
/// booked must never be called, and whoever left must be, once.
final class Twins: Sendable {
    private static let visitors = 24
    /// Seconds of silence after which a booking counts as abandoned: more than a clock that is ten seconds behind and
    /// an outage take together.
    private static let silence = 30.0
    private static let serverKey = "sk_chaos_0123456789"

    private struct State {
        var visitors: [Visitor] = []
        var running = 0
        var isEnding = false
        var failure: String?
    }

    private let redis: PrivateRedis
    private let folder: TemporaryFolder
    private let shops: [Shop]
    private let state = Mutex(State())

    init() throws {
        folder = try TemporaryFolder()
        redis = try PrivateRedis {
            $0.appendOnly = true
            $0.opensPort = true
            $0.more = ["--appendfsync", "always"]
        }
        let settings = ["ABANDON_AFTER_MINUTES": String(Self.silence / 60), "SERVER_KEYS": Self.serverKey]
        shops = try [0, 1].map { [redis, folder] number in
            try Shop(redis: redis.url, journal: folder.file("journal\(number)"), settings)
        }
    }

    /// Runs for so many seconds, prints a table; false when anything was lost, doubled, or told wrongly.
    func run(for seconds: Double, _ random: inout SeededRandom) throws -> Bool {
        let seed = random.next()
        state.withLock { $0.running = Self.visitors }
        for number in 0..<Self.visitors {
            Thread { [self] in visit(number, SeededRandom(seed: seed &+ UInt64(number))) }.start()
        }
        var faults: [String: Int] = [:]
        let deadline = Deadline.after(seconds)
        while !deadline.hasPassed, state.withLock({ $0.failure }) == nil {
            usleep(UInt32.random(in: 500_000...4_000_000, using: &random))
            faults[try strike(&random), default: 0] += 1
        }
        state.withLock { $0.isEnding = true }
        try eventually("the visitors end", within: 120) { state.withLock { $0.running } == 0 }
        if let failure = state.withLock({ $0.failure }) { throw Failure(failure) }
        for shop in shops { try shop.awaitReplay() }
        let client = try redis.client()
        try eventually("no booking is in progress any more", within: 180) {
            try client.run("ZCARD", "crm_index_bookings_open") == .integer(0)
        }
        let check = try TwinsCheck(client, state.withLock { $0.visitors })
        check.print(faults)
        for shop in shops { shop.killHard() }
        return check.isClean
    }

    private func strike(_ random: inout SeededRandom) throws -> String {
        let shop = shops[Int.random(in: 0...1, using: &random)]
        let pause = UInt32.random(in: 200_000...2_000_000, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
            redis.killHard()
            usleep(pause)
            try startRedis()
            return "Redis killed"
        case 1:
            redis.freeze()
            usleep(pause)
            redis.thaw()
            return "Redis frozen"
        case 2:
            shop.killHard()
            try shop.start()
            return "receiver killed"
        case 3:
            redis.killHard()
            usleep(pause)
            shop.killHard()
            try shop.start()
            try startRedis()
            return "receiver killed in an outage"
        default:
            try shop.stop()
            try shop.start()
            return "receiver stopped"
        }
    }

    /// After half an hour it has a hundred thousand keys to read.
    private func startRedis() throws {
        try redis.start(awaitsAnswer: false)
        try eventually("Redis has loaded", within: 60) { (try? redis.client().run("PING")) != nil }
    }

    private func visit(_ number: Int, _ seed: SeededRandom) {
        var (random, count) = (seed, 0)
        do {
            while !state.withLock({ $0.isEnding }) {
                count += 1
                var visitor = Visitor("v\(number)-\(count)", &random)
                var choice = random
                try visitor.visit(&random) { event, isBackEnd in
                    try deliver(event.text, isBackEnd, Int.random(in: 0...1, using: &choice))
                }
                state.withLock { [visitor] in $0.visitors.append(visitor) }
            }
        } catch {
            state.withLock { $0.failure = "\(error)" }
        }
        state.withLock { $0.running -= 1 }
    }

    /// Sends an event until it is acknowledged, to either receiver in turn.
    private func deliver(_ text: String, _ isBackEnd: Bool, _ first: Int) throws {
        let headers = isBackEnd ? [("Authorization", "Bearer \(Self.serverKey)")] : []
        let deadline = Deadline.after(60)
        var turn = first
        while !deadline.hasPassed {
            if let connection = try? shops[turn % 2].connect(),
                (try? connection.send("POST", "/make-server-b43c05fb/track-event", headers: headers, body: text))
                    != nil,
                let answer = try? connection.readResponse()
            {
                if answer.status == 200 || answer.status == 202 { return }
                if answer.status != 503 { throw Failure("\(answer.status) \(answer.text): \(text)") }
            }
            turn += 1
            usleep(20_000)
        }
        throw Failure("an event was taken by nobody for 60 s: \(text)")
    }
}
