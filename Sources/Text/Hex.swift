/// Hexadecimal digits as bytes.
public enum Hex {
    /// The bytes that digits of either case stand for; `nil` where one is none, or their number is odd.
    public static func bytes(_ digits: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in digits {
            guard let value = digit.hexValue else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return high == nil ? bytes : nil
    }
}

extension Collection<UInt8> {
    /// Two lower-case hexadecimal digits for each byte.
    public var lowercaseHex: String {
        String(unsafeUninitializedCapacity: count * 2) { output in
            var position = 0
            for byte in self {
                (output[position], output[position + 1]) = byte.hexDigits
                position += 2
            }
            return position
        }
    }
}
