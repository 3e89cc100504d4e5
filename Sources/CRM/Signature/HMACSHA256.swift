import Text

/// HMAC (RFC 2104) over SHA-256: proves that a text comes from somebody who knows the key.
public struct HMACSHA256: Sendable {
    /// The hashes of RFC 2104 section 2, each after its first block, which is the padded key: half of the work for a
    /// short message is done once.
    private var inner = SHA256()
    private var outer = SHA256()

    /// - Parameter key: of any length; 32 random bytes are enough.
    public init(key: some Collection<UInt8>) {
        var block = key.count > 64 ? SHA256.hash(key) : [UInt8](key)
        block += [UInt8](repeating: 0, count: 64 - block.count)
        inner.update(block.map { $0 ^ 0x36 })
        outer.update(block.map { $0 ^ 0x5c })
    }

    /// The 32 bytes that sign `message`.
    public func signature(of message: some Sequence<UInt8>) -> [UInt8] {
        var first = inner
        first.update(message)
        var second = outer
        second.update(first.finish())
        return second.finish()
    }

    /// Whether `hex` is the signature of `message` in hexadecimal digits of either case. The time tells nothing about
    /// where the first wrong digit stands.
    public func verify(hex: String, of message: some Sequence<UInt8>) -> Bool {
        Secret.equals(hex.lowercased().utf8, signature(of: message).lowercaseHex.utf8)
    }
}

/// What to do with values that nobody may learn by measuring time.
public enum Secret {
    /// Whether both hold the same bytes. The time depends on the lengths alone.
    public static func equals(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for (one, other) in zip(left, right) { difference |= one ^ other }
        return difference == 0
    }
}
