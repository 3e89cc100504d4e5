extension Journal {
    /// What is in a journal's folder.
    public struct Summary: Sendable {
        /// A file with damaged bytes that was set aside.
        public struct DamagedFile: Equatable, Sendable {
            /// Its name in the folder.
            public let name: String
            /// Its size.
            public let bytes: Int
        }

        /// How many records were not applied yet.
        public fileprivate(set) var pendingCount = 0
        /// How many bytes these take.
        public fileprivate(set) var pendingBytes = 0
        /// When the first of them reached us, in epoch milliseconds.
        public fileprivate(set) var oldestReceivedAt: Int64?
        /// How many segment files there are.
        public fileprivate(set) var segments = 0
        /// Bytes among the pending that are no record.
        public fileprivate(set) var damagedBytes = 0
        /// The events that no retry could store, the oldest first.
        public fileprivate(set) var deadLetters: [DeadLetter] = []
        /// What was set aside.
        public fileprivate(set) var damagedFiles: [DamagedFile] = []
        /// The process that has the journal open, as far as it says so itself: a killed one does not take its name off.
        public fileprivate(set) var owner: Int32?
    }

    /// Looks into a folder without changing anything and without the lock, so also while a service works in it. Then it
    /// is a snapshot with soft edges: a record being written or a segment being deleted may be in it or not.
    public static func inspect(directory: String) throws(JournalError) -> Summary {
        let folder = try Folder(directory, create: false)
        var summary = Summary()
        summary.owner = FileLock.signer(folder, FileName.lock)
        let checkpoint = try Checkpoint.read(folder)
        for name in try folder.names() {
            if FileName.isDamaged(name) { summary.damagedFiles.append(.init(name: name, bytes: folder.size(of: name))) }
            guard let number = FileName.segmentNumber(name) else { continue }
            try summary.add(number, folder, checkpoint)
        }
        summary.deadLetters = try DeadLetters(folder).all()
        return summary
    }
}

extension Journal.Summary {
    fileprivate mutating func add(
        _ number: Int, _ folder: Folder, _ checkpoint: Checkpoint.Reading
    ) throws(JournalError) {
        var start = 0
        if case .applied(let position) = checkpoint {
            if number < position.segment { return }
            if number == position.segment { start = position.offset }
        }
        guard let reader = try SegmentReader(folder, number: number, calls: .real) else { return }
        if case .newer(let version) = reader.header {
            throw .unsupportedVersion(file: folder.path(of: FileName.segment(number)), version: version)
        }
        let content = try reader.content(from: start)
        segments += 1
        pendingCount += content.count
        pendingBytes += content.bytes
        if oldestReceivedAt == nil { oldestReceivedAt = content.oldest }
        for range in content.damage {
            // Most likely a record that is being written now.
            if range.upperBound == reader.end, try reader.isTorn(from: range.lowerBound) { continue }
            damagedBytes += range.count
        }
    }
}
