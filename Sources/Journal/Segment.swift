/// What the journal knows of one segment file.
struct Segment {
    let number: Int
    /// Up to where it holds records that count.
    var end: Int
    /// What it takes on the disk.
    var diskBytes: Int
    /// Records in it that were not applied yet.
    var pendingCount = 0
    /// Their bytes.
    var pendingBytes = 0

    /// The disk could not read some of it. It may another time, so that the file is moved aside and not deleted.
    var isUnreadable = false

    mutating func setPending(_ content: SegmentReader.Content) {
        pendingCount = content.count
        pendingBytes = content.bytes
    }
}
