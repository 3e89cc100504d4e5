import CSystem
import Foundation
import Loop
import TestSupport

/// Sends requests over keep-alive connections and measures how long the answers take.
final class Load {
    private let loop: EventLoop
    private let requests: [[UInt8]]
    private var clients: [Client] = []
    private var free: [Client] = []
    private var due: [Moment] = []
    private var alarm: Alarm?
    private var next = 0
    private var answers = 0
    private(set) var errors = 0
    /// Answers by status.
    private(set) var statuses: [Int: Int] = [:]
    private(set) var latencies = Latencies()
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)

    init(port: Int, connections: Int, requests: [[UInt8]]) throws {
        loop = try EventLoop()
        self.requests = requests
        for _ in 0..<connections { clients.append(try Client(port: port, buffer: buffer, loop: loop)) }
        for client in clients { client.answered = { [unowned self] in note($0, $1) } }
    }

    deinit {
        for client in clients { client.close(loop) }
        buffer.deallocate()
    }

    /// Has each connection served once, unmeasured, before anything else.
    func greet() throws { for client in clients { try client.greet() } }

    /// Closed loop: each connection sends its next request when the last one is answered. Returns seconds.
    func runClosed() throws -> Double {
        let start = Moment.now()
        for client in clients { sendNext(client) }
        try loop.run()
        return Double(Moment.now().since(start)) / 1e9
    }

    /// Open loop: requests are due at random moments, `rate` a second on average (Poisson), whether or not earlier ones
    /// are answered; latency counts from the moment at which a request was due.
    func runOpen(rate: Double, random: inout SeededRandom) throws -> Double {
        let start = Moment.now().adding(milliseconds: 10)
        var at = 0.0
        due = requests.map { _ in
            at -= log(1 - Double.random(in: 0..<1, using: &random)) / rate
            return Moment(nanoseconds: start.nanoseconds + Int64(at * 1e9))
        }
        free = clients
        alarm = try Alarm(loop: loop) { [unowned self] in sendDue() }
        sendDue()
        try loop.run()
        return Double(Moment.now().since(start)) / 1e9
    }

    private func sendDue() {
        let now = Moment.now()
        while next < due.count, due[next] <= now, let client = free.popLast() { sendNext(client) }
        // Without a free connection, the next answer sends what is due.
        if next < due.count, !free.isEmpty { alarm?.set(due[next]) }
    }

    private func sendNext(_ client: Client) {
        guard next < requests.count else { return }
        next += 1
        client.send(requests[next - 1], due: due.isEmpty ? Moment.now() : due[next - 1])
    }

    private func note(_ client: Client, _ status: Int) {
        latencies.add(Double(Moment.now().since(client.since)) / 1000)
        answers += 1
        if status != 200 { errors += 1 }
        statuses[status, default: 0] += 1
        if answers == requests.count || status == 0 { return loop.stop() }
        if due.isEmpty { return sendNext(client) }
        free.append(client)
        sendDue()
    }
}

/// A timer exact to microseconds; that of the loop is exact to milliseconds.
private final class Alarm: EventSource {
    private let descriptor: Int32
    private let fired: () -> Void

    init(loop: EventLoop, fired: @escaping () -> Void) throws {
        descriptor = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK | TFD_CLOEXEC))
        self.fired = fired
        try loop.add(descriptor, for: .read, source: self)
    }

    deinit { close(descriptor) }

    func set(_ moment: Moment) {
        var time = itimerspec()
        time.it_value.tv_sec = Int(moment.nanoseconds / 1_000_000_000)
        time.it_value.tv_nsec = Int(moment.nanoseconds % 1_000_000_000)
        timerfd_settime(descriptor, Int32(TFD_TIMER_ABSTIME), &time, nil)
    }

    func ready(_ readiness: Readiness) {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
        fired()
    }
}
