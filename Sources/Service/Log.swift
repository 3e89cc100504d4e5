import CRM
import Glibc

/// How serious a line is.
public enum LogLevel: String, CaseIterable, Comparable, Sendable {
    /// For developers.
    case debug
    /// What happens.
    case info
    /// What an operator should look at.
    case warning
    /// What an operator must mend.
    case error

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    /// The less serious one first.
    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }
}

/// The form of the log.
public enum LogFormat: String, CaseIterable, Sendable {
    /// `<time> INFO Received event: booking.completed result=applied …`
    case text
    /// One JSON object a line.
    case json
}

/// The log of one thread, on standard output.
///
/// Lines are collected and written at the end of each round of the loop. A reader that stalls must not stall the
/// service, so lines that find no room are dropped and counted. No personal data: ids yes; email, phone, names never.
public final class Log {
    /// A name and a value behind the message.
    public typealias Field = (name: StaticString, value: String)

    /// Bytes kept for a reader that is slow.
    static let mostBytes = 262_144

    private let level: LogLevel
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

    /// Adds a line; it is written by ``flush()``.
    public func write(_ level: LogLevel, _ message: String, _ fields: [Field] = []) {
        guard level >= self.level else { return }
        guard pending.count < Self.mostBytes else {
            dropped += 1
            return
        }
        let time = Timestamp(clamping: Clock.milliseconds()).iso8601
        switch format {
        case .text: appendText(time, level, message, fields)
        case .json: appendJSON(time, level, message, fields)
        }
    }

    /// Writes what has been collected, as far as it can be without waiting.
    public func flush() {
        if dropped > 0, pending.count < Self.mostBytes {
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

    private func appendText(_ time: String, _ level: LogLevel, _ message: String, _ fields: [Field]) {
        pending.append(contentsOf: time.utf8)
        pending.append(UInt8(ascii: " "))
        pending.append(contentsOf: level.rawValue.uppercased().utf8)
        pending.append(UInt8(ascii: " "))
        append(plain: message)
        for field in fields {
            pending.appendJSON(raw: " ")
            pending.appendJSON(raw: field.name)
            pending.appendJSON(raw: "=")
            let isPlain = !field.value.isEmpty && field.value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 }
            if isPlain { append(plain: field.value) } else { pending.appendJSON(field.value) }
        }
        pending.append(UInt8(ascii: "\n"))
    }

    private func appendJSON(_ time: String, _ level: LogLevel, _ message: String, _ fields: [Field]) {
        pending.appendJSON(raw: "{\"time\":\"")
        pending.append(contentsOf: time.utf8)
        pending.appendJSON(raw: "\",\"level\":\"")
        pending.append(contentsOf: level.rawValue.utf8)
        pending.appendJSON(raw: "\",\"message\":")
        pending.appendJSON(message)
        for field in fields {
            pending.appendJSON(raw: ",\"")
            pending.appendJSON(raw: field.name)
            pending.appendJSON(raw: "\":")
            pending.appendJSON(field.value)
        }
        pending.appendJSON(raw: "}\n")
    }

    /// No value can forge a line: control characters become `?`.
    private func append(plain text: String) {
        for byte in text.utf8 { pending.append(byte < 0x20 || byte == 0x7F ? UInt8(ascii: "?") : byte) }
    }
}

/// The wall clock.
enum Clock {
    static func milliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

extension EventID {
    /// The id for a log line: ids may be logged, and websites may put an address into one, so anything that is not
    /// plainly a technical id stays out.
    var forLog: String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"):
                true
            default: false
            }
        }
        return isPlain ? text : "(withheld)"
    }
}
