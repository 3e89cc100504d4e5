/// An id that sorts by time: 48 bits of milliseconds and 80 random bits, written in 26 lower-case characters.
///
/// The form is that of github.com/ulid/spec, but for the case of the letters.
public struct ULID: Hashable, Comparable, Sendable, CustomStringConvertible {
    let value: UInt128

    init(value: UInt128) {
        self.value = value
    }

    /// The earlier id is the smaller one, as are their texts.
    public static func < (left: ULID, right: ULID) -> Bool { left.value < right.value }

    /// The 26 characters, of `0123456789abcdefghjkmnpqrstvwxyz`.
    public var description: String { text(prefix: "") }

    /// The 26 characters behind `prefix`, such as `contact_`, made in one piece.
    public func text(prefix: StaticString) -> String {
        let start = prefix.utf8CodeUnitCount
        return String(unsafeUninitializedCapacity: start + 26) { output in
            for index in 0..<start { output[index] = prefix.utf8Start[index] }
            var rest = value
            for index in stride(from: start + 25, through: start, by: -1) {
                output[index] = Self.alphabet.utf8Start[Int(truncatingIfNeeded: rest & 31)]
                rest >>= 5
            }
            return start + 26
        }
    }

    /// Crockford's base 32: no i, l, o and u, which look like others or make words.
    private static let alphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
}
