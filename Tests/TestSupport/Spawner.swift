import Foundation
import Synchronization

/// The one thread that starts all children; it lives as long as the test run.
final class Spawner: Sendable {
    static let shared = Spawner()
    private let jobs = Mutex<[Job]>([])
    private let wake = DispatchSemaphore(value: 0)

    private init() {
        // hiredis writes without MSG_NOSIGNAL: a server that has just ended must be an error of one test, not the end
        // of all.
        signal(SIGPIPE, SIG_IGN)
        Thread { [self] in
            while true {
                wake.wait()
                jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }?.run()
            }
        }.start()
    }

    func start(_ line: [String], environment: [String: String], output: String, errors: String) throws -> pid_t {
        let job = Job(line: line, environment: environment, output: output, errors: errors)
        jobs.withLock { $0.append(job) }
        wake.signal()
        return try job.result()
    }
}

/// One child to start: asked for by a test, done by the spawner.
private final class Job: Sendable {
    private let line: [String]
    private let environment: [String: String]
    private let output: String
    private let errors: String
    private let done = DispatchSemaphore(value: 0)
    private let started = Mutex<(status: Int32, pid: pid_t)>((0, 0))

    init(line: [String], environment: [String: String], output: String, errors: String) {
        self.line = line
        self.environment = environment
        self.output = output
        self.errors = errors
    }

    func run() {
        let outcome = spawn()
        started.withLock { $0 = outcome }
        done.signal()
    }

    func result() throws -> pid_t {
        done.wait()
        let (status, pid) = started.withLock { $0 }
        guard status == 0 else {
            throw Failure("cannot start \(line.joined(separator: " ")): \(String(cString: strerror(status)))")
        }
        return pid
    }

    private func spawn() -> (status: Int32, pid: pid_t) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, flags, 0o600)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own: Ctrl-C in the terminal ends the test run, whose end then ends the children.
        posix_spawnattr_setpgroup(&attributes, 0)
        var mask = sigset_t()
        sigemptyset(&mask)
        posix_spawnattr_setsigmask(&attributes, &mask)
        // What this process ignores its children would ignore too.
        var usual = sigset_t()
        sigemptyset(&usual)
        sigaddset(&usual, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        // Nothing of our own environment but where programs are, and what a sanitizer is told.
        let ours = ProcessInfo.processInfo.environment
        var inherited = ours.filter { ["ASAN_OPTIONS", "TSAN_OPTIONS"].contains($0.key) }
        inherited["PATH"] = ours["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        let pairs = environment.merging(inherited) { own, _ in own }.map { "\($0)=\($1)" }
        var pid: pid_t = 0
        let status = withCStrings(line) { arguments in
            withCStrings(pairs) { variables in
                posix_spawnp(&pid, line[0], &actions, &attributes, arguments, variables)
            }
        }
        return (status, pid)
    }
}

/// Lends strings to C as a null-terminated list of null-terminated strings.
private func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let copies: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
    defer { copies.forEach { free($0) } }
    return body(copies)
}
