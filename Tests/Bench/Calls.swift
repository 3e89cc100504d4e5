import Text
import Redis
import CRM
import Store

/// Events as ready-made calls of the script, for those who do not read events themselves.
struct Calls {
    private var ulids = ULIDGenerator()
    private var command = CommandBuffer()
    private let arguments = Arguments(retention: Retention())
    private let script: String

    /// The script as the receiver loads it by default.
    static let text = ApplyScript(retention: Retention()).text

    /// - Parameter script: the name that Redis gave to ``text``.
    init(script: String) { self.script = script }

    /// The call in the bytes of the Redis protocol.
    mutating func protocolBytes(of event: String) throws -> [UInt8] {
        let change = try change(for: event)
        command.write { command in
            command.add("EVALSHA")
            command.add(script)
            arguments.write(change, to: &command)
        }
        defer { command.removeAll() }
        return command.withBytes { Array($0) }
    }

    /// The call as webdis takes it in a body: arguments between slashes, percent-encoded.
    mutating func webdisBody(of event: String) throws -> String {
        try Self.arguments(in: protocolBytes(of: event)).map(Self.encoded).joined(separator: "/")
    }

    private mutating func change(for event: String) throws -> Change {
        var event = event
        let now = Timestamp(clamping: now())
        let ulid = ulids.next(at: now)
        return try event.withUTF8 { bytes in
            Rules().change(
                for: try Event(JSONDocument.parse(bytes).root, arrival: Arrival(receivedAt: now, ulid: ulid)))
        }
    }

    private static func arguments(in command: [UInt8]) -> [ArraySlice<UInt8>] {
        var found: [ArraySlice<UInt8>] = []
        var at = command.firstIndex(of: 10)! + 1
        while at < command.count {
            let end = command[at...].firstIndex(of: 13)!
            let length = Int(String(decoding: command[(at + 1)..<end], as: UTF8.self))!
            found.append(command[(end + 2)..<(end + 2 + length)])
            at = end + 4 + length
        }
        return found
    }

    private static func encoded(_ bytes: ArraySlice<UInt8>) -> String {
        let digits = Array("0123456789ABCDEF")
        return bytes.reduce(into: "") { text, byte in
            let scalar = Unicode.Scalar(byte)
            if byte < 0x80, Character(scalar).isLetter || Character(scalar).isNumber {
                text.unicodeScalars.append(scalar)
            } else {
                text += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }
}
