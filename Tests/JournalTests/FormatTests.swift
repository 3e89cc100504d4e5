import Testing

@testable import Journal

struct FormatTests {
    @Test func `the checksum is CRC-32C, by its public check value`() {
        #expect(Array("123456789".utf8).withUnsafeBytes { CRC32C.checksum($0) } == 0xE306_9283)
        #expect([UInt8](repeating: 0, count: 32).withUnsafeBytes { CRC32C.checksum($0) } == 0x8A91_36AA)
        #expect([UInt8]().withUnsafeBytes { CRC32C.checksum($0) } == 0)
    }

    @Test func `the bytes of a segment stay what they are, for the journals that are on disks`() {
        var bytes = SegmentFormat.header(marker: 0x0807_0605_0403_0201)
        SegmentFormat.append(.init("{}", receivedAt: 258, flags: 7), marker: 0x0807_0605_0403_0201, to: &bytes)
        let header = "43524d53594e43010102030405060708"
        let checksums = (bytes[16..<20], bytes[48..<52])
        #expect(hex(bytes[..<16]) == header && hex(bytes[20..<36]) == header)
        #expect(checksums.0 == bytes[36..<40])
        #expect(hex(bytes[40..<48]) == "0102030405060708")
        #expect(hex(bytes[52...]) == "02000000" + "0201000000000000" + "07" + "7b7d")
        #expect(Array(bytes[..<16]).withUnsafeBytes { CRC32C.checksum($0) }.littleEndian == number(checksums.0))
        #expect(Array(bytes[52...]).withUnsafeBytes { CRC32C.checksum($0) }.littleEndian == number(checksums.1))
    }

    @Test func `a length of 16 MiB can be, and one byte more is damage`() {
        var bytes: [UInt8] = []
        SegmentFormat.append(.init(""), marker: 1, to: &bytes)
        for (length, isGood) in [(16 << 20, true), (16 << 20 | 1, false), (Int(UInt32.max), false)] {
            withUnsafeBytes(of: UInt32(length).littleEndian) { bytes.replaceSubrange(12..<16, with: $0) }
            let head = bytes.withUnsafeBytes { SegmentFormat.readRecordHead($0, marker: 1) }
            #expect(head?.length == (isGood ? length : nil))
        }
    }

    @Test func `no two segments share a marker`() {
        #expect(SegmentFormat.newMarker() != SegmentFormat.newMarker())
    }

    private func hex(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private func number(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) } }
}
