import CRM

extension Secret {
    /// 32 random hexadecimal digits: 128 bits, from the kernel.
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        let number = UInt128(generator.next()) << 64 | UInt128(generator.next())
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }

    /// The fewest characters of a key, token or secret: fewer can be guessed.
    static let minLength = 16
    /// The most characters of a key.
    static let maxLength = 256

    /// A key that can stand in a header: visible ASCII.
    static func key(_ text: String) -> String? {
        text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && (minLength...maxLength).contains(text.utf8.count)
            ? text : nil
    }

    /// What ``key(_:)`` accepts, for messages.
    static let keyForm = "\(minLength) to \(maxLength) visible ASCII characters without spaces"

    /// Whether `candidate` is one of `keys`, in a time that tells nothing about them but their number and length.
    static func matches(_ candidate: String, _ keys: [String]) -> Bool {
        var found = false
        for key in keys where equals(candidate.utf8, key.utf8) { found = true }
        return found
    }
}
