import Foundation

/// The built program as a process of its own: `crmsync serve`, on a free port, against a given Redis.
public final class Receiver: Sendable {
    private let folder: TemporaryFolder
    private let process: ChildProcess

    /// The port it said that it listens on.
    public let port: Int

    /// Starts the program and waits until it says that it is ready.
    ///
    /// - Parameter awaitsReady: `false` when its Redis is not there, or not yet.
    public init(
        redis url: String, settings: [String: String] = [:], awaitsReady: Bool = true
    ) throws {
        folder = try TemporaryFolder()
        // Events of tests happened long ago: the watch over bookings that were given up would take them for that.
        let defaults = [
            "PORT": "0", "HOST": "127.0.0.1", "REDIS_URL": url, "LOG_FORMAT": "text", "THREADS": "1",
            "ABANDON_AFTER_MINUTES": "0",
        ]
        let output = folder.file("out")
        let errors = folder.file("err")
        process = try ChildProcess(
            Program.path(), ["serve"], environment: defaults.merging(settings) { $1 }, output: output, errors: errors)
        port = try Self.port(of: process, output: output, errors: errors)
        if awaitsReady {
            try eventually("the service is ready: \(log)") { [self] in
                try connect().get("/readyz").status == 200
            }
        }
    }

    private static func port(of process: ChildProcess, output: String, errors: String) throws -> Int {
        var found: Int?
        try eventually("the service listens") {
            let said = [output, errors].compactMap { try? String(contentsOfFile: $0, encoding: .utf8) }.joined()
            // A line that is still being written has no end yet, and may lack digits of the port.
            for line in said.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            where line.contains("listening") {
                found = line.firstMatch(of: /127\.0\.0\.1:(\d+)/).flatMap { Int($0.1) }
            }
            if found == nil, let end = process.poll() { throw Failure("the service ended, \(end): \(said)") }
            return found != nil
        }
        guard let found else { throw Failure("the service named no port") }
        return found
    }

    /// The process id.
    public var pid: pid_t { process.pid }

    /// What it has written to standard output so far.
    public var output: String { (try? String(contentsOfFile: folder.file("out"), encoding: .utf8)) ?? "" }

    /// What it has written to standard output and standard error so far.
    public var log: String {
        output + ((try? String(contentsOfFile: folder.file("err"), encoding: .utf8)) ?? "")
    }

    /// A new connection to it.
    public func connect() throws -> HTTPConnection { try HTTPConnection(port: port) }

    /// Sends it a signal.
    public func send(_ signal: Int32) { process.send(signal) }

    /// How it ended; `nil` while it runs.
    public var exit: ChildProcess.Exit? { process.poll() }

    /// Asks it to stop, waits until it has, and says how it ended.
    public func stop(within seconds: Double = 15) throws -> ChildProcess.Exit {
        process.send(SIGTERM)
        return try process.wait(within: seconds)
    }

    /// Waits until it has ended, and says how.
    public func waitForExit(within seconds: Double = 15) throws -> ChildProcess.Exit {
        try process.wait(within: seconds)
    }

    /// Ends it at once, as a power cut does.
    public func killHard() { process.killHard() }
}

/// The built program beside the test bundle.
public enum Program {
    /// Where it is: on Linux the test bundle is itself a program, and both lie in the folder of products.
    public static func path() throws -> String {
        let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = (bundle as NSString).deletingLastPathComponent + "/crmsync"
        guard FileManager.default.isExecutableFile(atPath: path) else { throw Failure("there is no \(path)") }
        return path
    }

    /// Runs it to its end, with nothing in its environment but these variables.
    public static func run(
        _ arguments: [String], environment: [String: String] = [:], within seconds: Double = 10
    ) throws -> (exit: ChildProcess.Exit, output: String, errors: String) {
        let folder = try TemporaryFolder()
        let process = try ChildProcess(
            path(), arguments, environment: environment, output: folder.file("out"), errors: folder.file("err"))
        let exit = try process.wait(within: seconds)
        let output = try String(contentsOfFile: folder.file("out"), encoding: .utf8)
        let errors = try String(contentsOfFile: folder.file("err"), encoding: .utf8)
        return (exit, output, errors)
    }
}

extension HTTPConnection {
    /// Asks with GET and reads the answer.
    public func get(_ target: String) throws -> HTTPResponse {
        try send("GET", target)
        return try readResponse()
    }
}
