import Glibc

/// Standard output. Every write is checked, so that a program that goes on after it has all of it.
///
/// A write that fails ends the program: with status 1 and the reason on standard error, or, where the reader of a pipe
/// has gone, quietly and with the status that a shell reports for SIGPIPE.
final class Output {
    /// Bytes that are collected before they are written.
    private static let maxBuffered = 65_536

    private var buffer: [UInt8] = []

    func write(_ bytes: some Sequence<UInt8>) {
        buffer += bytes
        if buffer.count >= Self.maxBuffered { flush() }
    }

    /// Writes everything, so that the reader sees it now.
    func flush() {
        var rest = buffer[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            switch count {
            case 0...: rest = rest.dropFirst(count)
            default: Self.recover()
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Writes everything and closes the file: some file systems report a full disk only then.
    func finish() {
        flush()
        if close(STDOUT_FILENO) != 0, errno != EINTR { Self.fail(errno) }
    }

    /// Returns if the write can be tried again.
    private static func recover() {
        switch errno {
        case EINTR: break
        case EAGAIN:
            var entry = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
            _ = poll(&entry, 1, -1)
        case let number: fail(number)
        }
    }

    private static func fail(_ number: Int32) -> Never {
        guard number != EPIPE else { exit(ExitStatus.brokenPipe) }
        CommandLineTool.complain(
            "the output is not complete: \(String(cString: strerror(number))). "
                + "Make room or name another file, then run the command again")
        exit(ExitStatus.failed)
    }

    /// Refuses to work for an output that was closed before the start: nobody would get what is written.
    static func check() {
        guard fcntl(STDOUT_FILENO, F_GETFD) < 0 else { return }
        CommandLineTool.complain("standard output is closed: open it, or send it to /dev/null")
        exit(ExitStatus.failed)
    }
}
