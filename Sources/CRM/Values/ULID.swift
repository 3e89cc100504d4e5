/// An id that sorts by time: 48 bits of milliseconds and 80 random bits, written in 26 lower-case characters.
///
/// The form is that of github.com/ulid/spec, but for the case of the letters.
public struct ULID: Hashable, Comparable, Sendable, CustomStringConvertible {
    let value: UInt128

    init(value: UInt128) {
        self.value = value
    }

    /// Reads the 26 characters that ``description`` writes; nil for any other text.
    public init?(_ text: String) {
        guard text.utf8.count == Self.length else { return nil }
        var value: UInt128 = 0
        for character in text.utf8 {
            guard let digit = Self.digit(character) else { return nil }
            // 26 characters of 5 bits are two bits more than there are.
            guard value >> 123 == 0 else { return nil }
            value = value << 5 | UInt128(digit)
        }
        self.value = value
    }

    /// The earlier id is the smaller one, as are their texts.
    public static func < (left: ULID, right: ULID) -> Bool { left.value < right.value }

    /// The 26 characters, of `0123456789abcdefghjkmnpqrstvwxyz`.
    public var description: String { text(prefix: "") }

    /// The 26 characters behind `prefix`, such as `contact_`, made in one piece.
    public func text(prefix: StaticString) -> String {
        let start = prefix.utf8CodeUnitCount
        return String(unsafeUninitializedCapacity: start + Self.length) { output in
            for index in 0..<start { output[index] = prefix.utf8Start[index] }
            write(to: output, at: start)
            return start + Self.length
        }
    }

    /// Lends the bytes of ``description``, without a `String` in between.
    public func withText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.length) {
            write(to: $0, at: 0)
            return body(UnsafeBufferPointer($0))
        }
    }

    private func write(to output: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
        var rest = value
        var index = start + Self.length
        while index > start {
            index &-= 1
            output[index] = Self.alphabet.utf8Start[Int(truncatingIfNeeded: rest & 31)]
            rest >>= 5
        }
    }

    /// Characters of the text.
    private static let length = 26

    private static func digit(_ character: UInt8) -> Int? {
        (0..<32).first { alphabet.utf8Start[$0] == character }
    }

    /// Crockford's base 32: no i, l, o and u, which look like others or make words.
    private static let alphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
}
