import Testing

@testable import Store

/// Commands in the bytes of the protocol.
@Suite struct CommandBufferTests {
    private func text(_ fill: (inout CommandBuffer) -> Void) -> String {
        var command = CommandBuffer()
        fill(&command)
        return command.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `arguments are counted and measured in bytes`() {
        #expect(
            text {
                $0.add("GET"); $0.add("ключ")
            } == "*2\r\n$3\r\nGET\r\n$8\r\nключ\r\n")
    }

    @Test func `an argument is binary-safe`() {
        let bytes: [UInt8] = [0, 13, 10, 255]
        var command = CommandBuffer()
        bytes.withUnsafeBufferPointer { command.add($0) }
        let sent = command.withBytes { Array($0) }
        #expect(sent == Array("*1\r\n$4\r\n".utf8) + bytes + [13, 10])
    }

    @Test(arguments: [4_000, 4_040, 4_048, 4_080, 4_096, 9_000, 100_000])
    func `a command grows beyond its buffer`(length: Int) {
        let long = String(repeating: "x", count: length)
        let one = "$\(length)\r\n\(long)\r\n"
        #expect(
            text { command in
                command.add("")
                for _ in 0..<3 { command.add(long) }
                command.add(5)
            } == "*5\r\n$0\r\n\r\n" + one + one + one + "$1\r\n5\r\n")
    }

    @Test(arguments: [0, 7, 10, -1, 1_795_477_835_347, Int64.max, Int64.min])
    func `a number is written in decimal`(number: Int64) {
        let digits = String(number)
        #expect(text { $0.add(number) } == "*1\r\n$\(digits.utf8.count)\r\n\(digits)\r\n")
    }

    @Test func `a buffer is used again from the start`() {
        var command = CommandBuffer()
        command.add(String(repeating: "x", count: 100_000))
        command.begin()
        command.add("PING")
        #expect(command.withBytes { String(decoding: $0, as: UTF8.self) } == "*1\r\n$4\r\nPING\r\n")
    }

    @Test func `behind a command is an end for C, whatever was there before`() {
        var command = CommandBuffer()
        command.add(String(repeating: "$", count: 300))
        for text in ["SUBSCRIBE", String(repeating: "x", count: 5000)] {
            command.begin()
            command.add(text)
            #expect(command.withBytes { $0.baseAddress?[$0.count] } == 0)
        }
    }

    @Test func `more than nine arguments are counted with all digits`() {
        let sent = text { command in for _ in 0..<123 { command.add("a") } }
        #expect(sent.hasPrefix("*123\r\n$1\r\na\r\n"))
    }
}
