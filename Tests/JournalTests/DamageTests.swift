import Glibc
import Testing

@testable import Journal

struct DamageTests {
    private let texts = ["first", "", "the third one", "4", "the last"]

    /// A folder with one segment that holds `texts`.
    private func written() throws -> JournalFolder {
        let folder = try JournalFolder()
        let journal = try folder.open()
        for text in texts { try journal.append(text) }
        journal.close()
        return folder
    }

    @Test func `a last record that was cut off anywhere goes, and the others stay`() throws {
        let folder = try written()
        let name = try folder.segment()
        let whole = try folder.bytes(name)
        let last = whole.count - 25 - 8
        for size in last..<whole.count {
            try folder.write(Array(whole[..<size]), name)
            let journal = try folder.open(calls: .withoutSync)
            #expect(try journal.texts() == Array(texts.dropLast()), "cut at \(size)")
            let cut: [Journal.Incident] = size == last ? [] : [.tornRecordCut(file: name, bytes: size - last)]
            #expect(journal.takeFindings() == cut)
            #expect(journal.pendingCount == 4)
            try journal.append("new")
            journal.close()
            #expect(try folder.texts() == texts.dropLast() + ["new"])
            try folder.removeSegments()
        }
    }

    @Test func `a segment that was cut off anywhere keeps the records before the cut`() throws {
        let folder = try written()
        let name = try folder.segment()
        let whole = try folder.bytes(name)
        for size in 0..<whole.count {
            try folder.write(Array(whole[..<size]), name)
            let journal = try folder.open(calls: .withoutSync)
            let kept = try journal.texts()
            #expect(kept == Array(texts.prefix(kept.count)) && kept.count < texts.count)
            #expect(journal.pendingCount == kept.count)
            #expect(try folder.names("damaged-") == [])
            journal.close()
            try folder.removeSegments()
        }
    }

    @Test(arguments: [0x01, 0x80, 0xFF] as [UInt8])
    func `one flipped byte costs at most the record that it is in`(mask: UInt8) throws {
        let folder = try written()
        let name = try folder.segment()
        let whole = try folder.bytes(name)
        var start = SegmentFormat.headerSize
        let places = texts.map { text in
            defer { start += 25 + text.utf8.count }
            return start..<start + 25 + text.utf8.count
        }
        for offset in whole.indices {
            var bytes = whole
            bytes[offset] ^= mask
            try folder.write(bytes, name)
            let journal = try folder.open(calls: .withoutSync)
            let kept = texts.indices.filter { !places[$0].contains(offset) }.map { texts[$0] }
            #expect(try journal.texts() == kept, "byte \(offset)")
            #expect(journal.pendingCount == kept.count)
            #expect(journal.takeFindings().count == texts.count - kept.count)
            journal.close()
            try folder.removeSegments()
        }
    }

    @Test func `damaged bytes are kept in a file of their own, and are reported once`() throws {
        let folder = try written()
        let name = try folder.segment()
        try folder.patch(name, at: 40 + 30 + 25 + 25 + 3, [0])
        let journal = try folder.open()
        let finding = Journal.Incident.damagedSetAside(
            file: name, offset: 95, bytes: 38, keptAs: "damaged-000000000001-95-38")
        #expect(journal.findings == [finding] && finding.isLoss)
        #expect(try folder.bytes("damaged-000000000001-95-38") == Array(folder.bytes(name)[95..<133]))
        #expect(try journal.texts().count == 4)
        journal.close()
        #expect(try folder.open().findings == [])
    }

    @Test func `several damaged records are set aside together, and those behind them go on`() throws {
        let folder = try written()
        let name = try folder.segment()
        try folder.patch(name, at: 45, [UInt8](repeating: 9, count: 70))
        #expect(try folder.texts() == ["4", "the last"])
    }

