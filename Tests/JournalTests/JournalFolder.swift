import Foundation
import Synchronization
import TestSupport

@testable import Journal

/// A folder for a journal, gone when the test is over.
struct JournalFolder {
    private let parent: TemporaryFolder
    let path: String

    init() throws {
        parent = try TemporaryFolder()
        path = parent.file("journal")
    }

    func options(
        maxBytes: Int = 1 << 20, segmentBytes: Int = 1 << 18, recordBytes: Int = 1 << 20,
        deadLetterBytes: Int = 1 << 20, damagedBytes: Int = 1 << 20
    ) -> Journal.Options {
        Journal.Options(
            directory: path, maxBytes: maxBytes, segmentBytes: segmentBytes, recordBytes: recordBytes,
            deadLetterBytes: deadLetterBytes, damagedBytes: damagedBytes)
    }

    /// Opens the journal with small limits.
    func open(calls: SystemCalls = .real) throws -> Journal { try Journal.open(options(), calls: calls) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func names(_ prefix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasPrefix(prefix) }.sorted()
    }

    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name)))) }

    func write(_ bytes: [UInt8], _ name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: file(name)) }

    /// Makes a new start of a folder in which a test tries the same again.
    func removeSegments() throws {
        for name in try names("") where name != "lock" { unlink(file(name)) }
    }

    /// Changes bytes in place, as a disk does: whoever has the file open sees it.
    func patch(_ name: String, at offset: Int, _ bytes: [UInt8]) throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file(name)))
        try handle.seek(toOffset: UInt64(offset))
        try handle.write(contentsOf: bytes)
        try handle.close()
    }

    /// The only segment.
    func segment() throws -> String {
        let names = try names("segment-")
        guard names.count == 1 else { throw Failure("one segment expected, not \(names)") }
        return names[0]
    }

    /// Everything that is pending, after a restart.
    func texts() throws -> [String] {
        let journal = try open()
        defer { journal.close() }
        return try journal.texts()
    }
}

extension Journal {
    /// The payloads that are pending.
    func texts() throws -> [String] { try read(limit: .max).map(\.text) }

    func append(_ texts: String...) throws { try append(texts.map { NewRecord($0) }) }
}

extension Journal.NewRecord {
    init(_ text: String, receivedAt: Int64 = 1_000, flags: UInt8 = 0) {
        self.init(receivedAt: receivedAt, flags: flags, payload: Array(text.utf8))
    }
}

extension Journal.Record {
    var text: String { String(decoding: payload, as: UTF8.self) }
}

/// A disk that does what a test says.
final class BadDisk: Sendable {
    private struct Failures {
        var write: Int32 = 0
        var room = 0
        var sync: Int32 = 0
        var once = false
        var truncate: Int32 = 0
    }

    private let failures = Mutex(Failures())

    /// Writes and syncs as usual again.
    func heal() { failures.withLock { $0 = Failures() } }

    /// Writes fail after so many bytes.
    func failWrites(_ errno: Int32, after bytes: Int = 0) { failures.withLock { ($0.write, $0.room) = (errno, bytes) } }

    func failSyncs(_ errno: Int32) { failures.withLock { $0.sync = errno } }

    /// One sync fails, and the next says that all is well: what Linux does.
    func failNextSync(_ errno: Int32) { failures.withLock { ($0.sync, $0.once) = (errno, true) } }

    func failTruncation(_ errno: Int32) { failures.withLock { $0.truncate = errno } }

    var calls: SystemCalls {
        var calls = SystemCalls.real
        calls.write = { [self] file, bytes, offset in
            let room = failures.withLock { state -> Int in
                guard state.write != 0 else { return bytes.count }
                defer { state.room -= min(state.room, bytes.count) }
                return min(state.room, bytes.count)
            }
            guard room > 0 else { return fail(failures.withLock { $0.write }) }
            return pwrite(file, bytes.baseAddress, room, offset)
        }
        calls.sync = { [self] file in
            let number = failures.withLock { state -> Int32 in
                defer { if state.once { (state.sync, state.once) = (0, false) } }
                return state.sync
            }
            return number == 0 ? fdatasync(file) : Int32(fail(number))
        }
        calls.truncate = { [self] file, size in
            let number = failures.withLock { $0.truncate }
            return number == 0 ? ftruncate(file, size) : Int32(fail(number))
        }
        return calls
    }

    private func fail(_ number: Int32) -> Int {
        errno = number
        return -1
    }
}

extension SystemCalls {
    /// For tests that open very many journals and pull no plug.
    static var withoutSync: SystemCalls {
        var calls = real
        calls.sync = { _ in 0 }
        return calls
    }
}
