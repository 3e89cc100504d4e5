import CSystem
import Glibc

// A journal that is removed while it is used goes on without a name: what is written to it is gone with the process. So
// it is looked at before each write, for three system calls beside an fsync.
extension Journal {
    /// Makes sure that what is written now would be found again.
    ///
    /// - Throws: `.folderMissing` when the folder is no longer at its path.
    func checkPlace() throws(JournalError) {
        try folder.checkPlace()
        guard let writer, !writer.isNamed else { return }
        let records = try rescue(writer)
        report(.segmentRescued(file: FileName.segment(writer.number), count: records.count))
        if reader?.number == writer.number { reader = nil }
        let before = segments
        segments.removeAll { $0.number == writer.number }
        self.writer = nil
        do { try append(records) } catch {
            // Its open file is all that there is: it is tried again.
            (segments, self.writer) = (before, writer)
            throw error
        }
    }

    /// Goes on in a folder that has taken the place of ours, with what the open segment holds. What other segments held
    /// is lost, which `takeFindings()` of this journal says. Afterwards this journal is closed.
    ///
    /// - Returns: the journal there; `nil` while there is no folder, or it is still ours.
    public func successor() throws(JournalError) -> Journal? {
        guard (try? folder.checkPlace()) == nil, (try? Folder(options.directory, create: false)) != nil else {
            return nil
        }
        let next = try Journal.open(options, calls: calls)
        if let writer { try next.append(rescue(writer)) }
        for segment in segments where segment.number != writer?.number && segment.pendingCount > 0 {
            report(.segmentMissing(file: FileName.segment(segment.number)))
        }
        close()
        return next
    }

    /// What was not applied yet of the segment that is written to, read through its open file.
    private func rescue(_ writer: SegmentWriter) throws(JournalError) -> [NewRecord] {
        guard let reader = try writer.reader(), case .marker = reader.header else { return [] }
        var records: [NewRecord] = []
        var offset = max(start(of: reader), SegmentFormat.headerSize)
        while offset < reader.end {
            switch try reader.step(at: offset) {
            case .damage(let next): offset = next
            case .record(let head):
                offset += head.size
                records.append(
                    NewRecord(
                        receivedAt: head.receivedAt, flags: head.flags,
                        payload: try reader.bytes(offset - head.length..<offset)))
            }
        }
        return records.filter { $0.payload.isEmpty || !$0.payload.allSatisfy { $0 == 0 } }
    }

    // MARK: Whose events these are

    /// The id of the database that the events are for, as noted by ``note(database:)``.
    public var database: String? {
        guard let bytes = try? folder.contents(of: FileName.database) else { return nil }
        let text = String(decoding: bytes.prefix { $0 != 10 }.prefix(64), as: UTF8.self)
        return text.isEmpty ? nil : text
    }

    /// Notes the id of the database. A note that is lost with the machine's power is only missed.
    public func note(database: String) throws(JournalError) {
        try checkOpen()
        let draft = FileName.draft(of: FileName.database)
        let file = try folder.open(draft, O_WRONLY | O_CREAT | O_TRUNC, "create")
        let failure = calls.writeAll(Array("\(database)\n".utf8), to: file, at: 0)
        Glibc.close(file)
        if let failure { throw JournalError("write", folder.path(of: draft), errno: failure) }
        try folder.rename(draft, to: FileName.database)
    }
}
