import Foundation
import TestSupport
import Testing

@testable import Journal

/// A journal whose files are removed while it is used.
struct PlaceTests {
    @Test func `nothing is acknowledged in a folder that was removed, and what was is found in the next one`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.append("a", "b")
        let first = try #require(try journal.read(limit: 1).first)
        try journal.markApplied(upTo: first.position)
        try FileManager.default.removeItem(atPath: folder.path)
        #expect(throws: JournalError.folderMissing(directory: folder.path)) { try journal.append("c") }
        #expect(throws: JournalError.folderMissing(directory: folder.path)) { try journal.probe() }
        #expect(throws: JournalError.folderMissing(directory: folder.path)) { try journal.read(limit: 1) }
        #expect(try journal.successor() == nil, "there is no folder yet")
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: false)
        #expect(throws: JournalError.folderMissing(directory: folder.path)) { try journal.append("d") }
        let next = try #require(try journal.successor())
        #expect(try next.texts() == ["b"])
        try next.append("e")
        #expect(throws: JournalError.closed) { try journal.append("f") }
        next.close()
        #expect(try folder.texts() == ["b", "e"])
    }

    @Test func `a folder that was moved away and back goes on as it was`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.append("a")
        try FileManager.default.moveItem(atPath: folder.path, toPath: folder.path + "-away")
        #expect(throws: JournalError.folderMissing(directory: folder.path)) { try journal.append("b") }
        try FileManager.default.moveItem(atPath: folder.path + "-away", toPath: folder.path)
        #expect(try journal.successor() == nil)
        try journal.append("c")
        journal.close()
        #expect(try folder.texts() == ["a", "c"])
    }

    @Test func `a folder that took the place of ours is noticed before anything is acknowledged`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.append("a")
        try FileManager.default.moveItem(atPath: folder.path, toPath: folder.path + "-away")
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: false)
        #expect(throws: JournalError.folderMissing(directory: folder.path)) { try journal.append("b") }
        #expect(try #require(try journal.successor()).texts() == ["a"])
    }

    @Test(arguments: [false, true])
    func `the segment in use is written again when somebody deletes it`(reads: Bool) throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.append("a", "b")
        if reads { try journal.markApplied(upTo: try #require(try journal.read(limit: 1).first).position) }
        let name = try folder.segment()
        try folder.remove(name)
        let rest = reads ? ["b"] : ["a", "b"]
        if reads { #expect(try journal.texts() == rest) } else { try journal.append("c") }
        #expect(journal.findings == [.segmentRescued(file: name, count: rest.count)])
        #expect(journal.pendingCount == (reads ? 1 : 3))
        journal.close()
        #expect(try folder.texts() == rest + (reads ? [] : ["c"]))
    }

    @Test func `the id of the database is noted`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        #expect(journal.database == nil)
        try journal.note(database: "abc")
        try journal.note(database: "def")
        journal.close()
        #expect(try folder.open().database == "def")
    }
}
