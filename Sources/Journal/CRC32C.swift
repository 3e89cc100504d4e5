/// The checksum of the records: CRC-32C (Castagnoli), polynomial 0x1EDC6F41, reflected 0x82F63B78, as in RFC 3720
/// section 12.1. It finds every error of up to 32 bits in a row.
enum CRC32C {
    /// The remainder of each byte.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0x82F6_3B78 : rest >> 1 }
    }

    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        table.withUnsafeBufferPointer { table in
            var rest = UInt32.max
            for byte in bytes { rest = table[Int(UInt8(truncatingIfNeeded: rest) ^ byte)] ^ rest >> 8 }
            return ~rest
        }
    }
}
