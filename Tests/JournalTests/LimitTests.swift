import Testing

@testable import Journal

struct LimitTests {
    @Test func `the journal takes records up to its limit, and not one byte more`() throws {
        let folder = try JournalFolder()
        let journal = try Journal.open(folder.options(maxBytes: 4 * (40 + 26), segmentBytes: 66))
        for text in ["a", "b", "c", "d"] { try journal.append(text) }
        #expect(journal.diskBytes == 264)
        #expect(throws: JournalError.full(limit: 264)) { try journal.append("e") }
        #expect(try journal.texts() == ["a", "b", "c", "d"])
    }

    @Test func `the limit holds inside a segment too`() throws {
        let folder = try JournalFolder()
        let journal = try Journal.open(folder.options(maxBytes: 500, segmentBytes: 500))
        #expect(journal.options.segmentBytes == 125)
        try journal.append([.init(String(repeating: "a", count: 500 - 40 - 25 - 26))])
        #expect(throws: JournalError.full(limit: 500)) { try journal.append("") }
    }

    @Test func `a batch for which there is not enough room is refused whole`() throws {
        let folder = try JournalFolder()
        let journal = try Journal.open(folder.options(maxBytes: 200))
        try journal.append("a")
        let before = try folder.names("")
        #expect(throws: JournalError.full(limit: 200)) { try journal.append("b", "c", "d", "e") }
        #expect(journal.pendingCount == 1)
        #expect(try folder.names("") == before)
    }

    @Test func `applying makes room again`() throws {
        let folder = try JournalFolder()
        let journal = try Journal.open(folder.options(maxBytes: 264))
        for text in ["a", "b", "c", "d"] { try journal.append(text) }
        #expect(throws: JournalError.full(limit: 264)) { try journal.append("e") }
        try journal.markApplied(upTo: journal.read(limit: 1)[0].position)
        try journal.append("e")
        #expect(try journal.texts() == ["b", "c", "d", "e"])
    }

    @Test func `the limit counts what an earlier process left`() throws {
        let folder = try JournalFolder()
        let journal = try Journal.open(folder.options(maxBytes: 264))
        for text in ["a", "b", "c", "d"] { try journal.append(text) }
        journal.close()
        let again = try Journal.open(folder.options(maxBytes: 264))
        #expect(throws: JournalError.full(limit: 264)) { try again.append("e") }
        #expect(!again.hasRoom)
    }

    @Test func `there is room until a large event may not fit`() throws {
        let folder = try JournalFolder()
        let journal = try Journal.open(folder.options(maxBytes: 20_000))
        var taken = 0
        while journal.hasRoom {
            try journal.append(String(repeating: "x", count: 1000))
            taken += 1
        }
        #expect(taken > 10 && journal.diskBytes <= 20_000 && journal.diskBytes > 15_000)
    }
}
