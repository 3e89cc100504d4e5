/// Decimal numbers without a `String` in between.
public enum Decimal {
    /// How many characters `number` has.
    @inlinable public static func count(_ number: Int64) -> Int {
        var rest = number.magnitude
        var count = number < 0 ? 2 : 1
        while rest > 9 {
            rest /= 10
            count += 1
        }
        return count
    }

    /// Writes `number`, which has `count` characters.
    @inlinable public static func write(_ number: Int64, count: Int, to place: UnsafeMutablePointer<UInt8>) {
        var rest = number.magnitude
        var index = count
        repeat {
            index -= 1
            place[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        if number < 0 { place[0] = UInt8(ascii: "-") }
    }
}
