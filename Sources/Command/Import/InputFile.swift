import Glibc

/// Why a file that a command was given cannot be used; one line for the terminal.
struct InputError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    init(_ action: String, _ path: String) {
        description = "cannot \(action) \(Screen.plain(path)): \(String(cString: strerror(errno)))"
    }
}

/// A file that a command reads, or standard input.
final class InputFile {
    /// What stands for standard input.
    static let standardInput = "-"

    let path: String
    private let descriptor: Int32

    init(_ path: String) throws(InputError) {
        self.path = path
        descriptor = path == Self.standardInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw InputError("open", path) }
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw InputError("\(Screen.plain(path)) is a folder: name a file, or - for standard input")
        }
    }

    deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

    /// Its size; `nil` for a pipe, a terminal and the like.
    var size: Int? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// Whether reading would not wait.
    var isReady: Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    /// The next bytes, at most so many; empty at the end.
    func read(_ count: Int) throws(InputError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        while true {
            let got = Glibc.read(descriptor, &bytes, count)
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw InputError("read", path) }
            bytes.removeLast(count - got)
            return bytes
        }
    }

    /// The bytes of a stretch of a file.
    func read(_ range: Range<Int>) throws(InputError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        guard pread(descriptor, &bytes, range.count, range.lowerBound) == range.count else {
            throw InputError("read", path)
        }
        return bytes
    }

    /// Goes on reading from there.
    func seek(to offset: Int) throws(InputError) {
        guard lseek(descriptor, offset, SEEK_SET) == offset else { throw InputError("seek in", path) }
    }

    /// All of a small file.
    static func contents(of path: String, upTo most: Int) throws(InputError) -> [UInt8] {
        let file = try InputFile(path)
        var bytes: [UInt8] = []
        while true {
            let more = try file.read(65_536)
            if more.isEmpty { return bytes }
            bytes += more
            guard bytes.count <= most else { throw InputError("\(Screen.plain(path)) has more than \(most) bytes") }
        }
    }
}
