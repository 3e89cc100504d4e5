import CSystem
import Glibc

/// Reads a segment record by record and finds the way around damage.
final class SegmentReader {
    /// What is at a place in a segment.
    enum Step {
        /// A record; its bytes can be had until the next step.
        case record(SegmentFormat.RecordHead)
        /// Bytes that are no record, up to here: the next record, or the end.
        case damage(upTo: Int)
    }

    /// What is in a stretch of a segment.
    struct Content {
        var count = 0
        var bytes = 0
        var oldest: Int64?
        var damage: [Range<Int>] = []
    }

    let number: Int
    private(set) var header: SegmentFormat.Header
    /// Nothing behind it is read: it was never acknowledged.
    var end: Int
    /// Whether the disk failed to read a part of it, which then looks like damage.
    private(set) var isUnreadable = false

    private let file: Int32
    private let name: String
    private let calls: SystemCalls
    /// A piece of the file, from `windowStart` on.
    private var window: [UInt8] = []
    private var windowStart = 0

    private static let windowBytes = 65_536
    private static let blockBytes = 4096

    /// Opens a segment; `nil` when it is not there. It ends where the file does, unless told otherwise.
    convenience init?(_ folder: Folder, number: Int, end: Int? = nil, calls: SystemCalls) throws(JournalError) {
        let name = FileName.segment(number)
        guard let file = try folder.openIfThere(name) else { return nil }
        try self.init(file: file, number: number, name: folder.path(of: name), end: end, calls: calls)
    }

    /// Reads an open file, which is closed with this.
    init(file: Int32, number: Int, name: String, end: Int?, calls: SystemCalls) throws(JournalError) {
        self.number = number
        self.file = file
        self.calls = calls
        self.name = name
        var status = stat()
        self.end = end ?? (fstat(file, &status) == 0 ? Int(status.st_size) : 0)
        if self.end < SegmentFormat.headerSize {
            header = .damaged
        } else {
            header = .damaged
            try cover(0, SegmentFormat.headerSize)
            header = window.withUnsafeBytes {
                SegmentFormat.readHeader(UnsafeRawBufferPointer(rebasing: $0[..<SegmentFormat.headerSize]))
            }
        }
    }

    deinit { close(file) }

    /// What is at `offset`, which is before the end.
    func step(at offset: Int) throws(JournalError) -> Step {
        guard case .marker(let marker) = header else { return .damage(upTo: end) }
        if let head = try record(at: offset, marker) { return .record(head) }
        var next = offset + 1
        while let candidate = try find(marker, from: next) {
            if try record(at: candidate, marker) != nil { return .damage(upTo: candidate) }
            next = candidate + 1
        }
        return .damage(upTo: end)
    }

    /// What is between `offset` and the end, or another place before it; at most so many records.
    func content(from offset: Int, upTo limit: Int = .max, most: Int = .max) throws(JournalError) -> Content {
        var content = Content()
        var offset = max(offset, SegmentFormat.headerSize)
        while offset < min(end, limit), content.count < most {
            switch try step(at: offset) {
            case .record(let head):
                content.count += 1
                content.bytes += head.size
                if content.oldest == nil { content.oldest = head.receivedAt }
                offset += head.size
            case .damage(let next):
                content.damage.append(offset..<next)
                offset = next
            }
        }
        return content
    }

    /// Whether the bytes from `offset` to the end are the beginning of a record whose rest was never written, or
    /// space that the file system added to the file and never filled.
    func isTorn(from offset: Int) throws(JournalError) -> Bool {
        guard case .marker(let marker) = header, end - offset >= SegmentFormat.recordHeadSize else { return true }
        try cover(offset, SegmentFormat.recordHeadSize)
        let start = offset - windowStart
        let head = window.withUnsafeBytes {
            SegmentFormat.readRecordHead(UnsafeRawBufferPointer(rebasing: $0[start...]), marker: marker)
        }
        if let head { return offset + head.size > end }
        return try bytes(offset..<end).allSatisfy { $0 == 0 }
    }

    /// A copy of a stretch.
    func bytes(_ range: Range<Int>) throws(JournalError) -> [UInt8] {
        try cover(range.lowerBound, range.count)
        return Array(window[(range.lowerBound - windowStart)..<(range.upperBound - windowStart)])
    }

    private func record(at offset: Int, _ marker: UInt64) throws(JournalError) -> SegmentFormat.RecordHead? {
        guard end - offset >= SegmentFormat.recordHeadSize else { return nil }
        try cover(offset, SegmentFormat.recordHeadSize)
        var start = offset - windowStart
        let head = window.withUnsafeBytes {
            SegmentFormat.readRecordHead(UnsafeRawBufferPointer(rebasing: $0[start...]), marker: marker)
        }
        guard let head, offset + head.size <= end else { return nil }
        try cover(offset, head.size)
        start = offset - windowStart
        let isIntact = window.withUnsafeBytes {
            SegmentFormat.isIntact(UnsafeRawBufferPointer(rebasing: $0[start..<start + head.size]), head)
        }
        return isIntact ? head : nil
    }

    /// Where the marker stands next.
    private func find(_ marker: UInt64, from offset: Int) throws(JournalError) -> Int? {
        let pattern = withUnsafeBytes(of: marker.littleEndian) { Array($0) }
        var offset = offset
        while end - offset >= pattern.count {
            try cover(offset, min(end - offset, Self.windowBytes))
            let start = offset - windowStart
            let hit = window.withUnsafeBytes { window in
                (start...window.count - pattern.count).first {
                    window[$0] == pattern[0] && window[$0..<$0 + pattern.count].elementsEqual(pattern)
                }
            }
            if let hit { return windowStart + hit }
            // The marker may begin in the last bytes of the window.
            offset = windowStart + window.count - pattern.count + 1
        }
        return nil
    }

    /// Sees to it that the window holds these bytes, which are before the end.
    private func cover(_ offset: Int, _ count: Int) throws(JournalError) {
        if offset >= windowStart && offset + count <= windowStart + window.count { return }
        let wanted = min(max(count, Self.windowBytes), end - offset)
        if window.count > wanted { window.removeLast(window.count - wanted) }
        if window.count < wanted { window.append(contentsOf: repeatElement(0, count: wanted - window.count)) }
        windowStart = offset
        try fill(at: offset)
    }

    /// Reads the whole window. A block that the disk cannot read becomes zeros, which no checksum agrees with: so it is
    /// met as damage, and one bad block does not stop the queue. The same for a file that has become shorter.
    private func fill(at offset: Int) throws(JournalError) {
        var done = 0
        var most = window.count
        while done < window.count {
            let piece = done..<min(done + most, window.count)
            let count = window.withUnsafeMutableBytes {
                calls.read(file, UnsafeMutableRawBufferPointer(rebasing: $0[piece]), offset + done)
            }
            let number = errno
            if count > 0 {
                done += count
            } else if count == 0 {
                for index in done..<window.count { window[index] = 0 }
                return
            } else if number == EIO && piece.count > Self.blockBytes {
                most = Self.blockBytes
            } else if number == EIO {
                isUnreadable = true
                for index in piece { window[index] = 0 }
                done = piece.upperBound
            } else if number != EINTR {
                throw JournalError("read", name, errno: number)
            }
        }
    }
}
