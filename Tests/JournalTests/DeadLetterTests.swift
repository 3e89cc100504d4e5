import Glibc
import Testing

@testable import Journal

struct DeadLetterTests {
    private func record(_ text: String, receivedAt: Int64 = 5, flags: UInt8 = 2) -> Journal.Record {
        Journal.Record(position: .start, receivedAt: receivedAt, flags: flags, payload: Array(text.utf8))
    }

    private func events(_ folder: JournalFolder) throws -> [String] {
        try DeadLetters(directory: folder.path).all().map { String(decoding: $0.event, as: UTF8.self) }
    }

    @Test func `a dead letter is one line of JSON with the event as it was`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.deadLetter(
            record(#"{"event_type":"a","n":"\"ü\""}"#), reason: "WRONGTYPE \"x\"\\\n\u{1}é", at: 1_700_000_000_000)
        #expect(
            String(decoding: try folder.bytes("dead-letters.ndjson"), as: UTF8.self)
                == #"{"at":1700000000000,"reason":"WRONGTYPE \"x\"\\\u000a\u0001é","received_at":5,"flags":2,"#
                + #""event":{"event_type":"a","n":"\"ü\""}}"# + "\n")
        let letter = try #require(try DeadLetters(directory: folder.path).all().first)
        #expect(letter.reason == "WRONGTYPE \"x\"\\\n\u{1}é" && letter.at == 1_700_000_000_000)
        #expect(letter.receivedAt == 5 && letter.flags == 2)
        #expect(letter.event == record(#"{"event_type":"a","n":"\"ü\""}"#).payload)
    }

    @Test(arguments: [[], [0], [123, 10, 125], [123, 255, 125], Array("[1]".utf8)] as [[UInt8]])
    func `a payload that is not one line of JSON does not break the file`(payload: [UInt8]) throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        let record = Journal.Record(position: .start, receivedAt: -1, flags: 255, payload: payload)
        try journal.deadLetter(record, reason: "", at: 1)
        try journal.deadLetter(self.record("{}"), reason: "", at: 2)
        let letters = try DeadLetters(directory: folder.path).all()
        #expect(letters.map(\.event) == [payload, [123, 125]])
        #expect(letters[0].receivedAt == -1 && letters[0].flags == 255)
        #expect(try folder.bytes("dead-letters.ndjson").filter { $0 == 10 }.count == 2)
    }

    @Test func `dead letters can be removed while the journal goes on writing them`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        for index in 0..<4 { try journal.deadLetter(record("{\"n\":\(index)}"), reason: "r", at: 1) }
        let letters = try DeadLetters(directory: folder.path)
        let all = try letters.all()
        try journal.deadLetter(record("{\"n\":4}"), reason: "r", at: 1)
        #expect(try letters.remove([all[0], all[2]]) == 2)
        try journal.deadLetter(record("{\"n\":5}"), reason: "r", at: 1)
        #expect(try events(folder) == [1, 3, 4, 5].map { "{\"n\":\($0)}" })
        #expect(try letters.remove([all[0]]) == 0)
        #expect(journal.deadLetterCount() == 4)
        try letters.remove(letters.all())
        #expect(journal.deadLetterCount() == 0)
        try journal.deadLetter(record("{}"), reason: "r", at: 1)
        #expect(journal.deadLetterCount() == 1)
    }

    @Test func `the journal does not wait for somebody who rewrites the dead letters`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        let lock = try FileLock(Folder(folder.path, create: false), FileName.deadLettersLock, waits: true)
        #expect(throws: JournalError.deadLettersBusy(directory: folder.path)) {
            try journal.deadLetter(record("{}"), reason: "r", at: 1)
        }
        try journal.append("a")
        withExtendedLifetime(lock) {}
    }

    @Test func `a line that was cut short by a crash does not swallow the next one`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.deadLetter(record("{\"n\":1}"), reason: "r", at: 1)
        let half = try folder.bytes("dead-letters.ndjson") + Array("{\"at\":1,\"rea".utf8)
        try folder.write(half, "dead-letters.ndjson")
        try journal.deadLetter(record("{\"n\":2}"), reason: "r", at: 1)
        #expect(try events(folder) == ["{\"n\":1}", "{\"n\":2}"])
        #expect(journal.deadLetterCount() == 2)
    }

    @Test func `lines that somebody else wrote are passed over and kept`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.deadLetter(record("{\"n\":1}"), reason: "r", at: 1)
        let mine = try folder.bytes("dead-letters.ndjson")
        try folder.write(Array("# a note\n".utf8) + mine, "dead-letters.ndjson")
        let letters = try DeadLetters(directory: folder.path)
        #expect(try letters.all().count == 1)
        try letters.remove(letters.all())
        #expect(try folder.bytes("dead-letters.ndjson") == Array("# a note\n".utf8))
    }

    @Test func `two files of dead letters are kept, and one more is refused until a person has made room`() throws {
        let folder = try JournalFolder()
        let journal = try Journal.open(folder.options(deadLetterBytes: 150))
        for index in 0..<4 { try journal.deadLetter(record("{\"n\":\(index)}"), reason: "r", at: 1) }
        #expect(try events(folder) == (0..<4).map { "{\"n\":\($0)}" })
        #expect(!journal.hasRoomForDeadLetters)
        #expect(throws: JournalError.deadLettersFull(directory: folder.path, limit: 300)) {
            try journal.deadLetter(record("{\"n\":4}"), reason: "r", at: 1)
        }
        #expect(try events(folder) == (0..<4).map { "{\"n\":\($0)}" }, "none is dropped")
        let letters = try DeadLetters(directory: folder.path)
        try letters.remove(Array(letters.all().prefix(2)))
        try journal.deadLetter(record("{\"n\":4}"), reason: "r", at: 1)
        #expect(try events(folder) == (2..<5).map { "{\"n\":\($0)}" })
    }

    @Test func `a full disk refuses the dead letter, and the journal can go on`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        // A real device that has no room, ever.
        #expect(symlink("/dev/full", folder.file("dead-letters.ndjson")) == 0)
        let error = #expect(throws: JournalError.self) {
            try journal.deadLetter(record("{}"), reason: "r", at: 1)
        }
        #expect(error?.code == "journal_no_space")
        try folder.remove("dead-letters.ndjson")
        try journal.deadLetter(record("{}"), reason: "r", at: 1)
        #expect(try events(folder) == ["{}"])
    }

    @Test func `a dead letter that could not be written whole leaves no half line`() throws {
        let folder = try JournalFolder()
        let disk = BadDisk()
        let journal = try folder.open(calls: disk.calls)
        try journal.deadLetter(record("{\"n\":1}"), reason: "r", at: 1)
        let before = try folder.bytes("dead-letters.ndjson")
        disk.failWrites(ENOSPC, after: 9)
        #expect(throws: JournalError.self) { try journal.deadLetter(record("{\"n\":2}"), reason: "r", at: 1) }
        #expect(try folder.bytes("dead-letters.ndjson") == before)
    }
}
