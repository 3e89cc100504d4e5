import Foundation
import TestSupport

/// One run: a while with one Redis, a while with two receivers that share one, and a while with a pair of Redis servers
/// and a Sentinel.
struct Chaos {
    private enum Part: String, CaseIterable {
        case single, twins, pair
    }

    private let seconds: Double
    private let seed: UInt64
    private let parts: [Part]

    init() {
        let environment = ProcessInfo.processInfo.environment
        let asked = environment["CHAOS_SECONDS"].flatMap { Double($0) } ?? 600
        seconds = min(3600, max(4, asked))
        let named = (environment["PARTS"] ?? "").split(separator: ",").compactMap { Part(rawValue: String($0)) }
        parts = named.isEmpty ? Part.allCases : named
        seed = environment["SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...UInt64(UInt32.max))
    }

    /// Prints the tables; false when anything was lost, doubled or wrong.
    func run() throws -> Bool {
        say("SEED=\(seed) repeats these customers and faults; \(Int(seconds)) s.\n")
        var random = SeededRandom(seed: seed)
        let share = seconds / Double(parts.count)
        var isClean = true
        for part in parts {
            switch part {
            case .single:
                let single = try Single()
                isClean = try round("One Redis", single, for: share, &random) && isClean
                single.remove()
            case .twins: isClean = try Twins().run(for: share, &random) && isClean
            case .pair:
                isClean = try round("A primary, its replica and a Sentinel", Pair(), for: share, &random) && isClean
            }
        }
        return isClean
    }

    private func round(_ title: String, _ stage: any Stage, for time: Double, _ random: inout SeededRandom) throws
        -> Bool
    {
        let crowd = Crowd(stage.shop, seed: random.next())
        crowd.start()
        let deadline = Deadline.after(time)
        var faults: [String: Int] = [:]
        while !deadline.hasPassed, crowd.failure == nil {
            usleep(UInt32.random(in: 100_000...3_000_000, using: &random))
            let fault = stage.faults[Int.random(in: 0..<stage.faults.count, using: &random)]
            faults[fault.name, default: 0] += 1
            try fault.strike(&random)
        }
        try crowd.finish()
        try stage.shop.awaitReplay()
        let check = try Check(stage.reader(), crowd.customers)
        Report.print(title, crowd.counts, faults, check)
        return check.isClean && crowd.counts.others == 0
    }
}

/// Something that goes wrong, and is mended again before it returns.
struct Fault {
    let name: String
    let strike: (inout SeededRandom) throws -> Void
}

/// Where the events go, and what can happen there.
protocol Stage {
    /// The receiver.
    var shop: Shop { get }
    /// What can happen.
    var faults: [Fault] { get }
    /// A connection to the Redis that holds everything at the end.
    func reader() throws -> RedisClient
}
