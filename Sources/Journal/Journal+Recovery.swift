import CSystem
import Glibc

extension Journal {
    /// Finds out what an earlier process left behind.
    ///
    /// Nothing that may have been acknowledged is thrown away: the only bytes cut off are those at the end of a segment
    /// that are not a whole record.
    func recover() throws(JournalError) {
        applied = try readCheckpoint()
        lastNumber = applied.segment
        for name in try folder.names() {
            // A replacement that was never finished: what it was to replace is still there.
            if name.hasPrefix("segment-"), name.hasSuffix(FileName.draft(of: "")) { folder.remove(name) }
            guard let number = FileName.segmentNumber(name) else { continue }
            lastNumber = max(lastNumber, number)
            if number < applied.segment { removeApplied(name) } else { try recoverSegment(number, name) }
        }
        try dropApplied()
        try refreshOldest()
    }

    private func readCheckpoint() throws(JournalError) -> Position {
        switch try Checkpoint.read(folder) {
        case .none: return .start
        case .applied(let position): return position
        case .unusable:
            report(.checkpointUnusable(file: FileName.checkpoint))
            return .start
        }
    }

    private func removeApplied(_ name: String) {
        if let errno = folder.remove(name) { report(.segmentNotDeleted(file: name, errno: errno)) }
    }

    private func recoverSegment(_ number: Int, _ name: String) throws(JournalError) {
        guard let reader = try SegmentReader(folder, number: number, calls: calls) else { return }
        switch reader.header {
        case .newer(let version): throw .unsupportedVersion(file: folder.path(of: name), version: version)
        case .damaged: try removeHeadless(name, number, bytes: reader.end)
        case .marker:
            let size = reader.end
            let start = applied.segment == number ? applied.offset : 0
            var content = try reader.content(from: start)
            if let last = content.damage.last, last.upperBound == size, try reader.isTorn(from: last.lowerBound) {
                content.damage.removeLast()
                try cut(reader, name, to: last.lowerBound)
            }
            for range in content.damage { _ = try keepDamage(range, of: reader) }
            var segment = Segment(number: number, end: reader.end, diskBytes: folder.size(of: name))
            segment.isUnreadable = reader.isUnreadable
            segment.setPending(content)
            segments.append(segment)
        }
    }

    /// Cuts the file off, so that what was never finished is not met at each start. That this fails is no harm.
    private func cut(_ reader: SegmentReader, _ name: String, to end: Int) throws(JournalError) {
        report(.tornRecordCut(file: name, bytes: reader.end - end))
        reader.end = end
        guard let file = try? folder.open(name, O_WRONLY) else { return }
        _ = calls.truncate(file, end)
        Glibc.close(file)
    }

    /// A segment that has no usable header: begun and never finished, or damaged in both copies; then nothing tells
    /// where its records are, and all of it is set aside.
    private func removeHeadless(_ name: String, _ number: Int, bytes: Int) throws(JournalError) {
        guard bytes >= SegmentFormat.headerSize + SegmentFormat.recordHeadSize else {
            if bytes > 0 { report(.tornRecordCut(file: name, bytes: bytes)) }
            folder.remove(name)
            return
        }
        let kept = FileName.damaged(segment: number)
        try folder.rename(name, to: kept)
        report(.damagedSetAside(file: name, offset: 0, bytes: bytes, keptAs: kept))
    }
}
