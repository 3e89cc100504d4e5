extension Journal {
    /// Keeps the records, all or none, with one sync of the disk for all of them.
    ///
    /// Returns the position of the last one. When it throws, none of them is kept, and the journal can be used as
    /// before. (Should the disk fail so badly that not even that can be written, they may come back after a restart.)
    @discardableResult
    public func append(_ records: [NewRecord]) throws(JournalError) -> Position {
        try checkOpen()
        guard !records.isEmpty else { return end }
        var size = 0
        for record in records {
            guard record.payload.count <= options.recordBytes else {
                throw .tooLarge(bytes: record.payload.count, limit: options.recordBytes)
            }
            size += SegmentFormat.recordHeadSize + record.payload.count
        }
        try checkPlace()
        let writer = try writer(for: size)
        try write(batch(records, size, for: writer), with: writer)
        segments[segments.count - 1].pendingCount += records.count
        segments[segments.count - 1].pendingBytes += size
        if oldestReceivedAt == nil { oldestReceivedAt = records[0].receivedAt }
        return end
    }

    /// Behind everything that there is.
    var end: Position {
        segments.last.map { Position(segment: $0.number, offset: $0.end) } ?? applied
    }

    /// The segment for a batch of so many bytes: the one in use, or a new one.
    private func writer(for size: Int) throws(JournalError) -> SegmentWriter {
        if let writer, writer.end + size <= options.segmentBytes {
            guard diskBytes + size <= options.maxBytes else { throw .full(limit: options.maxBytes) }
            return writer
        }
        guard diskBytes + SegmentFormat.headerSize + size <= options.maxBytes else {
            throw .full(limit: options.maxBytes)
        }
        // Also when it cannot be made: a file that is in the way stays where it is.
        lastNumber += 1
        return try SegmentWriter(folder, number: lastNumber, calls: calls)
    }

    private func batch(_ records: [NewRecord], _ size: Int, for writer: SegmentWriter) -> [UInt8] {
        var bytes = writer.end == 0 ? SegmentFormat.header(marker: writer.marker) : []
        bytes.reserveCapacity(SegmentFormat.headerSize + size)
        for record in records { SegmentFormat.append(record, marker: writer.marker, to: &bytes) }
        return bytes
    }

    private func write(_ batch: [UInt8], with writer: SegmentWriter) throws(JournalError) {
        let isNew = writer.end == 0
        switch writer.write(batch) {
        case .durable:
            if isNew {
                segments.append(Segment(number: writer.number, end: 0, diskBytes: 0))
                self.writer = writer
            }
            segments[segments.count - 1].end = writer.end
            segments[segments.count - 1].diskBytes = writer.end
        case .undone(let error):
            if isNew { discard(writer) }
            throw error
        case .spoiled(let error):
            if isNew { discard(writer) } else { abandon(writer, error) }
            throw error
        }
    }

    /// A segment that never came to hold anything.
    private func discard(_ writer: SegmentWriter) {
        folder.remove(FileName.segment(writer.number))
    }

    /// What is in it stays readable up to its end; the next batch begins a new one.
    private func abandon(_ writer: SegmentWriter, _ error: JournalError) {
        let name = FileName.segment(writer.number)
        segments[segments.count - 1].diskBytes = folder.size(of: name)
        self.writer = nil
        report(.segmentClosed(file: name, reason: error.description))
    }
}
