import HTTP
import Testing

/// Mutated requests. The seed is printed; CRMSYNC_SEED=<number> repeats a run.
struct FuzzTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64

        /// SplitMix64.
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            return z ^ (z >> 31)
        }
    }

    private static let tokens = [
        "\r\n", "\n", "\r", "\0", " ", "\t", ":", ",", ";", "=", "\"", "%", "%00", "%2f", "/../", "0",
        "ffffffffffffffff",
        "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Host: b\r\n", "Connection: close\r\n", "\r\n\r\n",
        "0\r\n\r\n", "chunked", "\u{80}", "\u{ff}", "HTTP/1.0", "http://", "[::1]", "Expect: 100-continue\r\n",
    ].map(\.bytes)

    private static let limits = Limits(requestLine: 200, headerCount: 8, headerBytes: 300, chunkExtensionBytes: 20)

    @Test func `whatever comes in, the cuts do not matter and nothing breaks`() {
        let seed = Environment.seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
        print("CRMSYNC_SEED=\(seed)")
        var random = Random(state: seed)
        let corpus = ConformanceCase.all.map(\.input)
        for round in 0..<8000 {
            let bytes = Self.mutated(corpus, &random)
            let whole = Reading(bytes, limits: Self.limits, bodyLimit: 64).withoutContinues
            let pieces = Self.cut(bytes, &random)
            let inPieces = Reading(pieces, limits: Self.limits, bodyLimit: 64).withoutContinues
            guard whole == inPieces else {
                Issue.record("seed \(seed), round \(round): \(bytes) gives \(whole), and \(inPieces) in pieces")
                return
            }
        }
    }

    private static func mutated(_ corpus: [[UInt8]], _ random: inout Random) -> [UInt8] {
        var bytes = corpus.randomElement(using: &random) ?? []
        if Bool.random(using: &random) { bytes += corpus.randomElement(using: &random) ?? [] }
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(place + Int.random(in: 0...3, using: &random), bytes.count)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.replaceSubrange(place..<end, with: tokens.randomElement(using: &random) ?? [])
            case 1: bytes.replaceSubrange(place..<end, with: [UInt8.random(in: 0...255, using: &random)])
            case 2: bytes.removeSubrange(place..<end)
            default: bytes.insert(contentsOf: bytes[place..<end], at: place)
            }
        }
        return bytes
    }

    private static func cut(_ bytes: [UInt8], _ random: inout Random) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let size = Int.random(in: 1...12, using: &random)
            pieces.append(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        return pieces
    }
}
