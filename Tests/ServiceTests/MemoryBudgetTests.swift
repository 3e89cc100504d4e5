import HTTP
import Loop
import Testing

@testable import Service

/// What follows from the bytes that are in memory.
@Suite struct MemoryBudgetTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let what: String
        var stalled = 0
        var waiting = 0
        var own = 0
        var owesNothing = false
        let readable: Int
        let mayResume: Bool
        var testDescription: String { what }
    }

    private static let share = 1_000_000
    static let cases = [
        Case(what: "nothing is held", readable: 65_536, mayResume: true),
        Case(what: "one byte below the share", stalled: 999_999, readable: 65_536, mayResume: false),
        Case(what: "the share is used up", stalled: 500_000, waiting: 500_000, readable: 0, mayResume: false),
        Case(
            what: "a new client with a usual request", waiting: 1_249_999, owesNothing: true, readable: 4_096,
            mayResume: false),
        Case(what: "a new client far beyond", waiting: 1_250_000, owesNothing: true, readable: 0, mayResume: false),
        Case(
            what: "one that holds all of it itself", stalled: 9_000_000, own: 9_000_000, readable: 65_536,
            mayResume: true),
        Case(
            what: "one that holds half beside others", stalled: 1_000_000, waiting: 500_000, own: 600_000,
            readable: 65_536, mayResume: false),
        Case(what: "just below three quarters", waiting: 749_999, readable: 65_536, mayResume: true),
        Case(what: "three quarters", waiting: 750_000, readable: 65_536, mayResume: false),
    ]

    @Test(arguments: cases) func `who is read`(_ example: Case) {
        let budget = MemoryBudget(share: Self.share)
        (budget.stalled, budget.waiting) = (example.stalled, example.waiting)
        #expect(budget.readable(own: example.own, owesNothing: example.owesNothing) == example.readable)
        #expect(budget.mayResume(own: example.own) == example.mayResume)
    }

    @Test func `events on the way count too`() {
        let budget = MemoryBudget(share: Self.share)
        (budget.toRedis, budget.toDisk) = (600_000, 399_999)
        #expect(!budget.isFull)
        budget.toDisk += 1
        #expect(budget.isFull && budget.inWork == budget.total)
    }

    @Test func `slow clients have to go from half of the share on, down to three eighths`() {
        let budget = MemoryBudget(share: Self.share)
        budget.waiting = 5_000_000
        budget.stalled = 500_000
        #expect(budget.excess == 0)
        budget.stalled = 500_001
        #expect(budget.excess == 125_001)
    }

    @Test func `where work takes less than a quarter, waiting for it does not help`() {
        let budget = MemoryBudget(share: Self.share)
        (budget.stalled, budget.toDisk) = (900_000, 250_000)
        #expect(!budget.isStuck)
        budget.toDisk -= 1
        #expect(budget.isStuck)
    }

    @Test func `the clock of a client stands still while it is not read`() {
        func at(_ milliseconds: Int64) -> Moment { Moment(nanoseconds: milliseconds * 1_000_000) }
        var clock = ClientClock(at: at(0))
        clock.wait(for: .body, at: at(100))
        clock.wait(for: .body, at: at(150))
        #expect(clock.waited(at: at(300)) == 200, "it began with the first byte")
        clock.pause(at: at(400))
        clock.pause(at: at(500))
        #expect(clock.isPaused)
        #expect(clock.waited(at: at(90_000)) == 300)
        clock.resume(at: at(90_000))
        #expect(clock.waited(at: at(90_001)) == 301)
        var deadlines = ClientDeadlines()
        deadlines.body = 400
        #expect(!clock.isOver(deadlines, at: at(90_100)))
        #expect(clock.isOver(deadlines, at: at(90_101)))
        clock.pause(at: at(91_000))
        clock.restart(at: at(92_000))
        #expect(clock.waited(at: at(95_000)) == 0)
        clock.resume(at: at(96_000))
        #expect(clock.waited(at: at(96_010)) == 10)
    }

    @Test func `an answer that is not taken runs its clock, read or not`() {
        func at(_ milliseconds: Int64) -> Moment { Moment(nanoseconds: milliseconds * 1_000_000) }
        var clock = ClientClock(at: at(0))
        clock.send(progress: false, isMoreLeft: true, at: at(1_000))
        clock.pause(at: at(1_500))
        clock.send(progress: false, isMoreLeft: true, at: at(2_000))
        #expect(clock.waited(at: at(3_000)) == 2_000, "since nothing was taken, however often it was tried")
        clock.send(progress: true, isMoreLeft: true, at: at(4_000))
        #expect(clock.waited(at: at(4_100)) == 100)
        clock.send(progress: true, isMoreLeft: false, at: at(5_000))
        #expect(clock.waited(at: at(9_000)) == 0, "from then on a request is waited for, and the client is not read")
        #expect(clock.age(at: at(9_000)) == 4_000)
    }

    @Test func `few queries are under way at once, and all are answered`() {
        let gate = QueryGate()
        var running: [() -> Void] = []
        var begun = 0
        for _ in 0..<10 {
            gate.enter { left in
                begun += 1
                running.append(left)
            }
        }
        #expect(begun == QueryGate.maxQueries)
        while !running.isEmpty { running.removeFirst()() }
        #expect(begun == 10)
        gate.enter { left in
            begun += 1
            left()
        }
        #expect(begun == 11)
    }
}
