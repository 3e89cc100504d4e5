import Glibc
import Testing

@testable import Journal

struct InspectTests {
    @Test func `a look into the folder of a running service tells what is in it and changes nothing`() throws {
        let folder = try JournalFolder()
        let journal = try Journal.open(folder.options(segmentBytes: 100))
        for index in 0..<6 { try journal.append([.init("record \(index)", receivedAt: 100 + Int64(index))]) }
        let records = try journal.read(limit: 9)
        try journal.markApplied(upTo: records[2].position)
        try journal.deadLetter(records[3], reason: "WRONGTYPE", at: 7)

        let before = try folder.names("").map { try folder.bytes($0) }
        let summary = try Journal.inspect(directory: folder.path)
        #expect(try folder.names("").map { try folder.bytes($0) } == before)
        #expect(summary.pendingCount == journal.pendingCount && summary.pendingCount == 3)
        #expect(summary.pendingBytes == journal.pendingBytes)
        #expect(summary.oldestReceivedAt == 103)
        #expect(try summary.segments == folder.names("segment-").count)
        #expect(summary.deadLetters.map(\.reason) == ["WRONGTYPE"])
        #expect(summary.deadLetters[0].event == records[3].payload)
        #expect(summary.owner == getpid())
        #expect(summary.damagedFiles.isEmpty && summary.damagedBytes == 0)
        try journal.append("still its own")
        journal.close()
        #expect(try Journal.inspect(directory: folder.path).owner == nil)
    }

    @Test func `a record that is being written is not taken for damage`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.append("a", "b")
        let name = try folder.segment()
        try folder.write(try folder.bytes(name).dropLast(3), name)
        let summary = try Journal.inspect(directory: folder.path)
        #expect(summary.pendingCount == 1 && summary.damagedBytes == 0)
    }

    @Test func `damage is told, and so are the files with what was set aside`() throws {
        let folder = try JournalFolder()
        try folder.open().append("a", "b", "c")
        try folder.patch(try folder.segment(), at: 66, [0])
        var summary = try Journal.inspect(directory: folder.path)
        #expect(summary.pendingCount == 2 && summary.damagedBytes == 26 && summary.damagedFiles == [])
        try folder.open().close()
        summary = try Journal.inspect(directory: folder.path)
        #expect(summary.damagedFiles == [.init(name: "damaged-000000000001-66-26", bytes: 26)])
    }

    @Test func `a folder that is not there is an error and is not made`() throws {
        let folder = try JournalFolder()
        #expect(performing: { try Journal.inspect(directory: folder.path) }, throws: { "\($0)".contains(folder.path) })
        #expect(access(folder.path, F_OK) != 0)
    }
}