    @Test func `a record that is damaged while the service runs is passed over, and nothing waits for it`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.append("a", "b", "c")
        let name = try folder.segment()
        try folder.patch(name, at: 40 + 26 + 25, [0])
        let records = try journal.read(limit: 9)
        #expect(records.map(\.text) == ["a", "c"])
        #expect(journal.pendingCount == 2)
        #expect(journal.takeFindings().count == 1)
        try journal.markApplied(upTo: records[1].position)
        #expect(journal.pendingCount == 0)
        #expect(try folder.names("segment-") == [])
        #expect(try folder.names("damaged-").count == 1)
    }

    @Test func `a record that is damaged between reading and marking does not stay in the count`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.append("a", "b", "c")
        let records = try journal.read(limit: 9)
        // Another segment is read meanwhile, so that the bytes are not at hand any more.
        journal.reader = nil
        try folder.patch(try folder.segment(), at: 40 + 26 + 25, [0])
        try journal.markApplied(upTo: records[1].position)
        #expect(journal.pendingCount == 1)
        try journal.markApplied(upTo: records[2].position)
        #expect(journal.pendingCount == 0)
        #expect(try folder.names("segment-") == [])
    }

    @Test func `a segment of nothing but damage does not stop the queue`() throws {
        let folder = try JournalFolder()
        let journal = try Journal.open(folder.options(segmentBytes: 60))
        try journal.append("a")
        let name = try folder.segment()
        try journal.append("b")
        try folder.patch(name, at: 40, [UInt8](repeating: 1, count: 26))
        #expect(try journal.texts() == ["b"])
        #expect(try folder.segment() != name)
        #expect(journal.pendingCount == 1)
    }

    @Test func `a segment with both headers damaged is moved aside whole`() throws {
        let folder = try written()
        let name = try folder.segment()
        try folder.patch(name, at: 8, [1, 2, 3])
        try folder.patch(name, at: 28, [1, 2, 3])
        let bytes = try folder.bytes(name)
        let journal = try folder.open()
        #expect(journal.findings.count == 1 && journal.pendingCount == 0)
        #expect(try folder.bytes("damaged-000000000001-all") == bytes)
        try journal.append("new")
        #expect(try journal.texts() == ["new"])
    }

    @Test func `a segment of a newer version stops the start and is left alone`() throws {
        let folder = try written()
        let name = try folder.segment()
        var bytes = try folder.bytes(name)
        bytes[7] = 2
        let checksum = Array(bytes[..<16]).withUnsafeBytes { CRC32C.checksum($0) }
        withUnsafeBytes(of: checksum.littleEndian) { bytes.replaceSubrange(16..<20, with: $0) }
        try folder.write(bytes, name)
        #expect(throws: JournalError.unsupportedVersion(file: folder.file(name), version: 2)) { try folder.open() }
        #expect(try folder.bytes(name) == bytes)
    }

    @Test func `a payload that looks like a record is not taken for one when its record is damaged`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.append("outer")
        var forged = try folder.bytes(folder.segment())
        forged.removeFirst(SegmentFormat.headerSize)
        journal.close()
        try folder.removeSegments()

        let target = try folder.open()
        try target.append([.init(receivedAt: 1, payload: [1] + forged + [2])])
        try target.append("behind")
        target.close()
        try folder.patch(try folder.segment(), at: 40 + 9, [0xAA])
        #expect(try folder.texts() == ["behind"])
    }

    @Test func `space that the file system added to the end and never filled is cut off`() throws {
        let folder = try written()
        let name = try folder.segment()
        try folder.write(try folder.bytes(name) + [UInt8](repeating: 0, count: 5000), name)
        let journal = try folder.open()
        #expect(journal.findings == [.tornRecordCut(file: name, bytes: 5000)])
        #expect(try journal.texts() == texts)
    }

    @Test func `no more damaged bytes are kept than the limit says`() throws {
        let folder = try written()
        let name = try folder.segment()
        try folder.patch(name, at: 41, [0xEE])
        try folder.patch(name, at: 133, [0xEE])
        let journal = try Journal.open(folder.options(damagedBytes: 30))
        #expect(journal.findings.count == 2)
        #expect(journal.findings.last == .damagedNotKept(file: name, offset: 133, bytes: 26))
        #expect(try folder.names("damaged-") == ["damaged-000000000001-40-30"])
        #expect(try journal.texts() == ["", "the third one", "the last"])
    }

    @Test func `a segment that somebody deleted is reported and passed over`() throws {
        let folder = try JournalFolder()
        let journal = try Journal.open(folder.options(segmentBytes: 60))
        for text in ["a", "b", "c"] { try journal.append(text) }
        let names = try folder.names("segment-")
        try folder.remove(names[1])
        #expect(try journal.texts() == ["a", "c"])
        #expect(journal.findings == [.segmentMissing(file: names[1])])
        #expect(journal.pendingCount == 2)
        try journal.markApplied(upTo: journal.read(limit: 9)[1].position)
        #expect(journal.pendingCount == 0)
    }

    @Test func `a block that the disk cannot read costs what is in it, and its file is kept`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        let big = String(repeating: "x", count: 6000)
        for text in ["a", big, big, "d"] { try journal.append(text) }
        journal.close()
        var calls = SystemCalls.real
        calls.read = { file, bytes, offset in
            guard offset <= 5000 && offset + bytes.count > 5000 else {
                return pread(file, bytes.baseAddress, bytes.count, offset)
            }
            errno = EIO
            return -1
        }
        let again = try folder.open(calls: calls)
        let records = try again.read(limit: 9)
        #expect(records.map(\.text.count) == [1, 1])
        #expect(again.pendingCount == 2)
        #expect(!again.findings.isEmpty && again.findings.allSatisfy(\.isLoss))
        let name = try folder.segment()
        let bytes = try folder.bytes(name)
        try again.markApplied(upTo: #require(records.last).position)
        #expect(try folder.names("segment-") == [])
        #expect(try folder.bytes("damaged-000000000001-all") == bytes)
    }
}
