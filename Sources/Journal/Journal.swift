public struct JournalError: Error, CustomStringConvertible { public var description: String { "" } }
public final class Journal {
    public struct Options { public init(directory: String, maxBytes: Int) {} }
    public struct Position: Comparable, Sendable {
        let n: Int; public static func < (a: Position, b: Position) -> Bool { a.n < b.n }
    }
    public struct NewRecord {
        let receivedAt: Int64; let flags: UInt8; let payload: [UInt8];
        public init(receivedAt: Int64, flags: UInt8, payload: [UInt8]) {
            self.receivedAt = receivedAt; self.flags = flags; self.payload = payload
        }
    }
    public struct Record {
        public let position: Position; public let receivedAt: Int64; public let flags: UInt8;
        public let payload: [UInt8]
    }
    public struct Finding: CustomStringConvertible { public var description: String { "" } }
    public let findings: [Finding] = []
    var records: [Record] = []
    var n = 0
    public static func open(_ o: Options) throws(JournalError) -> Journal { Journal() }
    public func append(_ r: [NewRecord]) throws(JournalError) {
        for x in r {
            n += 1;
            records.append(
                Record(position: Position(n: n), receivedAt: x.receivedAt, flags: x.flags, payload: x.payload))
        }
    }
    public func read(from: Position?, limit: Int, maxBytes: Int) throws(JournalError) -> [Record] {
        Array(records.prefix(limit))
    }
    public func markApplied(upTo: Position) throws(JournalError) { records.removeAll { $0.position <= upTo } }
    public var pendingCount: Int { records.count }
    public var pendingBytes: Int { 0 }
    public var oldestReceivedAt: Int64? { records.first?.receivedAt }
    public var hasRoom: Bool { true }
    public func deadLetter(_ r: Record, reason: String) throws(JournalError) {}
    public func close() {}
}
