import CSystem
import Glibc

extension Journal {
    /// Tries whether the disk takes a record of usual size now: writes and syncs as much beside the segments, and
    /// removes it again.
    ///
    /// - Throws: what an append would throw.
    public func probe() throws(JournalError) {
        try checkOpen()
        try checkPlace()
        guard hasRoom else { throw .full(limit: options.maxBytes) }
        let path = folder.path(of: FileName.probe)
        let file = try folder.open(FileName.probe, O_WRONLY | O_CREAT | O_TRUNC, "create")
        defer {
            Glibc.close(file)
            folder.remove(FileName.probe)
        }
        if let number = calls.writeAll([UInt8](repeating: 0, count: Self.usualRecord), to: file, at: 0) {
            throw JournalError("write", path, errno: number)
        }
        if calls.sync(file) != 0 { throw JournalError("sync", path, errno: errno) }
    }
}
