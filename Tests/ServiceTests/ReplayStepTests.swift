import CRM
import Journal
import TestSupport
import Testing

@testable import Service

/// Which events of a window wait for which.
@Suite struct ReplayStepTests {
    /// Steps of customers with these names: small letters are ids, capital ones emails, behind a bar what Redis knows.
    private func chains(_ customers: String...) throws -> [[Int]] {
        var steps = try customers.map { names in
            let parts = names.split(separator: "|", omittingEmptySubsequences: false)
            var step = ReplayStep(try record(), .failure(.customerRequired))
            step.names = parts[0].map(\.hashValue)
            step.knownNames = parts.dropFirst().joined().map(\.hashValue)
            return step
        }
        return ReplayStep.chain(&steps).map { head in
            var chain = [head]
            while let next = steps[chain[chain.count - 1]].follower { chain.append(next) }
            return chain
        }
    }

    private func record() throws -> Journal.Record {
        let folder = try TemporaryFolder()
        let journal = try Journal.open(.init(directory: folder.file("journal")))
        try journal.append([.init(receivedAt: 1, payload: [1])])
        return try #require(try journal.read(limit: 1).first)
    }

    @Test func `an event waits for the last one of the same customer`() throws {
        #expect(try chains("a", "b", "a", "c", "b", "a") == [[0, 2, 5], [1, 4], [3]])
    }

    @Test func `an id and an email are one customer where an event or Redis says so`() throws {
        #expect(try chains("a", "A", "b") == [[0], [1], [2]])
        #expect(try chains("aA", "a", "A", "b") == [[0, 1, 2], [3]])
        #expect(try chains("a", "A", "aA") == [[0, 1, 2]])
        #expect(try chains("a|A", "A", "b|cB", "c", "B") == [[0, 1], [2, 3, 4]])
    }

    @Test func `an event that cannot be read waits for none`() throws {
        #expect(try chains("", "a", "") == [[0], [1], [2]])
    }
}
