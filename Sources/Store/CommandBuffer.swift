/// One Redis command in the bytes of the protocol (RESP, https://redis.io/docs/latest/develop/reference/protocol-spec).
///
/// hiredis could format it, but wants an array of C pointers into memory that must not move; writing each argument
/// once where it is sent from is shorter and costs a third. One buffer is used again for every command.
public struct CommandBuffer {
    /// Room for `*<count>\r\n`, which is known last and then written backwards.
    private static let headerRoom = 16

    private var bytes: [UInt8]
    private var count = 0

    /// An empty buffer.
    public init() {
        bytes = []
        bytes.reserveCapacity(4096)
        begin()
    }

    /// Forgets the last command.
    public mutating func begin() {
        // A rare huge command must not be held for ever.
        bytes.removeAll(keepingCapacity: bytes.count < 65536)
        bytes.append(contentsOf: repeatElement(0, count: Self.headerRoom))
        count = 0
    }

    /// Adds one argument.
    public mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add($0) }
    }

    /// Adds one argument that is text already known to the program.
    public mutating func add(_ text: StaticString) {
        text.withUTF8Buffer { add($0) }
    }

    /// Adds one argument, binary-safe.
    public mutating func add(_ argument: UnsafeBufferPointer<UInt8>) {
        open(length: argument.count)
        bytes.append(contentsOf: argument)
        close()
    }

    /// Adds one argument made of parts, `length` bytes in all, that `write` appends.
    public mutating func add(length: Int, _ write: (inout [UInt8]) -> Void) {
        open(length: length)
        let start = bytes.count
        write(&bytes)
        precondition(bytes.count - start == length, "an argument was not as long as announced")
        close()
    }

    /// Adds an integer in decimal.
    public mutating func add(_ number: Int64) {
        let digits = Digits(number)
        open(length: digits.count)
        digits.append(to: &bytes)
        close()
    }

    /// The whole command, with a zero behind it: hiredis looks for further channels of a SUBSCRIBE with `strchr`, and without
    /// an end it would read on in what the command before has left there.
    public mutating func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        let digits = Digits(Int64(count))
        var header: [UInt8] = [UInt8(ascii: "*")]
        digits.append(to: &header)
        header += [13, 10]
        let start = Self.headerRoom - header.count
        for (offset, byte) in header.enumerated() { bytes[start + offset] = byte }
        bytes.append(0)
        defer { bytes.removeLast() }
        return bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start..<$0.count - 1])) }
    }

    private mutating func open(length: Int) {
        count += 1
        bytes.append(UInt8(ascii: "$"))
        Digits(Int64(length)).append(to: &bytes)
        close()
    }

    private mutating func close() {
        bytes.append(13)
        bytes.append(10)
    }
}

/// A decimal number without a `String` in between.
struct Digits {
    private var buffer: InlineArray<20, UInt8> = .init(repeating: 0)
    private var start = 20

    init(_ number: Int64) {
        var rest = number.magnitude
        repeat {
            start -= 1
            buffer[start] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        } while rest > 0
        if number < 0 {
            start -= 1
            buffer[start] = UInt8(ascii: "-")
        }
    }

    var count: Int { 20 - start }

    func append(to bytes: inout [UInt8]) {
        for index in start..<20 { bytes.append(buffer[index]) }
    }
}
