import CSystem
import Glibc

/// An open folder and the files in it, by name: it stays the same folder whatever happens to its path.
final class Folder {
    let path: String
    private let descriptor: Int32

    /// Opens the folder, and makes it and those above it where asked to.
    init(_ path: String, create: Bool) throws(JournalError) {
        self.path = path
        if create { try Self.make(path) }
        descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw JournalError("open the folder", path, errno: errno) }
    }

    deinit { close(descriptor) }

    /// For its owner only: the events hold personal data.
    private static func make(_ path: String) throws(JournalError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += made.isEmpty || made.hasSuffix("/") ? String(part) : "/\(part)"
            if mkdir(made, 0o700) != 0 && errno != EEXIST {
                let number = errno
                // Folders on the way may be closed to us and still be there, and then this is not our trouble.
                guard access(made, F_OK) == 0 else { throw JournalError("create the folder", made, errno: number) }
            }
        }
    }

    /// Makes sure that the folder is still at its path.
    func checkPlace() throws(JournalError) {
        var (own, found) = (stat(), stat())
        let isInPlace =
            fstat(descriptor, &own) == 0 && stat(path, &found) == 0 && own.st_ino == found.st_ino
            && own.st_dev == found.st_dev
        if !isInPlace { throw .folderMissing(directory: path) }
    }

    func path(of name: String) -> String { "\(path)/\(name)" }

    func open(_ name: String, _ flags: Int32, _ action: String = "open") throws(JournalError) -> Int32 {
        let file = openat(descriptor, name, flags | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw JournalError(action, path(of: name), errno: errno) }
        return file
    }

    /// Opens a file for reading; `nil` when it is not there.
    func openIfThere(_ name: String) throws(JournalError) -> Int32? {
        let file = openat(descriptor, name, O_RDONLY | O_CLOEXEC)
        if file < 0 && errno == ENOENT { return nil }
        guard file >= 0 else { throw JournalError("open", path(of: name), errno: errno) }
        return file
    }

    /// The bytes of a small file; `nil` when it is not there.
    func contents(of name: String) throws(JournalError) -> [UInt8]? {
        guard let file = try openIfThere(name) else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw JournalError("read", path(of: name), errno: errno) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }

    /// The facts about a file; `nil` when it is not there.
    func status(of name: String) -> stat? {
        var status = stat()
        return fstatat(descriptor, name, &status, 0) == 0 ? status : nil
    }

    func size(of name: String) -> Int { status(of: name).map { Int($0.st_size) } ?? 0 }

    /// Deletes a file; returns the number of the error, if any.
    @discardableResult func remove(_ name: String) -> Int32? {
        unlinkat(descriptor, name, 0) == 0 || errno == ENOENT ? nil : errno
    }

    func rename(_ name: String, to other: String) throws(JournalError) {
        guard renameat(descriptor, name, descriptor, other) == 0 else {
            throw JournalError("rename", path(of: name), errno: errno)
        }
    }

    /// Makes the names durable: a file whose folder was not synced is gone after a power failure, synced or not.
    func sync() throws(JournalError) {
        guard fsync(descriptor) == 0 else { throw JournalError("sync the folder", path, errno: errno) }
    }

    /// The names of the files, sorted.
    func names() throws(JournalError) -> [String] {
        // A descriptor of its own: the folder's would share the place of reading.
        let file = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0, let listing = fdopendir(file) else { throw JournalError("list", path, errno: errno) }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            names.append(name)
        }
        return names.sorted()
    }
}
