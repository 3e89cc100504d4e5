import Glibc

/// One Redis command in the bytes of the protocol (RESP, https://redis.io/docs/latest/develop/reference/protocol-spec).
///
/// hiredis could format it, but wants an array of C pointers into memory that must not move; writing each argument
/// once where it is sent from is shorter and costs a third. One buffer is used again for every command.
public struct CommandBuffer {
    /// Room for `*<count>\r\n`, which is known last and then written backwards.
    private static let headerRoom = 16
    /// The most that an argument takes beside itself: `$<length>\r\n` and `\r\n`, with up to 20 digits, and the last one a zero.
    private static let argumentRoom = 32
    /// A rare huge command must not be held for ever.
    private static let mostKept = 65_536

    /// All of it can be written; the command ends at `end`. An argument is written in one piece behind one check for
    /// room: with an array that grows by `append` each byte had its own check, a third of what a command cost.
    private var bytes = [UInt8](repeating: 0, count: 4096)
    private var end = headerRoom
    private var count = 0

    /// An empty buffer.
    public init() {}

    /// Forgets the last command.
    public mutating func begin() {
        if bytes.count > Self.mostKept { self = CommandBuffer() }
        end = Self.headerRoom
        count = 0
    }

    /// Adds one argument.
    public mutating func add(_ text: String) {
        text.utf8.span.withUnsafeBufferPointer { add($0) }
    }

    /// Adds one argument that is text already known to the program.
    public mutating func add(_ text: StaticString) {
        text.withUTF8Buffer { add($0) }
    }

    /// Adds one argument that begins with `prefix`, as the names of keys do.
    public mutating func add(_ prefix: StaticString, _ text: String) {
        let rest = text.utf8.span
        let length = prefix.utf8CodeUnitCount
        write(length: length + rest.count) { place in
            memcpy(place, prefix.utf8Start, length)
            rest.withUnsafeBufferPointer { if let start = $0.baseAddress { memcpy(place + length, start, $0.count) } }
        }
    }

    /// Adds one argument, binary-safe.
    public mutating func add(_ argument: UnsafeBufferPointer<UInt8>) {
        write(length: argument.count) { place in
            if let start = argument.baseAddress { memcpy(place, start, argument.count) }
        }
    }

    /// Adds an integer in decimal.
    public mutating func add(_ number: Int64) {
        let length = Decimal.count(number)
        write(length: length) { Decimal.write(number, count: length, to: $0) }
    }

    /// The whole command, with a zero behind it: hiredis looks for further channels of a SUBSCRIBE with `strchr`, and without
    /// an end it would read on in what the command before has left there.
    public mutating func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        let digits = Decimal.count(Int64(count))
        let start = Self.headerRoom - digits - 3
        let (count, end) = (count, end)
        return bytes.withUnsafeMutableBufferPointer { bytes in
            bytes[start] = UInt8(ascii: "*")
            Decimal.write(Int64(count), count: digits, to: bytes.baseAddress! + start + 1)
            bytes[Self.headerRoom - 2] = 13
            bytes[Self.headerRoom - 1] = 10
            bytes[end] = 0
            return body(UnsafeBufferPointer(rebasing: bytes[start..<end]))
        }
    }

    /// Writes `$<length>\r\n`, the argument as `fill` lays it down at the place that it is given, and `\r\n`.
    @inline(__always)
    private mutating func write(length: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        if bytes.count - end < length + Self.argumentRoom { makeRoom(for: length + Self.argumentRoom) }
        let digits = Decimal.count(Int64(length))
        bytes.withUnsafeMutableBufferPointer { bytes in
            var place = bytes.baseAddress! + end
            place[0] = UInt8(ascii: "$")
            Decimal.write(Int64(length), count: digits, to: place + 1)
            place += 1 + digits
            place[0] = 13
            place[1] = 10
            fill(place + 2)
            place += 2 + length
            place[0] = 13
            place[1] = 10
        }
        end += digits + length + 5
        count += 1
    }

    private mutating func makeRoom(for more: Int) {
        bytes.append(contentsOf: repeatElement(0, count: max(more, bytes.count)))
    }
}

/// Decimal numbers without a `String` in between.
enum Decimal {
    /// How many characters `number` has.
    static func count(_ number: Int64) -> Int {
        var rest = number.magnitude
        var count = number < 0 ? 2 : 1
        while rest > 9 {
            rest /= 10
            count += 1
        }
        return count
    }

    /// Writes `number`, which has `count` characters.
    static func write(_ number: Int64, count: Int, to place: UnsafeMutablePointer<UInt8>) {
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
