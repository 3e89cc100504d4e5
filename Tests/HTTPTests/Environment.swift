import Glibc

/// What the person who runs the tests may set.
enum Environment {
    /// CRMSYNC_SEED: the seed of random tests.
    static var seed: UInt64? {
        getenv("CRMSYNC_SEED").flatMap { UInt64(String(cString: $0)) }
    }
}
