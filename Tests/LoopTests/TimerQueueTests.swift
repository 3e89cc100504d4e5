import Testing

@testable import Loop

/// Timers, with a clock that the test moves.
@Suite struct TimerQueueTests {
    private func moment(_ milliseconds: Int64) -> Moment { Moment(nanoseconds: milliseconds * 1_000_000) }

    @Test func `what is due comes in the order of time and of adding`() {
        var queue = TimerQueue()
        var ran: [String] = []
        _ = queue.add(at: moment(20)) { ran.append("c") }
        _ = queue.add(at: moment(10)) { ran.append("a") }
        _ = queue.add(at: moment(10)) { ran.append("b") }
        for action in queue.due(at: moment(9)) { action() }
        #expect(ran.isEmpty)
        for action in queue.due(at: moment(20)) { action() }
        #expect(ran == ["a", "b", "c"])
        #expect(queue.due(at: moment(1000)).isEmpty)
    }

    @Test func `a cancelled timer does not run`() {
        var queue = TimerQueue()
        var ran = false
        let timer = queue.add(at: moment(1)) { ran = true }
        queue.cancel(timer)
        for action in queue.due(at: moment(2)) { action() }
        #expect(!ran)
    }

    @Test func `the wait is rounded up and never negative`() {
        var queue = TimerQueue()
        #expect(queue.milliseconds(from: moment(0)) == -1)
        _ = queue.add(at: Moment(nanoseconds: 1_500_000)) {}
        #expect(queue.milliseconds(from: moment(0)) == 2)
        #expect(queue.milliseconds(from: moment(5)) == 0)
    }
}
