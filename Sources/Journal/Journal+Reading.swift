extension Journal {
    /// The next records, in order of arrival: those behind `position`, else the first that were not applied yet.
    ///
    /// At most `limit` of them and `maxBytes` of payload, but always one if there is any; so an empty answer means that
    /// there is none. Damage that was not met before is set aside (`takeFindings()`).
    public func read(
        from position: Position? = nil, limit: Int, maxBytes: Int = .max
    ) throws(JournalError) -> [Record] {
        try checkOpen()
        try checkPlace()
        let from = max(position ?? applied, applied)
        var records: [Record] = []
        var room = maxBytes
        for index in segments.indices where segments[index].number >= from.segment {
            let start = segments[index].number == from.segment ? from.offset : 0
            try collect(index, from: start, limit, &room, &records)
            if records.count >= limit || room < 0 { break }
        }
        // Nobody will mark a segment as applied that turned out to hold nothing but damage.
        try dropApplied()
        return records
    }

    /// Collects records of one segment; the room is negative when the next one did not fit.
    private func collect(
        _ index: Int, from start: Int, _ limit: Int, _ room: inout Int, _ records: inout [Record]
    ) throws(JournalError) {
        guard let reader = try reader(index) else { return }
        var offset = max(start, SegmentFormat.headerSize)
        while offset < reader.end, records.count < limit {
            switch try reader.step(at: offset) {
            case .record(let head):
                room -= head.length
                if room < 0 && !records.isEmpty { return }
                let next = offset + head.size
                records.append(
                    Record(
                        position: Position(segment: reader.number, offset: next), receivedAt: head.receivedAt,
                        flags: head.flags, payload: try reader.bytes(next - head.length..<next)))
                offset = next
            case .damage(let next):
                try setAside(offset..<next, of: reader, index)
                offset = next
            }
        }
    }

    /// The reader of a segment, kept for the next time; `nil` when its file is gone.
    func reader(_ index: Int) throws(JournalError) -> SegmentReader? {
        let segment = segments[index]
        if let reader, reader.number == segment.number {
            reader.end = segment.end
            return reader
        }
        reader = try SegmentReader(folder, number: segment.number, end: segment.end, calls: calls)
        if reader == nil { forget(index) }
        return reader
    }

    /// Somebody deleted the file: say so once, and go on with the others.
    private func forget(_ index: Int) {
        if segments[index].end == 0 { return }
        let number = segments[index].number
        report(.segmentMissing(file: FileName.segment(number)))
        segments[index] = Segment(number: number, end: 0, diskBytes: 0)
        if writer?.number == number { writer = nil }
    }

    /// Copies damage away, once, and counts anew what is left of the segment.
    private func setAside(_ range: Range<Int>, of reader: SegmentReader, _ index: Int) throws(JournalError) {
        guard try keepDamage(range, of: reader) else { return }
        segments[index].isUnreadable = reader.isUnreadable
        segments[index].setPending(try reader.content(from: start(of: reader)))
    }

    /// Copies damage away and says so; false when it was met before.
    func keepDamage(_ range: Range<Int>, of reader: SegmentReader) throws(JournalError) -> Bool {
        guard damage.isNew(range, of: reader) else { return false }
        if let finding = try damage.keep(range, of: reader, in: folder, calls) { report(finding) }
        return true
    }

    /// Where the records of a segment begin that were not applied yet.
    func start(of reader: SegmentReader) -> Int { applied.segment == reader.number ? applied.offset : 0 }
}
