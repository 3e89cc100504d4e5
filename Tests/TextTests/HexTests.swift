import Testing

@testable import Text

/// Hexadecimal digits, both ways.
@Suite struct HexTests {
    @Test func `every byte goes to two digits and back, in either case`() {
        let bytes = Array(UInt8.min...UInt8.max)
        let digits = bytes.lowercaseHex
        #expect(digits.hasPrefix("000102") && digits.hasSuffix("fdfeff") && digits == digits.lowercased())
        #expect(Hex.bytes(digits.utf8) == bytes)
        #expect(Hex.bytes(digits.uppercased().utf8) == bytes)
        #expect(Hex.bytes([]) == [])
    }

    @Test(arguments: ["0", "0g", "g0", "000", " 00", "0x", "é"])
    func `what is no hexadecimal text is nothing`(text: String) { #expect(Hex.bytes(text.utf8) == nil) }
}
