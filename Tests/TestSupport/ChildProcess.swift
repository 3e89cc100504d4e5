import Foundation
import Synchronization

/// A program that this test run started, and that cannot outlive it.
///
/// `setpriv --pdeathsig KILL` (util-linux) makes the kernel end the child when its parent thread ends. That is why one
/// thread, which lives as long as the process, starts all children: a thread of the test pool may end at any time.
public final class ChildProcess: Sendable {
    /// The process id; `setpriv` becomes the program, so it is the program's own.
    public let pid: pid_t
    private let exit = Mutex<Int32?>(nil)

    /// How a program ended.
    public enum Exit: Equatable, Sendable {
        case code(Int32)
        case signal(Int32)
    }

    /// Starts a program that is found on the search path, or by its full path.
    public init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], output: String, errors: String
    ) throws {
        let line = ["setpriv", "--pdeathsig", "KILL", "--", program] + arguments
        pid = try Spawner.shared.start(line, environment: environment, output: output, errors: errors)
    }

    deinit {
        if poll() == nil {
            kill(pid, SIGKILL)
            var status: Int32 = 0
            waitpid(pid, &status, 0)
        }
    }

    /// Sends a signal to this one process, if it still runs.
    public func send(_ signal: Int32) {
        if poll() == nil { kill(pid, signal) }
    }

    /// How it ended; `nil` while it runs.
    public func poll() -> Exit? {
        exit.withLock { known in
            if known == nil {
                var status: Int32 = 0
                if waitpid(pid, &status, WNOHANG) == pid { known = status }
            }
            return known.map { $0 & 0x7f == 0 ? .code(($0 >> 8) & 0xff) : .signal($0 & 0x7f) }
        }
    }

    /// Waits until it has ended.
    @discardableResult
    public func wait(within seconds: Double = 10) throws -> Exit {
        var ended: Exit?
        try eventually("process \(pid) ends", within: seconds) {
            ended = poll()
            return ended != nil
        }
        guard let ended else { throw Failure("process \(pid) has no exit status") }
        return ended
    }

    /// Ends it at once, as a power cut does.
    public func killHard() {
        send(SIGKILL)
        _ = try? wait()
    }
}
