import Loop

/// How many events somebody may send: `RATE_LIMIT`, such as `20/s,burst=100`.
public struct RateLimit: Equatable, Sendable {
    /// Events a second in the long run.
    public let perSecond: Double
    /// Events at once after a pause.
    public let burst: Int

    /// Reads `<events>/<s|m|h>[,burst=<events>]`; without a burst it is ten seconds' worth, at least 10. `nil` for
    /// anything else.
    init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let rate = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        let seconds: [Substring: Double] = ["s": 1, "m": 60, "h": 3600]
        guard parts.count <= 2, rate.count == 2, let count = Self.number(rate[0]), let unit = seconds[rate[1]] else {
            return nil
        }
        perSecond = Double(count) / unit
        guard parts.count == 2 else {
            burst = max(10, Int(perSecond * 10))
            return
        }
        guard parts[1].hasPrefix("burst="), let number = Self.number(parts[1].dropFirst("burst=".count)) else {
            return nil
        }
        burst = number
    }

    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let number = Int(text) else { return nil }
        return (1...1_000_000).contains(number) ? number : nil
    }
}

/// A token bucket for each sender, shared by all workers: a browser's connections may end at any of them.
///
/// A bucket is one number, the moment at which it is full again (the Generic Cell Rate Algorithm, ITU-T I.371), so a
/// full bucket and one that was never used are the same and need not be kept.
final class RateLimiter: Sendable {
    /// Buckets that are kept at most: about 2 MB. Of more senders than that those are forgotten that have sent least.
    static let maxBuckets = 65_536

    /// How many of several events pass, and when the others would.
    struct Grant {
        /// Events that pass; they are the first ones.
        let passed: Int
        fileprivate let count: Int
        fileprivate let burst: Int
        fileprivate let interval: Int64
        /// Nanoseconds of sending time that are left in the bucket, less than one event's.
        fileprivate let rest: Int64

        /// Seconds after which the first event that does not pass would; `nil` where all pass.
        var retryAfter: Int? { retryAfter(at: passed) }

        /// Seconds after which the event at this place would pass if it came with those before it; `nil` where it
        /// passes.
        func retryAfter(at place: Int) -> Int? {
            guard (passed..<count).contains(place) else { return nil }
            // A bucket holds no more than a burst: all that follow it wait until it is full, and come in parts.
            let needed = Int64(min(place - passed + 1, burst)) * interval
            return Int((needed - rest + 999_999_999) / 1_000_000_000)
        }
    }

    private let interval: Int64
    private let tolerance: Int64
    private let burst: Int
    private let buckets = Guarded<[Int: Int64]>([:])

    init(_ limit: RateLimit) {
        interval = max(1, Int64(1_000_000_000 / limit.perSecond))
        burst = limit.burst
        tolerance = interval * Int64(limit.burst)
    }

    /// Takes up to `count` events out of the bucket of `sender`, as many as are in it.
    func take(_ count: Int = 1, from sender: Int, at now: Int64) -> Grant {
        buckets.withLock { buckets in
            let full = max(buckets[sender] ?? now, now)
            let free = tolerance - (full - now)
            let passed = min(count, Int(free / interval))
            if passed > 0 {
                if buckets.count >= Self.maxBuckets, buckets[sender] == nil { Self.makeRoom(in: &buckets, now) }
                buckets[sender] = full + interval * Int64(passed)
            }
            return Grant(
                passed: passed, count: count, burst: burst, interval: interval, rest: free - interval * Int64(passed))
        }
    }

    /// How many buckets are kept.
    var count: Int { buckets.withLock { $0.count } }

    /// Leaves at most half, so that who fills the other half again and again pays for each look at all.
    private static func makeRoom(in buckets: inout [Int: Int64], _ now: Int64) {
        let middle = buckets.values.sorted()[buckets.count / 2]
        buckets = buckets.filter { $0.value > max(now, middle) }
    }
}
