import Text
import CRM
import Glibc

/// How far an import has come, and what came of the lines before; kept in a file beside that of the events.
///
/// One line: `crmsync-import 1 <bytes> <lines> <applied> <known> <dropped> <refused> <tasks> <fingerprint>`. It is
/// never ahead of what is in Redis. The fingerprint is that of the ends of what was read, so that another file of the
/// same name is noticed.
struct ImportProgress: Equatable {
    /// Bytes of the file that are done with.
    var offset = 0
    /// Lines that are done with.
    var lines = 0
    /// Events that were applied.
    var applied = 0
    /// Events whose id had been applied before.
    var known = 0
    /// Events of persons who were erased, and of bookings that went on.
    var dropped = 0
    /// Lines that are no event, or that Redis refuses.
    var refused = 0
    /// Tasks that were opened.
    var tasks = 0

    private static let title = "crmsync-import 1"
    /// Bytes at either end that go into the fingerprint.
    private static let sample = 4096

    static func path(for file: String) -> String { file + ".progress" }

    /// Reads how far the import of a file came; all zero where none was begun.
    init(of file: InputFile) throws(InputError) {
        self.init()
        let path = Self.path(for: file.path)
        guard access(path, F_OK) == 0 else { return }
        let text = String(decoding: try InputFile.contents(of: path, upTo: 4096), as: UTF8.self)
        let words = text.split(whereSeparator: \.isWhitespace)
        let numbers = words.dropFirst(2).prefix(7).compactMap { Int($0) }
        guard words.count == 10, words[..<2].joined(separator: " ") == Self.title, numbers.count == 7 else {
            throw InputError("\(Screen.plain(path)) is no progress of an import: move it away, or use --restart")
        }
        (offset, lines, applied, known) = (numbers[0], numbers[1], numbers[2], numbers[3])
        (dropped, refused, tasks) = (numbers[4], numbers[5], numbers[6])
        guard offset >= 0, offset <= file.size ?? 0, try fingerprint(file) == words[9] else {
            throw InputError(
                "\(Screen.plain(file.path)) is not the file whose import \(Screen.plain(path)) tells of: "
                    + "--restart imports all of it")
        }
    }

    init() {}

    /// Writes it, in one step.
    func save(for file: InputFile) throws(InputError) {
        let path = Self.path(for: file.path)
        let numbers = [offset, lines, applied, known, dropped, refused, tasks].map(String.init)
        let text = ([Self.title] + numbers + [try fingerprint(file)]).joined(separator: " ") + "\n"
        let draft = path + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw InputError("write", draft) }
        let isWritten = write(descriptor, text, text.utf8.count) == text.utf8.count && fdatasync(descriptor) == 0
        let number = errno
        close(descriptor)
        errno = number
        guard isWritten, rename(draft, path) == 0 else { throw InputError("write", path) }
    }

    private func fingerprint(_ file: InputFile) throws(InputError) -> String {
        let count = min(Self.sample, offset)
        let bytes = try file.read(0..<count) + file.read(offset - count..<offset)
        return SHA256.hash(bytes).lowercaseHex
    }
}
