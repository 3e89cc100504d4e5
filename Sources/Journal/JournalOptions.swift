extension Journal {
    /// Where a journal lives and how large it may become.
    public struct Options: Sendable {
        /// The folder; it is made when it is not there.
        public let directory: String
        /// How many bytes of records may be on the disk, applied ones in a segment still in use included
        /// (`JOURNAL_MAX_BYTES`).
        public let maxBytes: Int
        /// From which size on a new segment is begun. Segments are what is deleted at once, so never more than a
        /// quarter of `maxBytes`; one batch is never split, so a segment can be larger by one batch.
        public let segmentBytes: Int
        /// How long a payload may be; 16 MiB at most, which belongs to the format.
        public let recordBytes: Int
        /// How large each of the two files of dead letters may become. When both are full, no event can be given up any
        /// more.
        public let deadLetterBytes: Int
        /// How many bytes of damaged records are kept for a person to look at.
        public let damagedBytes: Int

        /// Where a journal lives, with the default limits unless others are given.
        public init(
            directory: String, maxBytes: Int = 256 << 20, segmentBytes: Int = 8 << 20, recordBytes: Int = 16 << 20,
            deadLetterBytes: Int = 16 << 20, damagedBytes: Int = 64 << 20
        ) {
            self.directory = directory
            self.maxBytes = maxBytes
            self.segmentBytes = min(segmentBytes, maxBytes / 4)
            self.recordBytes = min(recordBytes, SegmentFormat.maxPayload)
            self.deadLetterBytes = deadLetterBytes
            self.damagedBytes = damagedBytes
        }
    }
}
