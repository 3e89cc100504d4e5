import Foundation
import TestSupport
import Testing

@testable import Journal

/// Random work on a journal and on an array that should hold the same.
struct ModelTests {
    @Test(arguments: 0..<12) func `random operations leave what a plain list would hold`(round: Int) throws {
        var random = SeededRandom()
        for _ in 0..<round { random = SeededRandom(seed: random.next()) }
        var work = try RandomWork(random: random)
        for _ in 0..<250 {
            try work.step()
            try work.compare()
        }
    }
}

private struct RandomWork {
    private var random: SeededRandom
    private let folder: JournalFolder
    private let disk = BadDisk()
    private var journal: Journal
    private var pending: [Journal.NewRecord] = []
    private var written = 0

    init(random: SeededRandom) throws {
        self.random = random
        folder = try JournalFolder()
        journal = try Journal.open(Self.options(folder), calls: disk.calls)
    }

    private static func options(_ folder: JournalFolder) -> Journal.Options {
        folder.options(maxBytes: 8000, segmentBytes: 700)
    }

    mutating func step() throws {
        switch Int.random(in: 0..<100, using: &random) {
        case ..<50: try append()
        case ..<60: try appendInVain()
        case ..<85: try apply()
        case ..<95: try restart(torn: false)
        default: try restart(torn: true)
        }
    }

    /// The same from the outside, in pieces of any size.
    mutating func compare() throws {
        #expect(journal.pendingCount == pending.count)
        #expect(journal.pendingBytes == pending.reduce(0) { $0 + 25 + $1.payload.count })
        #expect(journal.oldestReceivedAt == pending.first?.receivedAt)
        #expect(try journal.diskBytes == folder.names("segment-").reduce(0) { try $0 + folder.bytes($1).count })
        var read: [Journal.Record] = []
        repeat {
            let more = try journal.read(
                from: read.last?.position, limit: Int.random(in: 1...9, using: &random),
                maxBytes: Int.random(in: 1...900, using: &random))
            if more.isEmpty { break }
            read += more
        } while true
        #expect(read.map(\.payload) == pending.map(\.payload))
        #expect(read.map(\.receivedAt) == pending.map(\.receivedAt) && read.map(\.flags) == pending.map(\.flags))
    }

    private mutating func batch() -> [Journal.NewRecord] {
        (0..<Int.random(in: 1...6, using: &random)).map { _ in
            written += 1
            let size = Int.random(in: 0...120, using: &random)
            return Journal.NewRecord(
                receivedAt: Int64(written), flags: UInt8.random(in: 0...255, using: &random),
                payload: (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) })
        }
    }

    private mutating func append() throws {
        let batch = batch()
        do throws(JournalError) {
            try journal.append(batch)
            pending += batch
        } catch {
            #expect(error == .full(limit: 8000) && journal.diskBytes > 6000)
        }
    }

    private mutating func appendInVain() throws {
        if Bool.random(using: &random) {
            disk.failSyncs(EIO)
        } else {
            disk.failWrites(Bool.random(using: &random) ? ENOSPC : EIO, after: Int.random(in: 0...60, using: &random))
        }
        let batch = batch()
        do throws(JournalError) {
            try journal.append(batch)
            // So small a batch that the disk did not fail in time.
            pending += batch
        } catch {}
        disk.heal()
    }

    private mutating func apply() throws {
        let records = try journal.read(limit: Int.random(in: 1...20, using: &random))
        guard let last = records.randomElement(using: &random) else { return }
        try journal.markApplied(upTo: last.position)
        pending.removeFirst(records.count { $0.position <= last.position })
    }

    private mutating func restart(torn: Bool) throws {
        journal.close()
        if torn, let name = try folder.names("segment-").last {
            let bytes = try folder.bytes(name)
            try folder.write(bytes + bytes[40..<min(bytes.count, 64)].dropLast(), name)
        }
        journal = try Journal.open(Self.options(folder), calls: disk.calls)
        #expect(journal.takeFindings().allSatisfy { !$0.isLoss })
    }
}
