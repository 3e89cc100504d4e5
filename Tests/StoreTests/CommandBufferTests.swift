import Testing

@testable import Redis
@testable import Store

/// Commands in the bytes of the protocol.
@Suite struct CommandBufferTests {
    private func text(_ fill: (inout CommandBuffer) -> Void) -> String {
        var command = CommandBuffer()
        command.write(fill)
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
        command.write { command in bytes.withUnsafeBufferPointer { command.add($0) } }
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

    @Test func `commands go out one behind the other`() {
        var commands = CommandBuffer()
        #expect(commands.isEmpty)
        let words = [1, 12, 120, 9, 10, 99, 100].map { Array(repeating: "a", count: $0) }
        for words in words { commands.write { command in for word in words { command.add(word) } } }
        let expected = words.map { "*\($0.count)\r\n" + String(repeating: "$1\r\na\r\n", count: $0.count) }.joined()
        #expect(commands.withBytes { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test func `what was sent is not sent again`() {
        var commands = CommandBuffer()
        let sent = Array(text { $0.add("PING") }.utf8)
        for first in 0...sent.count {
            commands.write { $0.add("PING") }
            commands.removeFirst(first)
            commands.write { $0.add("PING") }
            #expect(commands.withBytes { Array($0) } == sent.dropFirst(first) + sent)
            commands.removeAll()
            #expect(commands.isEmpty)
        }
    }

    @Test func `a buffer is used again from the start, and after a huge command not for ever`() {
        var commands = CommandBuffer()
        for length in [100_000, 4, 70_000, 3] {
            let long = String(repeating: "x", count: length)
            commands.write { $0.add(long) }
            #expect(commands.withBytes { String(decoding: $0, as: UTF8.self) } == "*1\r\n$\(length)\r\n\(long)\r\n")
            commands.removeAll()
        }
    }

    @Test func `more than nine arguments are counted with all digits`() {
        let sent = text { command in for _ in 0..<123 { command.add("a") } }
        #expect(sent.hasPrefix("*123\r\n$1\r\na\r\n"))
    }
}
