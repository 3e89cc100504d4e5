import Glibc
import Testing

@testable import Journal

struct LockTests {
    @Test func `a second journal on the same folder is refused and told by whom`() throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try journal.append("a")
        let error = JournalError.locked(directory: folder.path, pid: getpid())
        #expect(throws: error) { try folder.open() }
        #expect(error.description.contains("process \(getpid())") && error.description.contains("JOURNAL_DIR"))
        try journal.append("b")
        journal.close()
        #expect(try folder.texts() == ["a", "b"])
    }

    @Test func `a journal that nobody holds any more gives the folder free`() throws {
        let folder = try JournalFolder()
        do { try folder.open().append("a") }
        #expect(try folder.texts() == ["a"])
    }

    @Test func `another process is refused while this one has the journal`() async throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        await #expect(processExitsWith: .exitCode(7)) { [path = folder.path as String, holder = getpid() as pid_t] in
            do {
                _ = try Journal.open(.init(directory: path))
            } catch JournalError.locked(_, let pid) {
                exit(pid == holder ? 7 : 8)
            }
        }
        journal.close()
        await #expect(processExitsWith: .exitCode(0)) { [path = folder.path as String] in
            try Journal.open(.init(directory: path)).append("b")
            exit(0)
        }
        #expect(try folder.texts() == ["b"])
    }

    @Test func `the lock of a killed process is no obstacle`() async throws {
        let folder = try JournalFolder()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
            let journal = try Journal.open(.init(directory: path))
            try journal.append("a")
            kill(getpid(), SIGKILL)
            journal.close()
        }
        #expect(try folder.texts() == ["a"])
    }
}
