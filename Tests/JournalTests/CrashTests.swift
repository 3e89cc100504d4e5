import Glibc
import Testing

@testable import Journal

/// A process that is killed at a given place while it appends its second batch, and what the next one finds.
struct CrashTests {
    @Test(arguments: [0, 1, 8, 24, 25, 26, 30, 51])
    func `a process killed in the middle of a write leaves what it had acknowledged`(written: Int) async throws {
        let folder = try JournalFolder()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String, written = written as Int] in
            var calls = SystemCalls.real
            calls.write = { file, bytes, offset in
                guard offset > 0 else { return pwrite(file, bytes.baseAddress, bytes.count, offset) }
                pwrite(file, bytes.baseAddress, written, offset)
                kill(getpid(), SIGKILL)
                return -1
            }
            let journal = try Journal.open(.init(directory: path), calls: calls)
            try journal.append([.init("kept")])
            try journal.append([.init("b"), .init("c")])
        }
        let found = try folder.texts()
        #expect(found == (written < 26 ? ["kept"] : ["kept", "b"]))
        #expect(try folder.texts() == found)
    }

    @Test func `a process killed between write and sync leaves what it had acknowledged`() async throws {
        let folder = try JournalFolder()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
            let journal = try Journal.open(.init(directory: path))
            try journal.append([.init("kept")])
            journal.close()
            var calls = SystemCalls.real
            calls.sync = { _ in kill(getpid(), SIGKILL) }
            try Journal.open(.init(directory: path), calls: calls).append([.init("not acknowledged")])
        }
        // That the second one is there as well does no harm: the page cache outlives the process.
        #expect(try folder.texts().first == "kept")
    }

    @Test func `a process killed before the first byte of a new segment leaves an empty file that goes`() async throws {
        let folder = try JournalFolder()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
            var calls = SystemCalls.real
            calls.write = { _, _, _ in Int(kill(getpid(), SIGKILL)) }
            try Journal.open(.init(directory: path), calls: calls).append([.init("a")])
        }
        #expect(try folder.names("segment-").count == 1)
        let journal = try folder.open()
        #expect(journal.pendingCount == 0 && journal.findings.isEmpty)
        #expect(try folder.names("segment-") == [])
        try journal.append("b")
        #expect(try journal.texts() == ["b"])
    }

    @Test func `a process killed between applying and noting it applies once more, in order`() async throws {
        let folder = try JournalFolder()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
            let journal = try Journal.open(.init(directory: path))
            try journal.append([.init("a"), .init("b"), .init("c")])
            let records = try journal.read(limit: 2)
            try journal.markApplied(upTo: records[0].position)
            kill(getpid(), SIGKILL)
        }
        #expect(try folder.texts() == ["b", "c"])
    }
}
