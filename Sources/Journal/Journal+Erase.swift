import CSystem
import Glibc

// Erasure of single records, for a person who has the right to it. A record keeps its place and its size, so that all
// positions stay what they are; its payload becomes zeros, which no sender's event is.
extension Journal.Record {
    /// Whether the record was erased: it is there to be passed over and ticked off.
    public var isVoid: Bool { !payload.isEmpty && payload.allSatisfy { $0 == 0 } }
}

extension Journal {
    /// Some records of one segment, in order.
    public struct Stretch: Sendable {
        /// Those of the stretch, applied ones included.
        public let records: [Record]
        /// Where the next stretch begins; `nil` at the end of the segment.
        public let next: Int?
    }

    /// The numbers of the segments on the disk, the oldest first.
    public var segmentNumbers: [Int] { segments.map(\.number) }

    /// The records of a segment from a place on, applied ones included: they are on the disk until the whole segment
    /// goes. About so many bytes; `nil` for a segment that is gone.
    public func stretch(ofSegment number: Int, from start: Int = 0, bytes: Int) throws(JournalError) -> Stretch? {
        try checkOpen()
        guard let index = segments.firstIndex(where: { $0.number == number }), let reader = try reader(index) else {
            return nil
        }
        var records: [Record] = []
        var offset = max(start, SegmentFormat.headerSize)
        let limit = offset + bytes
        while offset < reader.end, offset < limit {
            switch try reader.step(at: offset) {
            case .damage(let next): offset = next
            case .record(let head):
                offset += head.size
                records.append(
                    Record(
                        position: Position(segment: number, offset: offset), receivedAt: head.receivedAt,
                        flags: head.flags, payload: try reader.bytes(offset - head.length..<offset)))
            }
        }
        return Stretch(records: records, next: offset < reader.end ? offset : nil)
    }

    /// Erases records of one segment for good: the segment's file is replaced, in one step, by one in which their
    /// payloads are zeros. After a crash either the old or the new file is there.
    ///
    /// - Throws: when the disk has no room for a copy of the segment, or fails; then nothing is erased.
    public func erase(_ unwanted: [Record]) throws(JournalError) {
        try checkOpen()
        guard let number = unwanted.first?.position.segment,
            let index = segments.firstIndex(where: { $0.number == number }), let reader = try reader(index),
            case .marker(let marker) = reader.header
        else { return }
        let name = FileName.segment(number)
        guard var bytes = try folder.contents(of: name) else { return }
        bytes.removeLast(max(0, bytes.count - reader.end))
        for record in unwanted where record.position.segment == number && record.position.offset <= bytes.count {
            let blank = NewRecord(
                receivedAt: record.receivedAt, flags: record.flags,
                payload: [UInt8](repeating: 0, count: record.payload.count))
            var image: [UInt8] = []
            SegmentFormat.append(blank, marker: marker, to: &image)
            bytes.replaceSubrange(record.position.offset - image.count..<record.position.offset, with: image)
        }
        try replace(name, with: bytes)
        // Both have the old file open, which is no file any more.
        self.reader = nil
        if writer?.number == number { writer = nil }
        segments[index].diskBytes = bytes.count
    }

    private func replace(_ name: String, with bytes: [UInt8]) throws(JournalError) {
        let draft = FileName.draft(of: name)
        let file = try folder.open(draft, O_WRONLY | O_CREAT | O_TRUNC, "create")
        var failure = calls.writeAll(bytes, to: file, at: 0)
        if failure == nil && calls.sync(file) != 0 { failure = errno }
        Glibc.close(file)
        if let failure {
            folder.remove(draft)
            throw JournalError("write", folder.path(of: draft), errno: failure)
        }
        try folder.rename(draft, to: name)
        try folder.sync()
    }
}
