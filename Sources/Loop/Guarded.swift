import Synchronization

/// A value of several threads behind a lock.
///
/// This is a `Mutex`, and around what is done under it a load and a store of an atomic number, which cost nothing: the
/// thread sanitizer does not see the futex that Swift's `Mutex` stands on, and would take what is guarded for a race.
/// An acquire that follows a release it does see, so no race has to be excused, where a true one could hide.
public struct Guarded<Value>: ~Copyable, Sendable {
    @usableFromInline let mutex: Mutex<Value>
    @usableFromInline let order = Atomic<Int>(0)

    /// Guards this value.
    public init(_ value: sending Value) { mutex = Mutex(value) }

    /// Does something with the value while no other thread does.
    @inlinable
    public func withLock<Result>(_ body: (inout sending Value) -> sending Result) -> sending Result {
        mutex.withLock { value in
            _ = order.load(ordering: .acquiring)
            defer { order.store(0, ordering: .releasing) }
            return body(&value)
        }
    }
}
