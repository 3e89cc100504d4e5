import Text
import CRM
import Glibc
import Loop

/// The log of one thread, on standard output.
///
/// Lines are collected and written at the end of each round of the loop. A reader that stalls must not stall the
/// service, so lines that find no room are dropped and counted. No personal data: ids yes; email, phone, names never.
public final class Log {
    /// A name and a value behind the message.
    public typealias Field = (name: StaticString, value: String)

    /// Bytes kept for a reader that is slow.
    static let maxBytes = 262_144

    /// The least serious level that is written.
    var level: LogLevel
    private let format: LogFormat
    private let descriptor: Int32
    private let mayBlock: Bool
    private var pending: [UInt8] = []
    private var dropped = 0

    /// A log on `descriptor`.
    public init(level: LogLevel, format: LogFormat, descriptor: Int32 = STDOUT_FILENO) {
        self.level = level
        self.format = format
        self.descriptor = descriptor
        var info = stat()
        fstat(descriptor, &info)
        // A file or terminal is written as it is; a pipe only as far as it has room.
        mayBlock = info.st_mode & S_IFMT == S_IFIFO || info.st_mode & S_IFMT == S_IFSOCK
    }

    /// Adds a line; it is written by ``flush()``. `subject`, if any, goes on with the message behind a space.
    public func write(_ level: LogLevel, _ message: String, about subject: String? = nil, _ fields: [Field] = []) {
        if level >= self.level { add(level, message, subject, fields) }
    }

    /// Adds a line whatever the level: what an operator cannot do without, such as where the service listens.
    func announce(_ level: LogLevel, _ message: String, _ fields: [Field]) { add(level, message, nil, fields) }

    private func add(_ level: LogLevel, _ message: String, _ subject: String?, _ fields: [Field]) {
        guard pending.count < Self.maxBytes else {
            dropped += 1
            return
        }
        let time = Timestamp(clamping: Moment.wallClock())
        switch format {
        case .text: pending.appendLine(time, level, message, subject, fields)
        case .json: pending.appendJSONLine(time, level, message, subject, fields)
        }
    }

    /// Writes what has been collected, as far as it can be without waiting.
    public func flush() {
        if dropped > 0, pending.count < Self.maxBytes {
            let lines = dropped
            dropped = 0
            write(.warning, "Log lines dropped: the reader of standard output is too slow", [("lines", String(lines))])
        }
        var start = 0
        while start < pending.count, let size = room(from: start) {
            let count = pending.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + start, size) }
            if count > 0 {
                start += count
            } else if errno != EINTR {
                // Nobody reads any more: there is nobody to tell.
                if errno != EAGAIN { start = pending.count }
                break
            }
        }
        if start == pending.count {
            pending.removeAll(keepingCapacity: pending.count < 65_536)
        } else {
            pending.removeFirst(start)
        }
    }

    /// How much can be written now. A pipe that is ready takes at least `PIPE_BUF` bytes without blocking (pipe(7)).
    private func room(from start: Int) -> Int? {
        let count = pending.count - start
        guard mayBlock else { return count }
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&request, 1, 0) == 1 else { return nil }
        guard count > Int(PIPE_BUF) else { return count }
        // Whole lines, so that those of other threads go between them and not into them.
        let lines = pending[start..<start + Int(PIPE_BUF)].lastIndex(of: UInt8(ascii: "\n"))
        return lines.map { $0 + 1 - start } ?? Int(PIPE_BUF)
    }
}

/// Lines are put together in the array itself, piece by piece: as steps of `Log` they would have to prove again and
/// again that nobody else is at its buffer.
extension [UInt8] {
    fileprivate mutating func appendLine(
        _ time: Timestamp, _ level: LogLevel, _ message: String, _ subject: String?, _ fields: [Log.Field]
    ) {
        time.appendISO8601(to: &self)
        appendJSON(raw: level.label)
        append(plain: message)
        if let subject {
            append(UInt8(ascii: " "))
            append(plain: subject)
        }
        for field in fields {
            append(UInt8(ascii: " "))
            appendJSON(raw: field.name)
            append(UInt8(ascii: "="))
            let isPlain = !field.value.isEmpty && field.value.hasOnly { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 }
            if isPlain { append(text: field.value) } else { appendJSON(field.value) }
        }
        append(UInt8(ascii: "\n"))
    }

    fileprivate mutating func appendJSONLine(
        _ time: Timestamp, _ level: LogLevel, _ message: String, _ subject: String?, _ fields: [Log.Field]
    ) {
        appendJSON(raw: "{\"time\":\"")
        time.appendISO8601(to: &self)
        appendJSON(raw: "\",\"level\":\"")
        append(text: level.rawValue)
        appendJSON(raw: "\",\"message\":")
        appendJSON(subject.map { message + " " + $0 } ?? message)
        for field in fields {
            appendJSON(raw: ",\"")
            appendJSON(raw: field.name)
            appendJSON(raw: "\":")
            appendJSON(field.value)
        }
        appendJSON(raw: "}\n")
    }

    /// No text can forge a line: control characters become `?`.
    private mutating func append(plain text: String) {
        let start = count
        append(text: text)
        for index in start..<count where self[index] < 0x20 || self[index] == 0x7F { self[index] = UInt8(ascii: "?") }
    }
}

extension EventID {
    /// The id for a log line; see ``LogText/word(_:)``.
    var forLog: String { LogText.word(text) }
}
