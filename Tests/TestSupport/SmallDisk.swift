import CSystem
import Foundation

/// A small disk in memory.
public struct SmallDisk: Sendable {
    /// Where it is mounted.
    public let path: String

    /// Mounts it; `nil` where that is not allowed, which is everywhere but for root.
    public init?(at path: String, kilobytes: Int = 256) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        self.path = path
        if mount("tmpfs", path, "tmpfs", 0, "size=\(kilobytes)k") != 0 { return nil }
    }

    /// Leaves no room.
    public func fill() throws {
        let file = open(path + "/filler", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure("cannot fill the disk: \(String(cString: strerror(errno)))") }
        defer { close(file) }
        let piece = [UInt8](repeating: 1, count: 4096)
        while write(file, piece, piece.count) > 0 {}
    }

    /// Makes room again.
    public func empty() throws { try FileManager.default.removeItem(atPath: path + "/filler") }

    /// Lets it be read only, or written again.
    @discardableResult public func remount(readOnly: Bool) -> Bool {
        mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT) | (readOnly ? UInt(MS_RDONLY) : 0), nil) == 0
    }

    /// Takes it away.
    public func remove() { umount2(path, Int32(MNT_DETACH)) }
}
