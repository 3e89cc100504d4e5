import CSystem
import Glibc

/// The events that no retry could store, in two files of a journal's folder: the older one first.
///
/// Can be used beside a running journal. Who writes takes a lock, and opens the file only then, because a rewrite puts
/// another file in its place. The journal never waits for that lock, so a command that was stopped half way holds up
/// nothing but dead letters.
public struct DeadLetters {
    private let folder: Folder
    private static let files = [FileName.olderDeadLetters, FileName.deadLetters]

    /// The dead letters of the journal in a folder, which must be there.
    public init(directory: String) throws(JournalError) { folder = try Folder(directory, create: false) }

    init(_ folder: Folder) { self.folder = folder }

    /// All of them, the oldest first. Lines that somebody else put there are passed over.
    public func all() throws(JournalError) -> [DeadLetter] {
        var letters: [DeadLetter] = []
        for name in Self.files { letters += try lines(of: name).compactMap { DeadLetter(line: $0) } }
        return letters
    }

    /// Removes these, and returns how many were still there. Waits for the journal to finish the line that it writes.
    @discardableResult
    public func remove(_ letters: [DeadLetter]) throws(JournalError) -> Int {
        guard let lock = try FileLock(folder, FileName.deadLettersLock, waits: true) else { return 0 }
        defer { withExtendedLifetime(lock) {} }
        let unwanted = Set(letters.map(\.line))
        var removed = 0
        for name in Self.files {
            let lines = try lines(of: name)
            let kept = lines.filter { !unwanted.contains($0) }
            if kept.count == lines.count { continue }
            try replace(name, with: kept)
            removed += lines.count - kept.count
        }
        return removed
    }

    /// Adds one, durably. Nothing makes room for it: an event that was acknowledged is dropped by a person alone.
    func add(_ letter: DeadLetter, limit: Int, _ calls: SystemCalls) throws(JournalError) {
        guard let lock = try FileLock(folder, FileName.deadLettersLock, waits: false) else {
            throw .deadLettersBusy(directory: folder.path)
        }
        defer { withExtendedLifetime(lock) {} }
        var line = letter.line + [10]
        guard hasRoom(for: line.count, limit) else { throw .deadLettersFull(directory: folder.path, limit: 2 * limit) }
        if folder.size(of: FileName.deadLetters) + line.count > limit, folder.size(of: FileName.deadLetters) > 0 {
            try folder.rename(FileName.deadLetters, to: FileName.olderDeadLetters)
        }
        let file = try folder.open(FileName.deadLetters, O_RDWR | O_CREAT, "create")
        defer { close(file) }
        let size = folder.size(of: FileName.deadLetters)
        var last: UInt8 = 10
        // A line that was cut short by a crash must not swallow this one.
        if size > 0, pread(file, &last, 1, size - 1) == 1, last != 10 { line.insert(10, at: 0) }
        var failure = calls.writeAll(line, to: file, at: size)
        if failure == nil && calls.sync(file) != 0 { failure = errno }
        if let failure {
            _ = calls.truncate(file, size)
            throw JournalError("write", folder.path(of: FileName.deadLetters), errno: failure)
        }
        if size == 0 { try folder.sync() }
    }

    /// Whether a letter of so many bytes fits: into the newer file, or into a new one while there is no older one.
    func hasRoom(for count: Int, _ limit: Int) -> Bool {
        let size = folder.size(of: FileName.deadLetters)
        return size == 0 || size + count <= limit || folder.size(of: FileName.olderDeadLetters) == 0
    }

    private func lines(of name: String) throws(JournalError) -> [[UInt8]] {
        try folder.contents(of: name).map { $0.split(separator: 10).map(Array.init) } ?? []
    }

    /// Puts a file with other lines in the place of this one, in one step.
    private func replace(_ name: String, with lines: [[UInt8]]) throws(JournalError) {
        let draft = FileName.draft(of: name)
        let file = try folder.open(draft, O_WRONLY | O_CREAT | O_TRUNC, "create")
        defer { close(file) }
        var failure = SystemCalls.real.writeAll(Array(lines.map { $0 + [10] }.joined()), to: file, at: 0)
        if failure == nil && fdatasync(file) != 0 { failure = errno }
        if let failure {
            folder.remove(draft)
            throw JournalError("write", folder.path(of: draft), errno: failure)
        }
        try folder.rename(draft, to: name)
        try folder.sync()
    }
}
