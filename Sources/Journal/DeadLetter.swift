import Text

/// An event that no retry can store, with the reason. One line of `dead-letters.ndjson`:
/// `{"at":…,"reason":"…","received_at":…,"flags":…,"event":{…}}`, times in epoch milliseconds.
public struct DeadLetter: Equatable, Sendable {
    /// When it was given up, in epoch milliseconds.
    public let at: Int64
    /// What Redis said.
    public let reason: String
    /// When the event reached us, in epoch milliseconds.
    public let receivedAt: Int64
    /// As given to `Journal.append`.
    public let flags: UInt8
    /// The payload as it was given to `Journal.append`.
    public let event: [UInt8]

    /// The line without its end.
    var line: [UInt8] {
        var line = Array("{\"at\":\(at),\"reason\":".utf8)
        Self.appendString(reason, to: &line)
        line += Array(",\"received_at\":\(receivedAt),\"flags\":\(flags),".utf8)
        if Self.isOneLineObject(event) {
            line += Array("\"event\":".utf8) + event
        } else {
            // Whatever it is, it must not break the lines around it.
            line += Array("\"event_hex\":\"".utf8) + Array(event.lowercaseHex.utf8) + Array("\"".utf8)
        }
        return line + Array("}".utf8)
    }

    /// Reads a line as it is written here; `nil` for any other.
    init?(line: some Collection<UInt8>) {
        var scanner = DeadLetterScanner(Array(line))
        guard scanner.skip("{\"at\":"), let at = scanner.number(), scanner.skip(",\"reason\":"),
            let reason = scanner.string(), scanner.skip(",\"received_at\":"), let receivedAt = scanner.number(),
            scanner.skip(",\"flags\":"), let flags = scanner.number().flatMap({ UInt8(exactly: $0) })
        else { return nil }
        if scanner.skip(",\"event\":"), let event = scanner.rest(before: "}"), Self.isOneLineObject(event) {
            self.event = event
        } else if scanner.skip(",\"event_hex\":\""), let hex = scanner.rest(before: "\"}"),
            let event = Hex.bytes(hex)
        {
            self.event = event
        } else {
            return nil
        }
        (self.at, self.reason, self.receivedAt, self.flags) = (at, reason, receivedAt, flags)
        // It is removed by its line, so a line that we would write in another way is none of ours.
        guard self.line.elementsEqual(line) else { return nil }
    }

    init(_ record: Journal.Record, reason: String, at: Int64) {
        let kept = Journal.NewRecord(receivedAt: record.receivedAt, flags: record.flags, payload: record.payload)
        self.init(kept, reason: reason, at: at)
    }

    init(_ record: Journal.NewRecord, reason: String, at: Int64) {
        self.at = at
        self.reason = reason
        receivedAt = record.receivedAt
        flags = record.flags
        event = record.payload
    }

    private static func isOneLineObject(_ bytes: [UInt8]) -> Bool {
        bytes.first == UInt8(ascii: "{") && bytes.last == UInt8(ascii: "}") && bytes.allSatisfy { $0 >= 32 }
            && String(validating: bytes, as: UTF8.self) != nil
    }

    private static func appendString(_ text: String, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): line += [UInt8(ascii: "\\"), byte]
            case ..<32: line += Array("\\u00".utf8) + [byte.hexDigits.high, byte.hexDigits.low]
            default: line.append(byte)
            }
        }
        line.append(UInt8(ascii: "\""))
    }
}
