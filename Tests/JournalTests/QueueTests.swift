import Testing

@testable import Journal

struct QueueTests {
    @Test func `what was appended is read back as it was, in order`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        let all = (0..<300).map { (index: Int) -> Journal.NewRecord in
            let payload = (0..<index * 7).map { UInt8(truncatingIfNeeded: $0 &* index) }
            return .init(receivedAt: index == 7 ? .min : Int64(index), flags: UInt8(index % 256), payload: payload)
        }
        for start in stride(from: 0, to: 300, by: 30) { try journal.append(Array(all[start..<start + 30])) }

        let back = try journal.read(limit: 1000)
        #expect(back.map(\.payload) == all.map(\.payload))
        #expect(back.map(\.flags) == all.map(\.flags))
        #expect(back.map(\.receivedAt) == all.map(\.receivedAt))
        #expect(back.map(\.position) == back.map(\.position).sorted())
        #expect(journal.pendingCount == 300)
        #expect(journal.findings.isEmpty)
    }

    @Test func `a record can be read as soon as it is appended`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        #expect(try journal.texts() == [])
        try journal.append("a")
        var position = try #require(try journal.read(limit: 9).last).position
        for text in ["b", "c", "d"] {
            try journal.append(text)
            let next = try journal.read(from: position, limit: 9)
            #expect(next.map(\.text) == [text])
            position = next[0].position
        }
        #expect(try journal.read(from: position, limit: 9).isEmpty)
    }

    @Test func `the position that append returns is that of its last record`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        let position = try journal.append([.init("a"), .init("b")])
        #expect(try journal.read(limit: 9).last?.position == position)
        #expect(try journal.append([]) == position)
    }

    @Test func `a read keeps to its limits, but gives at least one record`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.append("aaaa", "bbbb", "cccc")
        #expect(try journal.read(limit: 2).map(\.text) == ["aaaa", "bbbb"])
        #expect(try journal.read(limit: 9, maxBytes: 8).map(\.text) == ["aaaa", "bbbb"])
        #expect(try journal.read(limit: 9, maxBytes: 7).map(\.text) == ["aaaa"])
        #expect(try journal.read(limit: 9, maxBytes: 1).map(\.text) == ["aaaa"])
        #expect(try journal.read(limit: 0).isEmpty)
    }

    @Test func `positions lead on across segments`() throws {
        let folder = try JournalFolder()
        let journal = try Journal.open(folder.options(segmentBytes: 200))
        let texts = (0..<40).map { "record \($0)" }
        for text in texts { try journal.append(text) }
        #expect(try folder.names("segment-").count > 5)
        var read: [String] = []
        var position: Journal.Position?
        while let record = try journal.read(from: position, limit: 1).first {
            read.append(record.text)
            position = record.position
        }
        #expect(read == texts)
    }

    @Test func `a payload of the largest size passes, and one more byte is refused with all of its batch`() throws {
        let folder = try JournalFolder()
        let journal = try Journal.open(folder.options(recordBytes: 100))
        #expect(throws: JournalError.tooLarge(bytes: 101, limit: 100)) {
            try journal.append([.init("x"), .init(String(repeating: "y", count: 101))])
        }
        #expect(journal.pendingCount == 0)
        try journal.append(String(repeating: "z", count: 100))
        #expect(try journal.texts() == [String(repeating: "z", count: 100)])
    }

    @Test func `an empty payload is a record too`() throws {
        let folder = try JournalFolder()
        try folder.open().append("", "a", "")
        #expect(try folder.texts() == ["", "a", ""])
    }

    @Test func `count, bytes and age are those of what is pending`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        #expect(journal.pendingCount == 0 && journal.pendingBytes == 0 && journal.oldestReceivedAt == nil)
        try journal.append([.init("abc", receivedAt: 5), .init("d", receivedAt: 6)])
        try journal.append([.init("e", receivedAt: 7)])
        #expect(journal.pendingCount == 3 && journal.pendingBytes == 3 * 25 + 5 && journal.oldestReceivedAt == 5)
        let records = try journal.read(limit: 9)
        try journal.markApplied(upTo: records[1].position)
        #expect(journal.pendingCount == 1 && journal.pendingBytes == 26 && journal.oldestReceivedAt == 7)
        try journal.markApplied(upTo: records[2].position)
        #expect(journal.pendingCount == 0 && journal.pendingBytes == 0 && journal.oldestReceivedAt == nil)
    }

    @Test func `a closed journal says so and does nothing`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.append("a")
        let record = try journal.read(limit: 1)[0]
        journal.close()
        journal.close()
        #expect(throws: JournalError.closed) { try journal.append("b") }
        #expect(throws: JournalError.closed) { try journal.read(limit: 1) }
        #expect(throws: JournalError.closed) { try journal.markApplied(upTo: record.position) }
        #expect(throws: JournalError.closed) { try journal.deadLetter(record, reason: "", at: 0) }
        #expect(try folder.texts() == ["a"])
    }
}
