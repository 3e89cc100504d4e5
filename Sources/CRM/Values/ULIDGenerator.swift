import Glibc

/// Makes ids that are all different and rise: by time, and within a millisecond (or while the clock steps back) by one.
///
/// One generator belongs to one worker; ids of two workers differ by their random bits.
public struct ULIDGenerator {
    private let random: (UnsafeMutableRawBufferPointer) -> Void
    private var pool: [UInt64] = []
    private var last: UInt128 = 0

    /// - Parameter random: fills a buffer with random bytes; by default from the system.
    public init(random: @escaping (UnsafeMutableRawBufferPointer) -> Void = Self.systemRandom) {
        self.random = random
    }

    /// The next id.
    ///
    /// - Parameter time: the time by our own clock. Never a time that somebody sent: after one from the year 9999 all
    ///   ids would carry that year, since ids never go back.
    public mutating func next(at time: Timestamp) -> ULID {
        let stamp = UInt128(UInt64(time.milliseconds)) << 80
        if stamp >> 80 > last >> 80 {
            // The top random bit stays clear: room for 2^79 steps within a millisecond, which nobody ever takes.
            last = stamp | UInt128(word() >> 49) << 64 | UInt128(word())
        } else {
            last += 1
        }
        return ULID(value: last)
    }

    private mutating func word() -> UInt64 {
        if pool.isEmpty { refill() }
        return pool.removeLast()
    }

    /// Asks for 256 bytes at once: `SystemRandomNumberGenerator` makes a system call for every eight.
    private mutating func refill() {
        pool = [UInt64](repeating: 0, count: 32)
        pool.withUnsafeMutableBytes { random($0) }
    }

    /// Random bytes from the kernel; `buffer` has at most 256, the limit of `getentropy`.
    public static func systemRandom(_ buffer: UnsafeMutableRawBufferPointer) {
        // It fails only for a bad address, a larger buffer or a kernel without getrandom: ids would then repeat, so
        // stop.
        guard getentropy(buffer.baseAddress, buffer.count) == 0 else { fatalError("getentropy failed: \(errno)") }
    }
}
