import Loop
import Testing

@testable import Service

/// How long the watch waits for what other receivers have on disk.
@Suite struct WaitForOthersTests {
    private static func moment(_ seconds: Int64) -> Moment { Moment(nanoseconds: seconds * 1_000_000_000) }

    @Test func `it waits while others have events on disk, and not for ever`() {
        var wait = WaitForOthers()
        let table: [(others: Int, at: Int64, decision: WaitForOthers.Decision)] = [
            (0, 0, .giveUp), (1, 10, .wait), (2, 909, .wait), (1, 910, .giveUpDespite), (1, 911, .giveUp),
            (0, 912, .giveUp), (1, 913, .wait), (0, 914, .giveUp), (1, 2000, .wait), (1, 2900, .giveUpDespite),
        ]
        for row in table {
            #expect(wait.decide(others: row.others, at: Self.moment(row.at)) == row.decision, "at \(row.at) s")
        }
    }
}
