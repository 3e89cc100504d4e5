import CSystem
import Glibc

/// The queue on disk for the time when Redis is away: events are appended, read back in order, and marked as applied.
///
/// What `append` has returned for is on the disk and is read back after any kind of death, until it is marked as
/// applied. What was applied may be read once more after a crash: applying must be harmless the second time.
/// Belongs to one thread. It holds no payload in memory.
public final class Journal {
    let options: Options
    let folder: Folder
    let calls: SystemCalls
    /// Released when this is set to `nil`, which is what `close()` does.
    var lock: FileLock?
    /// In order; the last one is the writer's, where there is one.
    var segments: [Segment] = []
    var writer: SegmentWriter?
    /// The reader of the segment that was read last.
    var reader: SegmentReader?
    /// Segment numbers are never used twice, because positions are not.
    var lastNumber = 0
    /// Everything up to here was applied.
    var applied = Position.start
    var damage: Damage
    var deadLetterTally = DeadLetterCount()

    /// What was met since `takeFindings()` was last called, for the log.
    public private(set) var findings: [Incident] = []
    /// When the first of the records that were not applied yet reached us, in epoch milliseconds.
    public internal(set) var oldestReceivedAt: Int64?

    /// Opens the journal in a folder, which no other journal can open until this one is closed or its process is dead.
    ///
    /// Cuts off what was never finished, sets damaged records aside, and deletes what was applied; `takeFindings()`
    /// says so. Reads everything that is pending once, to check it: about a second for 256 MiB.
    public static func open(_ options: Options) throws(JournalError) -> Journal {
        try open(options, calls: .real)
    }

    /// The same, on a disk that a test can make fail.
    package static func open(_ options: Options, calls: SystemCalls) throws(JournalError) -> Journal {
        let folder = try Folder(options.directory, create: true)
        guard let lock = try FileLock(folder, FileName.lock, waits: false) else {
            throw .locked(directory: options.directory, pid: FileLock.signer(folder, FileName.lock))
        }
        lock.sign()
        let journal = Journal(options, folder, lock, calls, try Damage(folder, limit: options.damagedBytes))
        try journal.recover()
        return journal
    }

    private init(_ options: Options, _ folder: Folder, _ lock: FileLock, _ calls: SystemCalls, _ damage: Damage) {
        self.options = options
        self.folder = folder
        self.lock = lock
        self.calls = calls
        self.damage = damage
    }

    /// The folder.
    public var directory: String { options.directory }

    /// How many records were not applied yet.
    public var pendingCount: Int { segments.reduce(0) { $0 + $1.pendingCount } }

    /// How many bytes these take.
    public var pendingBytes: Int { segments.reduce(0) { $0 + $1.pendingBytes } }

    /// How many bytes the segments take on the disk, applied records in them included: what `Options.maxBytes` limits.
    public var diskBytes: Int { segments.reduce(0) { $0 + $1.diskBytes } }

    /// Whether another record of usual size stays within `Options.maxBytes`. The disk may say no all the same.
    public var hasRoom: Bool { diskBytes + Self.usualRecord <= options.maxBytes }

    /// A segment's header and a large event.
    static let usualRecord = 4096

    /// What was met since the last time, for the log; afterwards there is none.
    public func takeFindings() -> [Incident] {
        defer { findings = [] }
        return findings
    }

    /// Gives the folder free. Nothing needs to be written: what counts is on the disk already.
    public func close() {
        lock?.unsign()
        lock = nil
        writer = nil
        reader = nil
    }

    func report(_ finding: Incident) { findings.append(finding) }

    func checkOpen() throws(JournalError) {
        if lock == nil { throw .closed }
    }
}
