import CSystem
import Glibc

/// The segment that is written to.
///
/// What is durable when: the records of a batch are, once `fdatasync` has returned; the file itself is, once its folder
/// was synced after it was made. Both happen before `write` returns. A segment that was begun by an earlier process is
/// never written to: what its last pages went through is not known.
final class SegmentWriter {
    /// What came of a write.
    enum WriteResult {
        case durable
        /// Nothing of it counts, and the segment is as before.
        case undone(JournalError)
        /// Nothing of it counts, and the segment must not be written to any more.
        case spoiled(JournalError)
    }

    let number: Int
    let marker = SegmentFormat.newMarker()
    /// Where the durable records end; 0 before the first batch.
    private(set) var end = 0

    private let file: Int32
    private let folder: Folder
    private let calls: SystemCalls
    private var path: String { folder.path(of: FileName.segment(number)) }

    init(_ folder: Folder, number: Int, calls: SystemCalls) throws(JournalError) {
        self.number = number
        self.folder = folder
        self.calls = calls
        file = try folder.open(FileName.segment(number), O_WRONLY | O_CREAT | O_EXCL, "create")
    }

    deinit { close(file) }

    /// Whether the file still has a name in its folder.
    var isNamed: Bool {
        var status = stat()
        return fstat(file, &status) == 0 && status.st_nlink > 0
    }

    /// Reads what was made durable, whether the file still has a name or not.
    func reader() throws(JournalError) -> SegmentReader? {
        let copy = Glibc.open("/proc/self/fd/\(file)", O_RDONLY | O_CLOEXEC)
        guard copy >= 0 else { throw JournalError("open", path, errno: errno) }
        return try SegmentReader(file: copy, number: number, name: path, end: end, calls: calls)
    }

    /// Makes a batch durable; the first one has the header before it.
    func write(_ batch: [UInt8]) -> WriteResult {
        if let number = calls.writeAll(batch, to: file, at: end) {
            return undo(JournalError("write", path, errno: number))
        }
        if calls.sync(file) != 0 {
            // After a failed sync the kernel calls the pages clean although the disk never got them, and the next sync
            // would lie ("fsyncgate"): this file is finished.
            let error = JournalError("sync", path, errno: errno)
            _ = undo(error)
            return .spoiled(error)
        }
        if end == 0 {
            do { try folder.sync() } catch { return .spoiled(error) }
        }
        end += batch.count
        return .durable
    }

    /// Takes back what was written of a batch, so that it does not come to life after a restart.
    private func undo(_ error: JournalError) -> WriteResult {
        guard calls.truncate(file, end) == 0, calls.sync(file) == 0 else { return .spoiled(error) }
        if case .noSpace = error { return .undone(error) }
        return .spoiled(error)
    }
}
