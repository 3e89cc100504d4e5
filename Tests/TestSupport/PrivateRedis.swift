import Foundation
import Synchronization

/// A real redis-server of one test's own: on a Unix socket in a temporary folder, and on a port when one is asked for.
public final class PrivateRedis: Sendable {
    /// What differs from a Redis that keeps everything in memory.
    public struct Options: Sendable {
        /// Every write goes to disk, so that a restart finds it again.
        public var appendOnly = false
        /// Whether a start first cuts off what a killed server left half written, as `docker/redis.sh` does.
        public var mendsFile = true
        /// The password that clients have to give.
        public var password: String?
        /// The most memory for data, such as `3mb`; more is refused.
        public var maxMemory: String?
        /// A free port on 127.0.0.1 besides the socket.
        public var opensPort = false
        /// More lines as they stand on the command line, such as `["--replicaof", "127.0.0.1 1"]`.
        public var more: [String] = []

        /// Everything in memory, no password, no limit, no port.
        public init() {}
    }

    private let folder: TemporaryFolder
    private let options: Options
    private let process = Mutex<ChildProcess?>(nil)

    /// The port on 127.0.0.1; 0 where there is none.
    public let port: Int

    /// Starts a server and waits until it answers.
    public init(_ adjust: (inout Options) -> Void = { _ in }) throws {
        var options = Options()
        adjust(&options)
        self.options = options
        folder = try TemporaryFolder()
        port = options.opensPort ? try freePort() : 0
        try start()
    }

    deinit {
        process.withLock { $0?.killHard() }
    }

    /// The path of the socket.
    public var socket: String { folder.file("redis.sock") }

    /// The address as the service's `REDIS_URL` wants it.
    public var url: String {
        guard port != 0 else { return "unix:\(socket)" }
        let secret = options.password.map { ":\($0)@" } ?? ""
        return "redis://\(secret)127.0.0.1:\(port)/0"
    }

    /// The process id of the running server.
    public var pid: pid_t { process.withLock { $0?.pid ?? 0 } }

    /// A new connection, with the password given.
    public func client() throws -> RedisClient {
        let client = try RedisClient(socket: socket)
        if let password = options.password { try client.run("AUTH", password) }
        return client
    }

    /// Starts the server again on the data that is there.
    ///
    /// - Parameters:
    ///   - awaitsAnswer: `false` when it is enough that it can be reached; it may still read its file.
    ///   - more: arguments of this start alone.
    public func start(awaitsAnswer: Bool = true, more: [String] = []) throws {
        var arguments = [
            "--port", String(port), "--bind", "127.0.0.1", "--unixsocket", socket, "--dir", folder.path, "--save", "",
            "--appendonly", options.appendOnly ? "yes" : "no", "--daemonize", "no", "--loglevel", "notice",
        ]
        if let password = options.password { arguments += ["--requirepass", password] }
        if let limit = options.maxMemory { arguments += ["--maxmemory", limit, "--maxmemory-policy", "noeviction"] }
        let mends = options.appendOnly && options.mendsFile
        let child = try ChildProcess(
            mends ? Self.script : "redis-server", (mends ? [folder.path] : []) + arguments + options.more + more,
            output: folder.file("redis.log"), errors: folder.file("redis.log"))
        process.withLock { $0 = child }
        try eventually("redis-server answers; \(log)") {
            if child.poll() != nil { throw Failure("redis-server ended at once: \(log)") }
            // While it still reads its file it answers with an error.
            guard let reply = try? self.client().send(["PING"]) else { return false }
            return !awaitsAnswer || reply == .status("PONG")
        }
    }

    private static let script = #filePath.replacing("Tests/TestSupport/PrivateRedis.swift", with: "docker/redis.sh")

    /// Cuts the file off after the last place where a text is, as a kill in the middle of writing does; the server must
    /// not run.
    public func tearFile(after text: String) throws {
        try changeFile { file in
            try file.seek(toOffset: 0)
            let contents = try file.readToEnd() ?? Data()
            guard let place = contents.range(of: Data(text.utf8), options: .backwards) else {
                throw Failure("\(text) is not in the file")
            }
            try file.truncate(atOffset: UInt64(place.upperBound))
        }
    }

    /// Adds the first half of a transaction to the file, as a kill in the middle of writing does; the server must not
    /// run.
    public func leaveHalfWritten() throws {
        try changeFile { file in
            try file.seekToEnd()
            try file.write(
                contentsOf: Data(
                    "*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$8\r\ncrm_half\r\n$1\r\n1\r\n*4\r\n$4\r\nZA".utf8))
        }
    }

    /// The keys with that prefix that were set, in the order in which it was done since the file was last rewritten.
    ///
    /// It is read from the file of a server that keeps one: there the writes stand as they happened.
    public func keysSet(prefix: String) throws -> [String] {
        let words = try String(decoding: Data(contentsOf: newestFile()), as: UTF8.self).components(separatedBy: "\r\n")
        // A word stands behind its length, so a key is two lines behind its command.
        return words.indices.dropLast(2).filter { words[$0].uppercased() == "SET" && words[$0 + 2].hasPrefix(prefix) }
            .map { String(words[$0 + 2].dropFirst(prefix.count)) }
    }

    private func newestFile() throws -> URL {
        let parts = try FileManager.default.contentsOfDirectory(atPath: folder.file("appendonlydir"))
        guard let name = parts.filter({ $0.hasSuffix("incr.aof") }).max() else { throw Failure("there is no file") }
        return URL(fileURLWithPath: folder.file("appendonlydir/\(name)"))
    }

    private func changeFile(_ change: (FileHandle) throws -> Void) throws {
        let file = try FileHandle(forUpdating: newestFile())
        try change(file)
        try file.close()
    }

    /// What the server wrote about itself.
    public var log: String { (try? String(contentsOfFile: folder.file("redis.log"), encoding: .utf8)) ?? "" }

    /// Asks the server to stop, and waits until it has.
    public func stop() throws {
        guard let child = process.withLock({ $0 }) else { return }
        child.send(SIGTERM)
        try child.wait()
    }

    /// Ends the server at once, as a power cut does.
    public func killHard() { process.withLock { $0 }?.killHard() }

    /// Lets the server hang: it is there, but it answers nothing.
    public func freeze() { process.withLock { $0 }?.send(SIGSTOP) }

    /// Lets a server that hangs go on.
    public func thaw() { process.withLock { $0 }?.send(SIGCONT) }
}

/// A port of 127.0.0.1 that nobody uses at this moment.
public func freePort() throws -> Int {
    let probe = try Socket.listener()
    defer { probe.close() }
    return try probe.boundPort()
}
