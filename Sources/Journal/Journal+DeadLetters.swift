extension Journal {
    /// Writes a record that no retry can store to `dead-letters.ndjson`, durably. Mark it as applied afterwards; after
    /// a crash in between it is there twice.
    ///
    /// - Throws: `.deadLettersBusy` while the command line rewrites them: try again later; `.deadLettersFull` until a
    ///   person has applied or dropped some.
    public func deadLetter(_ record: Record, reason: String, at: Int64) throws(JournalError) {
        try checkOpen()
        try folder.checkPlace()
        let letter = DeadLetter(record, reason: reason, at: at)
        try DeadLetters(folder).add(letter, limit: options.deadLetterBytes, calls)
    }

    /// Writes an event that was never queued, durably.
    public func deadLetter(_ record: NewRecord, reason: String, at: Int64) throws(JournalError) {
        try checkOpen()
        try folder.checkPlace()
        try DeadLetters(folder).add(DeadLetter(record, reason: reason, at: at), limit: options.deadLetterBytes, calls)
    }

    /// Whether another dead letter of usual size fits.
    public var hasRoomForDeadLetters: Bool {
        DeadLetters(folder).hasRoom(for: Self.usualRecord, options.deadLetterBytes)
    }

    /// How many dead letters there are now. Two system calls, unless they have changed.
    public func deadLetterCount() -> Int { deadLetterTally.current(folder) }
}
