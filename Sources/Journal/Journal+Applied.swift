extension Journal {
    /// Notes that everything up to and including the record at `position` was applied, and deletes the segments of
    /// which nothing is left. A position before one that was marked already changes nothing.
    ///
    /// When it throws, the position counts all the same until the process ends: after a restart some records are read
    /// once more.
    public func markApplied(upTo position: Position) throws(JournalError) {
        try checkOpen()
        let target = min(position, end)
        guard target > applied else { return }
        try countDown(to: target)
        applied = target
        try dropApplied()
        try refreshOldest()
        try Checkpoint.write(applied, folder, calls)
    }

    /// Takes the records between what was applied and `target` out of the counts.
    private func countDown(to target: Position) throws(JournalError) {
        if let index = segments.firstIndex(where: { $0.number == target.segment }), let reader = try reader(index) {
            let passed = try reader.content(from: start(of: reader), upTo: target.offset)
            if passed.damage.isEmpty {
                segments[index].pendingCount -= passed.count
                segments[index].pendingBytes -= passed.bytes
            } else {
                // What was counted may have been damaged since.
                segments[index].setPending(try reader.content(from: target.offset))
            }
        }
        for index in segments.indices where segments[index].number < target.segment {
            segments[index].pendingCount = 0
            segments[index].pendingBytes = 0
        }
    }

    /// Deletes the segments at the front in which nothing is left to apply; with the last one, the disk is free.
    func dropApplied() throws(JournalError) {
        while let segment = segments.first, segment.pendingCount == 0 {
            let name = FileName.segment(segment.number)
            if reader?.number == segment.number { reader = nil }
            if writer?.number == segment.number { writer = nil }
            remove(segment, name)
            applied = max(applied, Position(segment: segment.number, offset: segment.end))
            segments.removeFirst()
        }
    }

    private func remove(_ segment: Segment, _ name: String) {
        let aside = FileName.damaged(segment: segment.number)
        if segment.isUnreadable, (try? folder.rename(name, to: aside)) != nil { return }
        if let errno = folder.remove(name) { report(.segmentNotDeleted(file: name, errno: errno)) }
    }

    /// Looks up the age of the first record that is left.
    func refreshOldest() throws(JournalError) {
        oldestReceivedAt = nil
        for index in segments.indices {
            guard let reader = try reader(index) else { continue }
            oldestReceivedAt = try reader.content(from: start(of: reader), most: 1).oldest
            if oldestReceivedAt != nil { return }
        }
    }
}
