/// Timers in order of time: few, so a sorted array is enough (deadlines of connections are swept, not timed each).
public struct TimerQueue {
    /// Names a timer for cancelling.
    public struct ID: Hashable, Sendable { let number: UInt64 }

    private struct Entry {
        let id: ID
        let time: Moment
        let action: () -> Void
    }

    private var entries: [Entry] = []
    private var lastNumber: UInt64 = 0

    /// An empty queue.
    public init() {}

    /// Runs `action` at `time`; equal times run in the order of their adding.
    public mutating func add(at time: Moment, _ action: @escaping () -> Void) -> ID {
        lastNumber += 1
        let entry = Entry(id: ID(number: lastNumber), time: time, action: action)
        let index = entries.firstIndex { $0.time > time } ?? entries.endIndex
        entries.insert(entry, at: index)
        return entry.id
    }

    /// Forgets a timer.
    public mutating func cancel(_ id: ID) { entries.removeAll { $0.id == id } }

    /// Takes out what is due.
    public mutating func due(at now: Moment) -> [() -> Void] {
        guard let first = entries.first, first.time <= now else { return [] }
        let count = entries.firstIndex { $0.time > now } ?? entries.endIndex
        defer { entries.removeFirst(count) }
        return entries[..<count].map(\.action)
    }

    /// How long to wait for the next one, rounded up; -1 for ever.
    public func milliseconds(from now: Moment) -> Int32 {
        guard let next = entries.first else { return -1 }
        return Int32(clamping: max(0, (next.time.since(now) + 999_999) / 1_000_000))
    }
}
