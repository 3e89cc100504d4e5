import CSystem
import Glibc

/// A lock on a file, held until this value dies or the process does, however it dies.
///
/// `flock` and not `fcntl`: it belongs to the open file, so two journals in one process exclude each other too.
final class FileLock {
    private let file: Int32

    /// Takes the lock; `nil` when somebody else has it and `waits` is false.
    init?(_ folder: Folder, _ name: String, waits: Bool) throws(JournalError) {
        file = try folder.open(name, O_RDWR | O_CREAT, "create")
        while flock(file, waits ? LOCK_EX : LOCK_EX | LOCK_NB) != 0 {
            let number = errno
            if number == EINTR { continue }
            if number == EWOULDBLOCK { return nil }
            throw JournalError("lock", folder.path(of: name), errno: number)
        }
    }

    deinit {
        // Said in words, because a process that is being started elsewhere may hold a copy of the file for a moment.
        flock(file, LOCK_UN)
        close(file)
    }

    /// Writes who has the lock, for people and for the message to the next one that asks. Only a help: that it cannot
    /// be written (a full disk) is no reason not to go on.
    func sign() {
        let text = Array("\(getpid())\n".utf8)
        if ftruncate(file, 0) == 0 { _ = pwrite(file, text, text.count, 0) }
    }

    /// Takes the name off, at an orderly end.
    func unsign() { ftruncate(file, 0) }

    /// The process that signed last.
    static func signer(_ folder: Folder, _ name: String) -> Int32? {
        guard let bytes = try? folder.contents(of: name) else { return nil }
        return Int32(String(decoding: bytes.prefix { $0 != 10 }, as: UTF8.self))
    }
}
