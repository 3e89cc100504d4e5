import Glibc
import TestSupport
import Testing

@testable import Journal

/// Erasing single records from the disk.
struct EraseTests {
    private func all(_ journal: Journal) throws -> [Journal.Record] {
        var records: [Journal.Record] = []
        for number in journal.segmentNumbers {
            var place: Int? = 0
            while let start = place {
                let stretch = try #require(try journal.stretch(ofSegment: number, from: start, bytes: 40))
                records += stretch.records
                place = stretch.next
            }
        }
        return records
    }

    private func holds(_ folder: JournalFolder, _ text: String) throws -> Bool {
        try folder.names("").contains { String(decoding: try folder.bytes($0), as: UTF8.self).contains(text) }
    }

    @Test func `erased records are gone from the disk, keep their place and are passed over`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.append("first", "secret-one", "third")
        try journal.append("secret-two")
        let before = try all(journal)
        #expect(before.map(\.text) == ["first", "secret-one", "third", "secret-two"])
        try journal.erase(before.filter { $0.text.hasPrefix("secret") })
        #expect(try !holds(folder, "secret"))
        let after = try journal.read(limit: 10)
        #expect(after.map(\.position) == before.map(\.position))
        #expect(after.map(\.isVoid) == [false, true, false, true])
        #expect(journal.pendingCount == 4)
        // What comes next is written, and all of it is found after a restart.
        try journal.append("fifth")
        journal.close()
        let again = try folder.open()
        #expect(again.takeFindings() == [])
        #expect(try again.read(limit: 10).map(\.isVoid) == [false, true, false, true, false])
        let last = try #require(try again.read(limit: 10).last)
        try again.markApplied(upTo: last.position)
        #expect(again.pendingCount == 0)
        #expect(try folder.names("segment-") == [])
    }

    @Test func `a record that was applied is erased too while its segment is there`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.append("secret", "pending")
        let records = try journal.read(limit: 1)
        try journal.markApplied(upTo: records[0].position)
        #expect(try holds(folder, "secret"))
        try journal.erase(try all(journal).filter { $0.text == "secret" })
        #expect(try !holds(folder, "secret"))
        #expect(try journal.texts() == ["pending"])
        #expect(journal.pendingCount == 1)
    }

    @Test func `a full disk erases nothing and loses nothing`() throws {
        let folder = try JournalFolder()
        let disk = BadDisk()
        let journal = try folder.open(calls: disk.calls)
        try journal.append("kept", "secret")
        disk.failWrites(ENOSPC, after: 10)
        #expect(throws: JournalError.self) { try journal.erase(try all(journal).filter { $0.text == "secret" }) }
        disk.heal()
        #expect(try journal.texts() == ["kept", "secret"])
        try journal.append("next")
        #expect(try journal.texts() == ["kept", "secret", "next"])
        #expect(try folder.names("").filter { $0.hasSuffix(".new") } == [])
    }

    @Test func `a process killed while it erases leaves the old file, and no half copy after a restart`() async throws {
        let folder = try JournalFolder()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
            let journal = try Journal.open(.init(directory: path))
            try journal.append([.init("kept"), .init("secret")])
            journal.close()
            var calls = SystemCalls.real
            calls.sync = { _ in kill(getpid(), SIGKILL) }
            let again = try Journal.open(.init(directory: path), calls: calls)
            try again.erase(try again.read(limit: 10).suffix(1))
        }
        #expect(try folder.names("").contains { $0.hasSuffix(".new") })
        #expect(try folder.texts() == ["kept", "secret"])
        #expect(try folder.names("").filter { $0.hasSuffix(".new") } == [])
    }
}
