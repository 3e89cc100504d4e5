import Foundation

/// A random source that can be repeated: the seed is printed, and `CRMSYNC_SEED` sets it (SplitMix64).
public struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    /// A source whose seed is that of this test run.
    public init() {
        self.init(seed: Self.runSeed)
    }

    /// A source with this seed.
    public init(seed: UInt64) {
        state = seed
    }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private static let runSeed: UInt64 = {
        let given = ProcessInfo.processInfo.environment["CRMSYNC_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: 1...UInt64(UInt32.max))
        print("Random seed of this run: CRMSYNC_SEED=\(seed)")
        return seed
    }()
}
