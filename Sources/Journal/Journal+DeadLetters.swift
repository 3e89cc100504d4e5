extension Journal {
    /// Writes a record that no retry can store to `dead-letters.ndjson`, durably. Mark it as applied afterwards; after a
    /// crash in between it is there twice.
    ///
    /// - Throws: `.deadLettersBusy` while the command line rewrites them: try again later.
    public func deadLetter(_ record: Record, reason: String, at: Int64) throws(JournalError) {
        try checkOpen()
        let letter = DeadLetter(record, reason: reason, at: at)
        if let finding = try DeadLetters(folder).add(letter, limit: options.deadLetterBytes, calls) { report(finding) }
    }

    /// How many dead letters there are now. Two system calls, unless they have changed.
    public func deadLetterCount() -> Int { deadLetterTally.current(folder) }
}
