import Text
import Glibc

/// Redis commands in the bytes of the protocol (RESP, https://redis.io/docs/latest/develop/reference/protocol-spec),
/// one behind the other, as they go out.
///
/// hiredis could format them, but wants an array of C pointers into memory that must not move; writing each argument
/// once where it is sent from is shorter and costs a third.
public struct CommandBuffer {
    /// Room for `*<count>\r\n` with the usual two digits; the count is known last.
    private static let headerRoom = 5
    /// The most that a head or an argument takes beside itself: `$<length>\r\n` and `\r\n`, with up to 20 digits.
    private static let argumentRoom = 32
    /// Rare huge commands must not be held for ever.
    private static let maxKept = 65_536

    /// All of it can be written; the commands end at `end`. An argument is written in one piece behind one check for
    /// room: with an array that grows by `append` each byte had its own check, a third of what a command cost.
    private var bytes = [UInt8](repeating: 0, count: 4096)
    private var end = 0
    /// What has been sent of it.
    private var start = 0
    /// Arguments of the command that is being written.
    private var count = 0
    /// Where an argument is put together whose length is known last.
    private var parts: [UInt8] = []

    /// An empty buffer.
    public init() {}

    /// Whether there is nothing to send.
    public var isEmpty: Bool { start == end }

    /// Adds one command, whose name and arguments `fill` adds.
    public mutating func write(_ fill: (inout CommandBuffer) -> Void) {
        if start * 2 > end { moveToFront() }
        let head = end
        if bytes.count - end < Self.argumentRoom { makeRoom(for: Self.argumentRoom) }
        end += Self.headerRoom
        count = 0
        fill(&self)
        let digits = Decimal.count(Int64(count))
        setHeadLength(3 + digits, at: head)
        bytes.withUnsafeMutableBufferPointer { bytes in
            let place = bytes.baseAddress! + head
            place[0] = UInt8(ascii: "*")
            Decimal.write(Int64(count), count: digits, to: place + 1)
            place[1 + digits] = 13
            place[2 + digits] = 10
        }
    }

    /// Lends what is to be sent.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
    }

    /// Forgets so many bytes, which were sent.
    public mutating func removeFirst(_ sent: Int) {
        start += sent
        guard start == end else { return }
        if bytes.count > Self.maxKept { self = CommandBuffer() }
        (start, end) = (0, 0)
    }

    /// Forgets all.
    public mutating func removeAll() { removeFirst(end - start) }

    /// Gives the room of what was sent back. Done when that is more than half: so no more bytes move than were sent.
    private mutating func moveToFront() {
        bytes.withUnsafeMutableBufferPointer { bytes in
            let base = bytes.baseAddress!
            _ = memmove(base, base + start, end - start)
        }
        (start, end) = (0, end - start)
    }

    /// Moves the arguments where their number has one digit, or more than two.
    private mutating func setHeadLength(_ length: Int, at head: Int) {
        guard length != Self.headerRoom else { return }
        if bytes.count - end < Self.argumentRoom { makeRoom(for: Self.argumentRoom) }
        let arguments = head + Self.headerRoom
        bytes.withUnsafeMutableBufferPointer { bytes in
            let base = bytes.baseAddress! + head
            _ = memmove(base + length, base + Self.headerRoom, end - arguments)
        }
        end += length - Self.headerRoom
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

    /// Adds one argument that `fill` puts together.
    public mutating func add(_ fill: (inout [UInt8]) -> Void) {
        fill(&parts)
        parts.withUnsafeBufferPointer { add($0) }
        parts.removeAll(keepingCapacity: parts.count <= Self.maxKept)
    }

    /// Adds an integer in decimal.
    public mutating func add(_ number: Int64) {
        let length = Decimal.count(number)
        write(length: length) { Decimal.write(number, count: length, to: $0) }
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
        let size = bytes.count + max(more, bytes.count)
        bytes = [UInt8](unsafeUninitializedCapacity: size) { [bytes, end] place, count in
            _ = bytes.withUnsafeBufferPointer { memcpy(place.baseAddress!, $0.baseAddress!, end) }
            memset(place.baseAddress! + end, 0, size - end)
            count = size
        }
    }
}
