import Glibc
import Testing

import struct TestSupport.Failure
import class TestSupport.TemporaryFolder
import func TestSupport.freePort

@testable import Loop
@testable import Redis
@testable import Store

/// One connection, to a peer that does what a real Redis seldom does.
@Suite struct RedisLinkTests {
    /// The other end, on the same loop: takes one connection, keeps what comes and answers as it is told.
    private final class Peer: EventSource {
        private final class End: EventSource {
            let socket: Socket
            let took: ([UInt8]) -> Void
            private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)

            init(_ socket: Socket, took: @escaping ([UInt8]) -> Void) {
                self.socket = socket
                self.took = took
            }

            deinit { buffer.deallocate() }

            func ready(_ readiness: Readiness) {
                if case .bytes(let count) = socket.receive(into: buffer) { took(Array(buffer[..<count])) }
            }
        }

        let folder: TemporaryFolder
        let listener: Socket
        private let loop: EventLoop
        private var end: End?
        private(set) var received: [UInt8] = []
        var took: () -> Void = {}

        init(_ loop: EventLoop) throws {
            self.loop = loop
            folder = try TemporaryFolder()
            listener = Socket(descriptor: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0))
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let size = socklen_t(MemoryLayout<sockaddr_un>.size)
            let isBound = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener.descriptor, $0, size) == 0 }
            }
            guard isBound, listen(listener.descriptor, 1) == 0 else { throw Failure("no socket at \(path)") }
            try loop.add(listener.descriptor, for: .read, source: self)
        }

        deinit {
            end?.socket.close()
            listener.close()
        }

        var path: String { folder.file("redis.sock") }

        func ready(_ readiness: Readiness) {
            let descriptor = accept(listener.descriptor, nil, nil)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            let end = End(Socket(descriptor: descriptor)) { [unowned self] bytes in
                received += bytes
                took()
            }
            self.end = end
            try? loop.add(descriptor, for: .read, source: end)
        }

        func answer(_ text: String) {
            let bytes = Array(text.utf8)
            #expect(bytes.withUnsafeBytes { end?.socket.send($0) } == .bytes(bytes.count))
        }

        func close() {
            guard let end else { return }
            loop.remove(end.socket.descriptor)
            end.socket.close()
            self.end = nil
        }
    }

    private typealias Outcome = Result<RedisReply, RedisError>

    private let loop: EventLoop
    private let peer: Peer

    init() throws {
        loop = try EventLoop()
        peer = try Peer(loop)
    }

    /// Something to wait for, and what to do then.
    private typealias Step = (until: () -> Bool, then: () -> Void)

    /// Serves, and sends what `link` has, until all steps are done, or for ten seconds.
    private func run(_ link: RedisLink, _ steps: [Step]) throws {
        var steps = steps[...]
        loop.schedule(after: 10_000) { [loop] in
            Issue.record("step \(steps.startIndex) does not come")
            loop.stop()
        }
        loop.afterRound = { [loop] in
            link.flush()
            while let step = steps.first, step.until() {
                step.then()
                steps.removeFirst()
            }
            if steps.isEmpty { loop.stop() }
            // There may be nothing that wakes the loop for the next step.
            loop.schedule(after: 1) {}
        }
        try loop.run()
    }

    @Test func `what the peer does not take at once goes out later, in order`() throws {
        var outcomes: [Outcome] = []
        let link = try RedisLink(to: .unix(path: peer.path), loop: loop) { #expect($0 == nil) }
        var expected = CommandBuffer()
        // More than the socket takes, so that it ends in the middle of a command; further ones come meanwhile.
        func send(_ numbers: Range<Int>) {
            for number in numbers {
                let text = String(repeating: "x", count: 1 + number * 7919 % 10_000)
                expected.write { $0.add(text) }
                link.send({ $0.add(text) }, { outcomes.append($0) })
            }
            link.flush()
        }
        var sent = 0
        peer.took = {
            guard sent < 200 else { return }
            send(sent..<sent + 10)
            sent += 10
        }
        send(0..<100)
        sent = 100
        let peer = peer
        try run(
            link,
            [
                (
                    { expected.withBytes { $0.count } == peer.received.count },
                    {
                        #expect(expected.withBytes { Array($0) } == peer.received)
                        #expect(link.inFlight == 200)
                        peer.answer((0..<200).map { ":\($0)\r\n" }.joined())
                    }
                ),
                ({ outcomes.count == 200 }, {}),
            ])
        #expect(outcomes == (0..<200).map { .success(.integer($0)) })
        #expect(link.inFlight == 0)
    }

    @Test func `replies that come a byte at a time are whole ones`() throws {
        var outcomes: [Outcome] = []
        let link = try RedisLink(to: .unix(path: peer.path), loop: loop) { #expect($0 == nil) }
        let replies = ["+OK\r\n", "$5\r\na\r\nbc\r\n", "*2\r\n:1\r\n$-1\r\n", "-WRONGTYPE it is\r\n", "-ERR no\r\n"]
        for _ in replies { link.send({ $0.add("PING") }, { outcomes.append($0) }) }
        let peer = peer
        var steps: [Step] = [({ peer.received.count == 14 * replies.count }, {})]
        for byte in replies.joined().utf8 {
            // One byte for each round of the loop.
            var rounds = 0
            func isNextRound() -> Bool {
                rounds += 1
                return rounds > 1
            }
            steps.append((isNextRound, { peer.answer(String(UnicodeScalar(byte))) }))
        }
        steps.append(({ outcomes.count == replies.count }, {}))
        try run(link, steps)
        #expect(
            outcomes == [
                .success(.text("OK")), .success(.text("a\r\nbc")), .success(.array([.integer(1), .null])),
                .failure(.refused("WRONGTYPE it is")), .failure(.unable("ERR no")),
            ])
    }

    @Test(arguments: ["", "$5\r\nab", "?\r\n", "+OK\r\n:1\r\n?\r\n"])
    func `when the connection is lost, each that waits is told once, and then the owner`(before: String) throws {
        var told: [String] = []
        let link = try RedisLink(to: .unix(path: peer.path), loop: loop) { failure in
            if let failure { told.append(failure.isEmpty ? "no reason" : "lost") }
        }
        for number in 0..<4 {
            link.send({ $0.add("PING") }) { outcome in
                if case .success = outcome {
                    told.append("\(number)")
                } else {
                    #expect(outcome == .failure(.uncertain))
                    told.append("\(number) uncertain")
                    // Whoever is told may try again at once.
                    link.send({ $0.add("PING") }) { #expect($0 == .failure(.disconnected)) }
                }
            }
        }
        let peer = peer
        try run(
            link,
            [
                (
                    { peer.received.count == 56 },
                    {
                        if !before.isEmpty { peer.answer(before) }
                        if !before.contains("?") { peer.close() }
                    }
                ),
                ({ told.last == "lost" }, {}),
            ])
        let answered = before.hasPrefix("+") ? 2 : 0
        #expect(told == (0..<4).map { $0 < answered ? "\($0)" : "\($0) uncertain" } + ["lost"])
        #expect(link.inFlight == 0)
    }

    @Test func `a connection may be dropped by whoever is handed a reply`() throws {
        var told: [String] = []
        let link = try RedisLink(to: .unix(path: peer.path), loop: loop) {
            if let failure = $0 { told.append(failure) }
        }
        for number in 0..<3 {
            link.send({ $0.add("PING") }) { outcome in
                told.append(outcome == .failure(.uncertain) ? "uncertain" : "\(number)")
                if number == 0 { link.drop() }
            }
        }
        let peer = peer
        try run(
            link,
            [
                ({ peer.received.count == 42 }, { peer.answer("+A\r\n+B\r\n+C\r\n") }),
                ({ told.count == 4 }, {}),
            ])
        #expect(told == ["0", "uncertain", "uncertain", "connection closed"])
    }

    @Test func `a connection may turn out to be broken while a reply is handed on`() throws {
        var told: [String] = []
        let link = try RedisLink(to: .unix(path: peer.path), loop: loop) {
            if let failure = $0 { told.append(failure) }
        }
        let next = { (outcome: Outcome) in told.append(outcome == .failure(.uncertain) ? "next uncertain" : "next") }
        for number in 0..<3 {
            link.send({ $0.add("PING") }) { outcome in
                told.append(outcome == .failure(.uncertain) ? "uncertain" : "\(number)")
                guard number == 0 else { return }
                link.send({ $0.add("PING") }, next)
                link.flush()
            }
        }
        let peer = peer
        try run(
            link,
            [
                (
                    { peer.received.count == 42 },
                    {
                        peer.answer("+A\r\n+B\r\n+C\r\n")
                        peer.close()
                    }
                ),
                ({ told.last == "Redis closed the connection" }, {}),
            ])
        #expect(told == ["0", "uncertain", "uncertain", "next uncertain", "Redis closed the connection"])
    }

    @Test func `what a subscribed connection hears is no reply`() throws {
        var outcomes: [Outcome] = []
        var heard: [String] = []
        let link = try RedisLink(to: .unix(path: peer.path), loop: loop) { #expect($0 == nil) }
        link.heard = { heard.append("\($0): \($1)") }
        for word in ["SUBSCRIBE", "SUBSCRIBE", "PING"] { link.send({ $0.add(word) }, { outcomes.append($0) }) }
        func array(_ words: String...) -> String {
            "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
        }
        let peer = peer
        try run(
            link,
            [
                (
                    { peer.received.count > 50 },
                    {
                        peer.answer("*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n" + array("message", "a", "one"))
                        peer.answer("*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n" + array("message", "b", "two"))
                        peer.answer(array("pong", "") + array("message", "a", "three"))
                    }
                ),
                ({ heard.count == 3 }, {}),
            ])
        #expect(heard == ["a: one", "b: two", "a: three"])
        #expect(
            outcomes == [
                .success(.array([.text("subscribe"), .text("a"), .integer(1)])),
                .success(.array([.text("subscribe"), .text("b"), .integer(2)])),
                .success(.array([.text("pong"), .text("")])),
            ])
    }

    @Test func `nobody at the other end is a failure that is told`() throws {
        var failure: String?
        let refused = try freePort()
        let link = try RedisLink(to: .tcp(host: "127.0.0.1", port: UInt16(refused)), loop: loop) { failure = $0 }
        var outcome: Outcome?
        link.send({ $0.add("PING") }) { outcome = $0 }
        try run(link, [({ failure != nil }, {})])
        #expect(failure == "Connection refused")
        #expect(outcome == .failure(.uncertain))
        #expect(throws: RedisLink.Refusal.self) {
            _ = try RedisLink(to: .unix(path: peer.path + "-"), loop: loop) { _ in }
        }
    }
}
