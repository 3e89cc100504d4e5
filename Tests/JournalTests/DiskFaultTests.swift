import CSystem
import Foundation
import TestSupport
import Testing

@testable import Journal

struct DiskFaultTests {
    @Test(arguments: [ENOSPC, EDQUOT, EFBIG], [0, 1, 30, 60])
    func `no space refuses the batch and leaves no trace of it`(errno: Int32, written: Int) throws {
        let folder = try JournalFolder()
        let disk = BadDisk()
        let journal = try folder.open(calls: disk.calls)
        try journal.append("a")
        let name = try folder.segment()
        let before = try folder.bytes(name)
        disk.failWrites(errno, after: written)
        #expect(code { try journal.append("b", "c", "d") } == "journal_no_space")
        #expect(try folder.bytes(name) == before)
        #expect(journal.pendingCount == 1)
        disk.heal()
        try journal.append("e")
        #expect(try folder.segment() == name)
        #expect(try journal.texts() == ["a", "e"])
        journal.close()
        #expect(try folder.texts() == ["a", "e"])
    }

    @Test func `no space for the first batch of a segment leaves no file`() throws {
        let folder = try JournalFolder()
        let disk = BadDisk()
        let journal = try folder.open(calls: disk.calls)
        disk.failWrites(ENOSPC, after: 20)
        #expect(code { try journal.append("a") } == "journal_no_space")
        #expect(try folder.names("segment-") == [])
        disk.heal()
        try journal.append("b")
        #expect(try journal.texts() == ["b"])
    }

    @Test func `after a failed sync the segment is not trusted any more, and a new one follows`() throws {
        let folder = try JournalFolder()
        let disk = BadDisk()
        let journal = try folder.open(calls: disk.calls)
        try journal.append("a")
        disk.failSyncs(EIO)
        #expect(code { try journal.append("b") } == "journal_disk_failed")
        disk.heal()
        #expect(journal.pendingCount == 1)
        #expect(journal.takeFindings().map(\.isLoss) == [false])
        try journal.append("c")
        #expect(try folder.names("segment-").count == 2)
        #expect(try journal.texts() == ["a", "c"])
        journal.close()
        #expect(try folder.texts() == ["a", "c"])
    }

    @Test(arguments: [EIO, ENOSPC, EDQUOT])
    func `a sync that failed once is final, though the kernel says that the next one is well`(errno: Int32) throws {
        let folder = try JournalFolder()
        let disk = BadDisk()
        let journal = try folder.open(calls: disk.calls)
        try journal.append("a")
        let name = try folder.segment()
        let before = try folder.bytes(name)
        disk.failNextSync(errno)
        #expect(throws: JournalError.self) { try journal.append("b") }
        try journal.append("c")
        #expect(try folder.bytes(name) == before)
        #expect(try folder.names("segment-").count == 2)
        #expect(try journal.texts() == ["a", "c"])
    }

    @Test func `an input error while writing closes the segment`() throws {
        let folder = try JournalFolder()
        let disk = BadDisk()
        let journal = try folder.open(calls: disk.calls)
        try journal.append("a")
        disk.failWrites(EIO, after: 10)
        #expect(code { try journal.append("b") } == "journal_disk_failed")
        disk.heal()
        try journal.append("c")
        #expect(try folder.names("segment-").count == 2)
        #expect(try journal.texts() == ["a", "c"])
    }

    @Test func `what cannot even be cut off does not count in this process`() throws {
        let folder = try JournalFolder()
        let disk = BadDisk()
        let journal = try folder.open(calls: disk.calls)
        try journal.append("a")
        disk.failWrites(ENOSPC, after: 40)
        disk.failTruncation(EIO)
        #expect(code { try journal.append("b", "c") } == "journal_no_space")
        disk.heal()
        #expect(journal.diskBytes == 40 + 26 + 40)
        try journal.append("d")
        #expect(try journal.texts() == ["a", "d"])
        #expect(journal.pendingCount == 2)
        journal.close()
        // The one that is whole comes back, which its event id makes harmless; the half one does not.
        #expect(try folder.texts() == ["a", "b", "d"])
    }

