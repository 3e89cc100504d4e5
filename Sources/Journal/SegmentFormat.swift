import CSystem
import Glibc

/// The bytes of a segment file; all numbers are little-endian.
///
///     header, written twice so that no single damaged byte costs a whole segment:
///         magic "CRMSYNC" 7 · version 1 · marker 8 · CRC-32C of these 4
///     record:
///         marker 8 · CRC-32C of all that follows 4 · length of the payload 4 · received at 8 · flags 1 · payload
///
/// The marker is a random number of the segment's own. It tells where the next record begins after a damaged one; no
/// sender can know it, so no payload can pass for a record.
enum SegmentFormat {
    static let version: UInt8 = 1
    static let headerSize = 2 * headerCopySize
    static let recordHeadSize = 25
    /// Belongs to the format: a length above it is damage.
    static let maxPayload = 16 << 20

    private static let headerCopySize = 20
    private static let magic: [UInt8] = Array("CRMSYNC".utf8)

    enum Header: Equatable {
        case marker(UInt64)
        case newer(UInt8)
        case damaged
    }

    /// What stands before a payload.
    struct RecordHead {
        let checksum: UInt32
        let length: Int
        let receivedAt: Int64
        let flags: UInt8

        /// Head and payload.
        var size: Int { recordHeadSize + length }
    }

    static func newMarker() -> UInt64 {
        var marker: UInt64 = 0
        // Cannot fail for so few bytes once the machine is up; where it does, the clock is as unknown to a sender.
        if getrandom(&marker, 8, 0) != 8 {
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            marker = UInt64(bitPattern: Int64(now.tv_sec &* 1_000_000_000 &+ now.tv_nsec))
        }
        return marker
    }

    static func header(marker: UInt64) -> [UInt8] {
        var copy = magic + [version]
        append(marker, to: &copy)
        append(copy.withUnsafeBytes { CRC32C.checksum($0) }, to: &copy)
        return copy + copy
    }

    /// Reads a header of `headerSize` bytes.
    static func readHeader(_ bytes: UnsafeRawBufferPointer) -> Header {
        for start in [0, headerCopySize] {
            let copy = UnsafeRawBufferPointer(rebasing: bytes[start..<start + headerCopySize])
            guard copy.starts(with: magic), load(copy, 16) == CRC32C.checksum(.init(rebasing: copy[..<16])) else {
                continue
            }
            return copy[7] == version ? .marker(load(copy, 8)) : .newer(copy[7])
        }
        return .damaged
    }

    static func append(_ record: Journal.NewRecord, marker: UInt64, to bytes: inout [UInt8]) {
        append(marker, to: &bytes)
        let checked = bytes.count + 4
        append(UInt32(0), to: &bytes)
        append(UInt32(record.payload.count), to: &bytes)
        append(record.receivedAt, to: &bytes)
        bytes.append(record.flags)
        bytes.append(contentsOf: record.payload)
        bytes.withUnsafeMutableBytes { bytes in
            let checksum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[checked...]))
            bytes.storeBytes(of: checksum.littleEndian, toByteOffset: checked - 4, as: UInt32.self)
        }
    }

    /// Reads what stands before a payload; `nil` when no record can begin so.
    static func readRecordHead(_ bytes: UnsafeRawBufferPointer, marker: UInt64) -> RecordHead? {
        guard load(bytes, 0) == marker else { return nil }
        let length = Int(load(bytes, 12) as UInt32)
        guard length <= maxPayload else { return nil }
        return RecordHead(checksum: load(bytes, 8), length: length, receivedAt: load(bytes, 16), flags: bytes[24])
    }

    /// Whether the bytes of a whole record are what was written.
    static func isIntact(_ record: UnsafeRawBufferPointer, _ head: RecordHead) -> Bool {
        CRC32C.checksum(UnsafeRawBufferPointer(rebasing: record[12...])) == head.checksum
    }

    private static func load<Number: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Number {
        Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }

    private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
