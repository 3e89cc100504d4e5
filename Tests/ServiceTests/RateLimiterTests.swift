import TestSupport
import Testing

@testable import Service

/// Counting senders, with a clock that the test moves.
@Suite struct RateLimiterTests {
    private let second: Int64 = 1_000_000_000

    @Test(arguments: [
        ("20/s,burst=100", 20.0, 100), ("20/s", 20.0, 200), ("60/m", 1.0, 10), ("36/h,burst=1", 0.01, 1),
        ("1/s,burst=1000000", 1.0, 1_000_000),
    ])
    func `a limit is read`(text: String, perSecond: Double, burst: Int) throws {
        let limit = try #require(RateLimit(text))
        #expect(limit.perSecond == perSecond)
        #expect(limit.burst == burst)
    }

    @Test(arguments: [
        "", "20", "20/", "/s", "0/s", "20/d", "20/s,", "20/s,100", "20/s,burst=0", "20/s,burst=", "+20/s", "2.5/s",
        "20/s,burst=5,x", "1000001/s",
    ])
    func `what is no limit is refused`(text: String) {
        #expect(RateLimit(text) == nil)
    }

    private func limiter(_ text: String) throws -> RateLimiter { RateLimiter(try #require(RateLimit(text))) }

    @Test func `a burst passes, then as many as the rate allows`() throws {
        let limiter = try limiter("2/s,burst=5")
        for _ in 0..<5 { #expect(limiter.take(from: 1, at: 0).retryAfter == nil) }
        #expect(limiter.take(from: 1, at: 0).retryAfter == 1)
        #expect(limiter.take(from: 2, at: 0).retryAfter == nil, "another sender has another bucket")
        #expect(limiter.take(from: 1, at: second / 2).retryAfter == nil)
        #expect(limiter.take(from: 1, at: second / 2).retryAfter == 1)
        for _ in 0..<5 { #expect(limiter.take(from: 1, at: 100 * second).retryAfter == nil) }
        #expect(limiter.take(from: 1, at: 100 * second).retryAfter != nil)
    }

    @Test(arguments: [(9, 9), (10, 10), (11, 10), (500, 10)])
    func `of several events as many pass as the bucket holds`(count: Int, passed: Int) throws {
        let limiter = try limiter("1/s,burst=10")
        #expect(limiter.take(count, from: 1, at: 0).passed == passed)
        #expect(limiter.take(10, from: 1, at: 0).passed == 10 - passed, "those that pass are paid for, all of them")
    }

    @Test func `each event that does not pass is told when it would`() throws {
        let limiter = try limiter("1/m,burst=3")
        let grant = limiter.take(8, from: 1, at: 0)
        #expect((0..<9).map { grant.retryAfter(at: $0) } == [nil, nil, nil, 60, 120, 180, 180, 180, nil])
        #expect(grant.retryAfter == 60)
        let later = limiter.take(3, from: 1, at: 90 * second)
        #expect(later.passed == 1)
        #expect((0..<3).map { later.retryAfter(at: $0) } == [nil, 30, 90])
        // Who comes when it was told passes.
        #expect(limiter.take(2, from: 1, at: 180 * second).retryAfter == nil)
    }

    @Test func `events that do not pass cost nothing`() throws {
        let limiter = try limiter("1/h,burst=2")
        #expect(limiter.take(2, from: 1, at: 0).retryAfter == nil)
        for _ in 0..<100 { #expect(limiter.take(500, from: 1, at: 0).retryAfter == 3600) }
        #expect(limiter.take(from: 1, at: 3600 * second).retryAfter == nil)
    }

    @Test func `memory is bounded however many senders come`() throws {
        let limiter = try limiter("1/h,burst=1")
        for sender in 0..<(RateLimiter.maxBuckets * 2 + 10) { _ = limiter.take(from: sender, at: 0) }
        #expect(limiter.count <= RateLimiter.maxBuckets)
    }

    @Test func `who has sent most is remembered, however many others come`() throws {
        let limiter = try limiter("1/h,burst=2")
        #expect(limiter.take(2, from: -1, at: 0).retryAfter == nil)
        for sender in 0..<(RateLimiter.maxBuckets * 3) { _ = limiter.take(from: sender, at: 0) }
        #expect(limiter.take(from: -1, at: 0).retryAfter != nil)
        // Making room costs as much as all that are kept, so it must not be done for each that comes.
        #expect(limiter.count <= RateLimiter.maxBuckets)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.1", false),
        ("192.168.1.128/25", "192.168.1.129", true), ("192.168.1.128/25", "192.168.1.127", false),
        ("::1", "::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
        ("2001:db8::/33", "2001:db8:7fff::1", true), ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::1", false),
        ("127.0.0.1", "::ffff:127.0.0.1", true),
    ])
    func `a block holds its addresses`(block: String, address: String, isInside: Bool) throws {
        let block = try #require(AddressBlock(block))
        #expect(block.contains(try #require(ClientAddress.parse(address))) == isInside)
    }

    @Test(arguments: ["", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "host", "::/129", "10.0.0.0/+8", "1.2.3.4/8/8"])
    func `what is no block is refused`(text: String) { #expect(AddressBlock(text) == nil) }

    @Test func `behind proxies the last address that is none of them counts`() throws {
        let trusted = ["10.0.0.0/8", "::1"].compactMap(AddressBlock.init)
        func client(_ peer: String, _ entries: [String]) throws -> [UInt8] {
            ClientAddress.of(
                peer: try #require(ClientAddress.parse(peer)), forwardedFor: entries, trusted: trusted)
        }
        #expect(try client("1.1.1.1", ["2.2.2.2"]) == [1, 1, 1, 1], "the peer is no proxy of ours")
        #expect(try client("10.0.0.1", ["6.6.6.6", "2.2.2.2"]) == [2, 2, 2, 2])
        #expect(try client("10.0.0.1", ["6.6.6.6", "2.2.2.2", "10.9.9.9"]) == [2, 2, 2, 2])
        #expect(try client("10.0.0.1", ["2.2.2.2", "garbage"]) == [10, 0, 0, 1])
        #expect(try client("10.0.0.1", []) == [10, 0, 0, 1])
        #expect(try client("10.0.0.1", ["2.2.2.2:5678", "10.9.9.9:1"]) == [2, 2, 2, 2], "some proxies add a port")
        let six = try #require(ClientAddress.parse("2001:db8::7"))
        for entry in ["2001:db8::7", "[2001:db8::7]", "[2001:db8::7]:443"] {
            #expect(try client("10.0.0.1", ["6.6.6.6", entry]) == six)
        }
        for entry in ["[2001:db8::7", "2.2.2:80", "[]", ":80", "unknown", "_hidden", "2.2.2.2 "] {
            #expect(try client("10.0.0.1", ["6.6.6.6", entry]) == [10, 0, 0, 1], "\(entry)")
        }
    }

    @Test func `an IPv6 client is its network of 64 bits`() throws {
        func bucket(_ text: String) throws -> Int { ClientAddress.bucket(try #require(ClientAddress.parse(text))) }
        #expect(try bucket("2001:db8:1:2::1") == bucket("2001:db8:1:2:ffff::9"))
        #expect(try bucket("2001:db8:1:2::1") != bucket("2001:db8:1:3::1"))
        #expect(try bucket("1.2.3.4") != bucket("1.2.3.5"))
    }
}
