import CSystem
import Glibc

/// Damaged bytes that were set aside, each stretch in a file named after where it was, for a person to look at.
struct Damage {
    /// No more than so many bytes are kept.
    let limit: Int
    /// What is kept already.
    private var kept: Int
    /// What was dealt with already: the damage stays in its segment until that is deleted, and is met again.
    private var known: Set<Place> = []

    private struct Place: Hashable {
        let segment: Int
        let range: Range<Int>
    }

    init(_ folder: Folder, limit: Int) throws(JournalError) {
        self.limit = limit
        kept = 0
        for name in try folder.names() where FileName.isDamaged(name) { kept += folder.size(of: name) }
    }

    /// Whether damage was not met before by this process.
    mutating func isNew(_ range: Range<Int>, of reader: SegmentReader) -> Bool {
        known.insert(Place(segment: reader.number, range: range)).inserted
    }

    /// Copies a stretch of a segment; `nil` when an earlier process did.
    mutating func keep(
        _ range: Range<Int>, of reader: SegmentReader, in folder: Folder, _ calls: SystemCalls
    ) throws(JournalError) -> Journal.Incident? {
        let name = FileName.damaged(segment: reader.number, range)
        if folder.status(of: name) != nil { return nil }
        let segment = FileName.segment(reader.number)
        let bytes = kept + range.count <= limit ? try reader.bytes(range) : nil
        guard let bytes, Self.write(bytes, name, folder, calls) else {
            return .damagedNotKept(file: segment, offset: range.lowerBound, bytes: range.count)
        }
        kept += range.count
        return .damagedSetAside(file: segment, offset: range.lowerBound, bytes: range.count, keptAs: name)
    }

    /// That the copy fails must not stop the queue.
    private static func write(_ bytes: [UInt8], _ name: String, _ folder: Folder, _ calls: SystemCalls) -> Bool {
        guard let file = try? folder.open(name, O_WRONLY | O_CREAT | O_EXCL, "create") else { return false }
        defer { close(file) }
        if calls.writeAll(bytes, to: file, at: 0) == nil && calls.sync(file) == 0 { return true }
        folder.remove(name)
        return false
    }
}
