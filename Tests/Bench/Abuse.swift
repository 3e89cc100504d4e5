import Foundation
import Loop
import Synchronization
import TestSupport

/// How long good requests take, and how much memory is held, before and while somebody abuses the service.
struct Abuse {
    private static let rate = 500.0
    private let seconds: Int
    private var random: SeededRandom
    private var traffic: Traffic

    init(seconds: Int, seed: UInt64) {
        self.seconds = seconds
        random = SeededRandom(seed: seed)
        traffic = Traffic(customers: 1_000, seed: seed)
    }

    /// One kind of abuse: `step` is called again and again by a thread of its own until the measurement is over.
    private struct Kind: Sendable {
        let name: String
        var settings: [String: String] = [:]
        /// Whether Redis answers nothing meanwhile; events go to a journal then.
        var freezesRedis = false
        /// Whether two threads use up the processor meanwhile: what a machine with other work does to the figures.
        var computes = false
        let step: @Sendable (Abuser) -> Void
    }

    private static let kinds: [Kind] = [
        Kind(name: "nothing") { $0.rest(100) },
        Kind(name: "no request, but two threads that compute", computes: true) { $0.rest(100) },
        Kind(name: "5,000 connections that say nothing") {
            $0.keep(5_000)
            $0.rest(50)
        },
        Kind(name: "more such connections than MAX_CONNECTIONS = 2,000", settings: ["MAX_CONNECTIONS": "2000"]) {
            $0.keep(4_000)
            $0.replaceOldest(20)
            $0.rest(10)
        },
        Kind(name: "connections opened and closed at once, 2,000/s") {
            for _ in 0..<20 { $0.open()?.close(abort: true) }
            $0.rest(10)
        },
        Kind(name: "1,000 heads that come a byte at a time") {
            $0.keep(1_000, beginningWith: "POST / HTTP/1.1\r\nX: ")
            $0.drip()
            $0.rest(100)
        },
        Kind(name: "1,000 bodies that come a byte at a time") {
            $0.keep(1_000, beginningWith: $0.bodyHead)
            $0.drip()
            $0.rest(100)
        },
        Kind(name: "resets in mid-request, 1,000/s") { abuser in
            for _ in 0..<10 {
                let socket = abuser.open()
                socket.map { abuser.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nhalf", on: $0) }
                socket?.close(abort: true)
            }
            abuser.rest(10)
        },
        Kind(name: "50 clients that ask on and never read") {
            $0.keep(50)
            $0.sendAll(String(repeating: "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", count: 50))
            $0.rest(50)
        },
        Kind(name: "40 clients that post batches of 1 MB, one after the other") {
            $0.keep(40)
            $0.sendOn(Self.batch)
            $0.rest(1)
        },
        Kind(name: "nothing, while Redis hangs", freezesRedis: true) { $0.rest(100) },
        Kind(name: "40 clients that post such batches while Redis hangs", freezesRedis: true) {
            $0.keep(40)
            $0.sendOn(Self.batch)
            $0.rest(1)
        },
        Kind(name: "200 bodies of 1 MB of which 900 KB are sent") {
            $0.keep(200)
            $0.sendOn(Self.half, once: true)
            $0.rest(1)
        },
        Kind(name: "requests that are refused, 2,000/s") { abuser in
            for _ in 0..<20 {
                let socket = abuser.open()
                socket.map { abuser.send("GET / HTTP/1.1\r\nHost : a\r\n\r\n", on: $0) }
                socket?.close()
            }
            abuser.rest(10)
        },
    ]

    /// 16 of the largest events that there may be.
    private static let batch: [UInt8] = {
        let fields = (0..<31).map { #""f\#($0)":"\#(String(repeating: "x", count: 990))""# }.joined(separator: ",")
        let events = (0..<16).map {
            #"{"event_type":"booking.started","customer":{"id":"large\#($0)"},"event_data":{\#(fields)},"session":{\#(fields)}}"#
        }
        return Rival.post("/make-server-b43c05fb/track-events", "{\"events\":[\(events.joined(separator: ","))]}")
    }()

    private static let half = Array(
        ("POST /make-server-b43c05fb/track-events HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"
            + String(repeating: " ", count: 900_000)).utf8)

    /// Measures and prints a table.
    mutating func run() throws {
        print("### Good requests during abuse (1 thread, \(Int(Self.rate)) events/s, open loop, \(seconds) s each)\n")
        print("| meanwhile | p50 ms | p99 ms | errors | peak RSS MB |\n|---|--:|--:|--:|--:|")
        for kind in Self.kinds { try measure(kind) }
        print()
    }

    private mutating func measure(_ kind: Kind) throws {
        let redis = try PrivateRedis { $0.opensPort = true }
        let folder = try TemporaryFolder()
        var settings = ["MAX_CONNECTIONS": "20000"].merging(kind.settings) { $1 }
        if kind.freezesRedis { settings["JOURNAL_DIR"] = folder.file("journal") }
        let receiver = try Receiver(redis: redis.url, settings: settings)
        let events = (0..<Int(Self.rate) * seconds).map { _ in
            Rival.post("/make-server-b43c05fb/track-event", traffic.next())
        }
        // The good ones are there first, as in life.
        let load = try Load(port: receiver.port, connections: 32, requests: events)
        try load.greet()
        let abuser = Abuser(port: receiver.port)
        if kind.freezesRedis { redis.freeze() }
        let isOver = Flag()
        Foundation.Thread {
            while !isOver.isSet { kind.step(abuser) }
            abuser.closeAll()
            isOver.finish()
        }.start()
        if kind.computes {
            for _ in 0..<2 { Foundation.Thread { while !isOver.isSet {} }.start() }
        }
        // The abuse is under way when the measurement begins.
        usleep(1_000_000)
        _ = try load.runOpen(rate: Self.rate, random: &random)
        let memory = Usage.peakKilobytes(of: receiver.pid)
        isOver.set()
        try eventually("the abuser ends", within: 30) { isOver.isFinished }
        let (p50, p99, _) = load.latencies.percentiles()
        // 202: on disk.
        let errors = load.errors - load.statuses[202, default: 0]
        print(
            "| \(kind.name) | \(Report.text(p50 / 1000, 2)) | \(Report.text(p99 / 1000, 2)) | \(errors) | "
                + "\(Report.text(Double(memory) / 1024, 1)) |")
    }
}

private final class Flag: Sendable {
    private let over = Atomic<Bool>(false)
    private let finished = Atomic<Bool>(false)
    var isSet: Bool { over.load(ordering: .relaxed) }
    var isFinished: Bool { finished.load(ordering: .relaxed) }
    func set() { over.store(true, ordering: .relaxed) }
    func finish() { finished.store(true, ordering: .relaxed) }
}

/// Sockets that never block, and nothing read from them. `@unchecked`: its thread alone uses it.
final class Abuser: @unchecked Sendable {
    let bodyHead = "POST /make-server-b43c05fb/track-event HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n"
    private let port: Int
    private var sockets: [Loop.Socket] = []
    /// How much of a long request has gone out on each.
    private var sent: [Int32: Int] = [:]
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)

    init(port: Int) { self.port = port }

    deinit { buffer.deallocate() }

    func open() -> Loop.Socket? {
        (try? Client.connect(port)).map { Loop.Socket(descriptor: $0) }
    }

    func send(_ text: String, on socket: Loop.Socket) {
        var text = text
        _ = text.withUTF8 { socket.send(UnsafeRawBufferPointer($0)) }
    }

    /// Opens connections until there are so many.
    func keep(_ count: Int, beginningWith text: String = "") {
        while sockets.count < count, let socket = open() {
            if !text.isEmpty { send(text, on: socket) }
            sockets.append(socket)
        }
    }

    func replaceOldest(_ count: Int) {
        for socket in sockets.prefix(count) { socket.close(abort: true) }
        sockets.removeFirst(min(count, sockets.count))
    }

    /// A byte on each; who was closed is opened anew by `keep`.
    func drip() { sendAll("a") }

    func sendAll(_ text: String) {
        var text = text
        sockets.removeAll { socket in
            let isClosed = text.withUTF8 { socket.send(UnsafeRawBufferPointer($0)) } == .closed
            if isClosed { socket.close() }
            return isClosed
        }
    }

    /// Goes on with a long request on each connection as far as it is taken, again and again unless `once`; answers are
    /// read and thrown away.
    func sendOn(_ request: [UInt8], once: Bool = false) {
        sockets.removeAll { socket in
            var outcome = Loop.Socket.Transfer.bytes(0)
            while case .bytes = outcome { outcome = socket.receive(into: buffer) }
            let start = sent[socket.descriptor, default: 0]
            if outcome != .closed, start < request.count {
                outcome = request.withUnsafeBytes { socket.send(UnsafeRawBufferPointer(rebasing: $0[start...])) }
            }
            if case .bytes(let count) = outcome {
                let end = start + count
                sent[socket.descriptor] = end == request.count && !once ? 0 : end
            }
            guard outcome == .closed else { return false }
            sent[socket.descriptor] = nil
            socket.close(abort: true)
            return true
        }
    }

    func closeAll() {
        for socket in sockets { socket.close(abort: true) }
        sockets = []
    }

    func rest(_ milliseconds: UInt32) { usleep(milliseconds * 1000) }
}
