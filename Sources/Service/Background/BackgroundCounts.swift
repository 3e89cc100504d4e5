import Synchronization

/// What the background thread has done since the start, for `/metrics`.
final class BackgroundCounts: Sendable {
    /// Bookings that the watch gave up as abandoned.
    let abandoned = Atomic<Int>(0)
    /// Bookings given up whose browser had said that it may be leaving.
    let left = Atomic<Int>(0)
    /// Alerts that were repeated because nobody had heard them.
    let repeated = Atomic<Int>(0)
    /// Contacts erased because they were without activity for `RETENTION_DAYS`.
    let expired = Atomic<Int>(0)
    /// Tasks removed because they were over for `TASK_DAYS`.
    let trimmed = Atomic<Int>(0)
    /// Bytes that Redis uses, and may use; 0 where it does not say, and without a limit.
    let redisMemory = Atomic<Int>(0)
    let maxRedisMemory = Atomic<Int>(0)
    /// How often the database was found to be another one.
    let databaseChanges = Atomic<Int>(0)
}
