import CSystem
import Glibc

/// What a file descriptor is ready for.
public struct Readiness: OptionSet, Sendable {
    /// Bits of `epoll_event.events`.
    public let rawValue: UInt32
    /// The bits as epoll has them.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// There is something to read, or the other side has closed.
    public static let read = Readiness(rawValue: EPOLLIN.rawValue)
    /// There is room to write.
    public static let write = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The connection is broken; always reported.
    public static let broken = Readiness(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
}

/// Something with a file descriptor that the loop watches.
public protocol EventSource: AnyObject {
    /// Called on the loop's thread when the descriptor is ready.
    func ready(_ readiness: Readiness)
}

/// One thread's epoll loop: descriptors, timers, and work handed over by other threads.
///
/// All methods are for the loop's own thread, except ``perform(_:)``.
public final class EventLoop {
    /// What one registration needs, so that an event for a closed descriptor never reaches its successor.
    private struct Registration {
        var source: (any EventSource)?
        var generation: UInt32 = 0
    }

    /// Called at the end of each round, after all that was ready has been served: the place to flush.
    public var afterRound: () -> Void = {}
    /// The monotonic clock, read once a round.
    public private(set) var now = Moment.now()
    /// The wall clock in epoch milliseconds, read once a round.
    public private(set) var wallClock = Moment.wallClock()

    private let epoll: Int32
    private var registrations: [Registration] = []
    private var timers = TimerQueue()
    private let inbox: Inbox
    private var running = true

    /// A loop with nothing to watch.
    public init() throws(SystemError) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw SystemError("epoll_create1") }
        inbox = try Inbox()
        try add(inbox.descriptor, for: .read, source: inbox)
    }

    deinit { close(epoll) }

    /// Hands work to the loop's thread; safe from any thread.
    public var handover: Handover { Handover(inbox: inbox) }

    /// Watches `descriptor` until ``remove(_:)``.
    public func add(_ descriptor: Int32, for interest: Readiness, source: any EventSource) throws(SystemError) {
        let index = Int(descriptor)
        while registrations.count <= index { registrations.append(Registration()) }
        registrations[index].source = source
        registrations[index].generation &+= 1
        try control(EPOLL_CTL_ADD, descriptor, interest)
    }

    /// Changes what `descriptor` is watched for.
    public func modify(_ descriptor: Int32, for interest: Readiness) throws(SystemError) {
        try control(EPOLL_CTL_MOD, descriptor, interest)
    }

    /// Stops watching `descriptor`; call before closing it.
    public func remove(_ descriptor: Int32) {
        guard registrations.indices.contains(Int(descriptor)) else { return }
        registrations[Int(descriptor)].source = nil
        var event = epoll_event()
        _ = epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event)
    }

    /// Runs `action` once, `milliseconds` from now.
    @discardableResult
    public func schedule(after milliseconds: Int64, _ action: @escaping () -> Void) -> TimerQueue.ID {
        timers.add(at: Moment.now().adding(milliseconds: milliseconds), action)
    }

    /// Forgets a timer; no harm when it has fired.
    public func cancel(_ timer: TimerQueue.ID) { timers.cancel(timer) }

    /// Serves until ``stop()``.
    public func run() throws(SystemError) {
        let capacity: Int32 = 256
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Int(capacity))
        defer { events.deallocate() }
        while running {
            let count = epoll_wait(epoll, events, capacity, timers.milliseconds(from: Moment.now()))
            if count < 0 && errno != EINTR { throw SystemError("epoll_wait") }
            now = Moment.now()
            wallClock = Moment.wallClock()
            for index in 0..<max(0, Int(count)) { dispatch(events[index]) }
            for action in timers.due(at: now) { action() }
            afterRound()
        }
    }

    /// Ends ``run()`` after this round.
    public func stop() { running = false }

    private func dispatch(_ event: epoll_event) {
        let registration = registrations[Int(event.data.u64 & 0xFFFF_FFFF)]
        guard registration.generation == UInt32(event.data.u64 >> 32) else { return }
        registration.source?.ready(Readiness(rawValue: event.events))
    }

    private func control(_ operation: Int32, _ descriptor: Int32, _ interest: Readiness) throws(SystemError) {
        var event = epoll_event()
        event.events = interest.rawValue
        event.data.u64 = UInt64(registrations[Int(descriptor)].generation) << 32 | UInt64(descriptor)
        guard epoll_ctl(epoll, operation, descriptor, &event) == 0 else { throw SystemError("epoll_ctl") }
    }
}

/// The one way in which another thread reaches a loop.
public struct Handover: Sendable {
    let inbox: Inbox

    /// Runs `work` on the loop's thread, soon.
    public func perform(_ work: @escaping @Sendable () -> Void) { inbox.put(work) }
}

/// Work from other threads, and the eventfd that wakes the loop for it.
final class Inbox: EventSource, Sendable {
    let descriptor: Int32
    private let work = Guarded<[@Sendable () -> Void]>([])

    init() throws(SystemError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError("eventfd") }
    }

    deinit { close(descriptor) }

    func put(_ item: @escaping @Sendable () -> Void) {
        let first = work.withLock { queue in
            queue.append(item)
            return queue.count == 1
        }
        if first { eventfd_write(descriptor, 1) }
    }

    func ready(_ readiness: Readiness) {
        var count: eventfd_t = 0
        eventfd_read(descriptor, &count)
        let items = work.withLock { queue in
            defer { queue = [] }
            return queue
        }
        for item in items { item() }
    }
}