    @Test func `a real limit on the size of files is met like a full disk`() async throws {
        let folder = try JournalFolder()
        await #expect(processExitsWith: .exitCode(5)) { [path = folder.path as String] in
            // Without this the kernel ends the process, which is what the service does at its start too.
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 1000, rlim_max: 1000)
            guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(1) }
            let journal = try Journal.open(.init(directory: path))
            var count: Int32 = 0
            do {
                while true {
                    try journal.append([.init(String(repeating: "x", count: 150))])
                    count += 1
                }
            } catch JournalError.noSpace(let failure) {
                guard failure.errno == EFBIG, try journal.read(limit: 99).count == 5 else { exit(2) }
            }
            exit(count)
        }
        #expect(try folder.texts().count == 5)
    }

    @Test func `a full disk refuses events, keeps the others, and takes events again when it has room`() throws {
        let folder = try JournalFolder()
        guard let disk = try SmallDisk(at: folder.path) else { return }
        defer { disk.remove() }
        let journal = try folder.open()
        var count = 0
        let text = String(repeating: "x", count: 3000)
        var refused: JournalError?
        while refused == nil, count < 1000 {
            do throws(JournalError) {
                try journal.append([.init("\(count) \(text)")])
                count += 1
            } catch { refused = error }
        }
        #expect(refused?.code == "journal_no_space" && count > 10)
        #expect(refused?.description.contains("free space") == true)
        #expect(journal.pendingCount == count)
        let records = try journal.read(limit: 1000)
        #expect(records.map { $0.text.prefix { $0 != " " } } == (0..<count).map { "\($0)" })
        // The note of what was applied needs room too; that it has none is said and is no harm.
        _ = try? journal.markApplied(upTo: records[count - 2].position)
        #expect(try journal.texts().count == 1)
        _ = try? journal.markApplied(upTo: records[count - 1].position)
        #expect(try folder.names("segment-") == [])
        try journal.append("again")
        #expect(try journal.texts() == ["again"])
    }

    @Test func `a read-only disk is named at the start`() throws {
        let folder = try JournalFolder()
        guard let disk = try SmallDisk(at: folder.path) else { return }
        defer { disk.remove() }
        try folder.open().append("a")
        #expect(disk.remount(readOnly: true))
        let error = #expect(throws: JournalError.self) { try folder.open() }
        #expect(error?.code == "journal_read_only")
        #expect(error?.description.contains("\(folder.path)/lock") == true)
        #expect(try Journal.inspect(directory: folder.path).pendingCount == 1)
    }

    @Test func `a folder that may not be written to is named at the start`() async throws {
        let folder = try JournalFolder()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: false)
        try folder.open().close()
        for name in try folder.names("") { try folder.remove(name) }
        await #expect(processExitsWith: .exitCode(3)) { [path = folder.path as String] in
            // Root may write anywhere.
            chmod(path, 0o500)
            if geteuid() == 0 { seteuid(65_534) }
            do { _ = try Journal.open(.init(directory: path)) } catch JournalError.noPermission(let failure) {
                exit(failure.path.hasPrefix(path) ? 3 : 4)
            }
        }
        chmod(folder.path, 0o700)
    }

    @Test func `a probe tells whether the disk takes records, and leaves nothing`() throws {
        let folder = try JournalFolder()
        let disk = BadDisk()
        let journal = try folder.open(calls: disk.calls)
        try journal.probe()
        disk.failWrites(ENOSPC, after: 100)
        #expect(code { try journal.probe() } == "journal_no_space")
        disk.heal()
        disk.failSyncs(EIO)
        #expect(code { try journal.probe() } == "journal_disk_failed")
        disk.heal()
        try journal.probe()
        #expect(try folder.names("probe") == [])
        #expect(journal.pendingCount == 0)
        let small = try Journal.open(.init(directory: folder.file("small"), maxBytes: 4095))
        #expect(code { try small.probe() } == "journal_full")
    }

    @Test func `a file where the folder should be is named at the start`() throws {
        let folder = try JournalFolder()
        try folder.open().close()
        let options = Journal.Options(directory: folder.file("lock/journal"))
        #expect(performing: { try Journal.open(options) }, throws: { "\($0)".contains("\(folder.path)/lock") })
    }

    @Test func `the folder is for its owner only, and those above it are made too`() throws {
        let folder = try JournalFolder()
        let path = folder.file("a/b")
        try Journal.open(.init(directory: path)).append("x")
        var status = stat()
        for (name, mode) in [("a", 0o700), ("a/b", 0o700), ("a/b/segment-000000000001", 0o600)] {
            #expect(stat(folder.file(name), &status) == 0 && Int(status.st_mode & 0o777) == mode)
        }
    }

    private func code(_ body: () throws -> Void) -> String? {
        do { try body() } catch { return (error as? JournalError)?.code }
        return nil
    }
}
