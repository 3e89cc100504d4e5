/// Something that belongs to one loop's thread and passes through other threads without being touched there: a callback
/// that another thread carries back by ``Handover/perform(_:)``.
public struct LoopBound<Value>: @unchecked Sendable {
    // Unchecked: only the loop's own thread may call `value`, which is what the name promises.
    /// The thing; for the loop's own thread.
    public let value: Value

    /// Wraps `value` for the way.
    public init(_ value: Value) { self.value = value }
}
