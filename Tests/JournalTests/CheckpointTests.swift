import Testing

@testable import Journal

struct CheckpointTests {
    @Test func `what was applied is not read again, not even after a restart`() throws {
        let folder = try JournalFolder()
        var journal = try folder.open()
        try journal.append("a", "b", "c", "d")
        try journal.markApplied(upTo: journal.read(limit: 2)[1].position)
        #expect(try journal.texts() == ["c", "d"])
        journal.close()

        journal = try folder.open()
        #expect(try journal.texts() == ["c", "d"])
        #expect(journal.pendingCount == 2)
        try journal.append("e")
        try journal.markApplied(upTo: journal.read(limit: 1)[0].position)
        journal.close()
        #expect(try folder.texts() == ["d", "e"])
    }

    @Test func `a position from before a restart is good after it`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.append("a", "b", "c")
        let position = try journal.read(limit: 1)[0].position
        journal.close()
        let again = try folder.open()
        #expect(try again.read(from: position, limit: 9).map(\.text) == ["b", "c"])
    }

    @Test func `marks never go backwards`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.append("a", "b", "c")
        let records = try journal.read(limit: 9)
        try journal.markApplied(upTo: records[1].position)
        try journal.markApplied(upTo: records[0].position)
        #expect(try journal.texts() == ["c"])
        #expect(try journal.read(from: records[0].position, limit: 9).map(\.text) == ["c"])
    }

    @Test func `a mark beyond the end marks what is there, and nothing that comes later`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.append("a")
        try journal.markApplied(upTo: Journal.Position(segment: 99, offset: 99))
        #expect(journal.pendingCount == 0)
        try journal.append("b")
        #expect(try journal.texts() == ["b"])
        journal.close()
        #expect(try folder.texts() == ["b"])
    }

    @Test func `applied segments are deleted, and with the last one the disk is free`() throws {
        let folder = try JournalFolder()
        let journal = try Journal.open(folder.options(segmentBytes: 200))
        for index in 0..<20 { try journal.append("record \(index)") }
        let records = try journal.read(limit: 99)
        try journal.markApplied(upTo: records[9].position)
        let left = Set(records[10...].map(\.position.segment)).sorted()
        #expect(left.count > 2)
        #expect(try folder.names("segment-") == left.map(FileName.segment))
        try journal.markApplied(upTo: records[19].position)
        #expect(try folder.names("segment-") == [])
        #expect(journal.diskBytes == 0)
        try journal.append("again")
        #expect(try journal.texts() == ["again"])
    }

    @Test func `no position is used twice, though everything was applied and the process is new`() throws {
        let folder = try JournalFolder()
        var last: Journal.Position?
        for _ in 0..<4 {
            let journal = try folder.open()
            let position = try journal.append([.init("a")])
            if let last { #expect(position > last) }
            #expect(try journal.texts() == ["a"])
            try journal.markApplied(upTo: position)
            last = position
            journal.close()
        }
    }

    @Test func `an applied segment that came back after a power failure is deleted`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.append("a")
        let name = try folder.segment()
        let bytes = try folder.bytes(name)
        try journal.markApplied(upTo: journal.read(limit: 1)[0].position)
        journal.close()
        try folder.write(bytes, name)
        #expect(try folder.texts() == [])
        #expect(try folder.names("segment-") == [])
    }

    @Test(arguments: ["", "garbage", "crmsync-applied 1 1 40 77\n", "crmsync-applied 1 99999 9999 0\n"])
    func `a damaged note of what was applied only makes records be read once more`(text: String) throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.append("a", "b")
        try journal.markApplied(upTo: journal.read(limit: 1)[0].position)
        journal.close()
        try folder.write(Array(text.utf8), "applied")
        let again = try folder.open()
        #expect(again.findings == [.checkpointUnusable(file: "applied")])
        #expect(try again.texts() == ["a", "b"])
    }
}
