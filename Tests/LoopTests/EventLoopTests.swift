import Glibc
import Testing

@testable import Loop

/// The loop with real descriptors.
@Suite struct EventLoopTests {
    private final class Reader: EventSource {
        let socket: Socket
        var received: [UInt8] = []
        var wasClosed = false
        private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 1)
        private let changed: () -> Void

        init(_ socket: Socket, changed: @escaping () -> Void) {
            self.socket = socket
            self.changed = changed
        }

        deinit { buffer.deallocate() }

        func ready(_ readiness: Readiness) {
            switch socket.receive(into: buffer) {
            case .bytes(let count): received += buffer[..<count]
            case .wouldBlock: break
            case .closed: wasClosed = true
            }
            changed()
        }
    }

    /// Two ends of a stream that never block.
    private func pair() -> (Socket, Socket) {
        var ends: [Int32] = [0, 0]
        socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &ends)
        return (Socket(descriptor: ends[0]), Socket(descriptor: ends[1]))
    }

    @Test func `bytes and the end of a stream reach their source`() throws {
        let loop = try EventLoop()
        let (near, far) = pair()
        defer { near.close() }
        let reader = Reader(near) { if near.descriptor >= 0 { loop.afterRound = { loop.stop() } } }
        try loop.add(near.descriptor, for: .read, source: reader)
        #expect("hello".utf8.withContiguousStorageIfAvailable { far.send(UnsafeRawBufferPointer($0)) } == .bytes(5))
        far.close()
        try loop.run()
        #expect(reader.received == Array("hello".utf8))
    }

    @Test func `work from other threads runs on the loop's thread and all of it`() throws {
        let loop = try EventLoop()
        let handover = loop.handover
        let home = pthread_self()
        let seen = LoopBound(Counter())
        let threads = try (0..<4).map { number in
            try Thread(name: "t\(number)") {
                for _ in 0..<500 {
                    handover.perform {
                        seen.value.count += pthread_equal(pthread_self(), home) != 0 ? 1 : 0
                        if seen.value.count == 2000 { seen.value.done() }
                    }
                }
            }
        }
        seen.value.done = { loop.stop() }
        try loop.run()
        for thread in threads { thread.join() }
        #expect(seen.value.count == 2000)
    }

    private final class Counter {
        var count = 0
        var done: () -> Void = {}
    }

    @Test func `timers run and the loop ends when told`() throws {
        let loop = try EventLoop()
        var order: [Int] = []
        loop.schedule(after: 20) {
            order.append(2)
            loop.stop()
        }
        loop.schedule(after: 1) { order.append(1) }
        let cancelled = loop.schedule(after: 2) { order.append(3) }
        loop.cancel(cancelled)
        try loop.run()
        #expect(order == [1, 2])
    }

    @Test func `an event of a closed descriptor does not reach its successor`() throws {
        let loop = try EventLoop()
        let (first, firstFar) = pair()
        let (second, secondFar) = pair()
        var late: Reader?
        let other = Reader(second) {}
        let reader = Reader(first) {
            guard late == nil else { return }
            // Both are ready in this round. The second is closed, and a new stream takes its number.
            loop.remove(second.descriptor)
            let (fresh, _) = self.pair()
            // In one step: a number that is free for a moment may go to another test of this process.
            #expect(dup2(fresh.descriptor, second.descriptor) == second.descriptor)
            fresh.close()
            let successor = Reader(second) { Issue.record("an event of the old stream reached the new one") }
            try? loop.add(second.descriptor, for: .read, source: successor)
            late = successor
            loop.afterRound = { loop.stop() }
        }
        try loop.add(first.descriptor, for: .read, source: reader)
        try loop.add(second.descriptor, for: .read, source: other)
        for far in [firstFar, secondFar] {
            _ = [UInt8(1)].withUnsafeBytes { far.send($0) }
        }
        try loop.run()
        #expect(late != nil || other.received == [1])
    }

    @Test func `a listener takes clients of both families and tells their address`() throws {
        for (host, address) in [
            ("127.0.0.1", [127, 0, 0, 1] as [UInt8]), ("::1", Array(repeating: 0, count: 15) + [1]),
        ] {
            let loop = try EventLoop()
            var peers: [[UInt8]] = []
            let listener = try ListeningSocket(host: host, port: 0, loop: loop) { peer in
                peers.append(peer.address)
                peer.socket.close()
                loop.stop()
            }
            let client = try connect(host, listener.port)
            try loop.run()
            close(client)
            listener.shut()
            #expect(peers == [address])
        }
    }

    @Test func `a port that is taken is noticed before it is shared`() throws {
        let loop = try EventLoop()
        let listener = try ListeningSocket(host: "127.0.0.1", port: 0, loop: loop) { _ in }
        #expect { try ListeningSocket.probe(host: "127.0.0.1", port: listener.port) } throws: {
            ($0 as? SystemError)?.isAddressInUse == true
        }
        listener.shut()
        try ListeningSocket.probe(host: "127.0.0.1", port: listener.port == 0 ? 0 : 0)
    }

    private func connect(_ host: String, _ port: UInt16) throws -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        try #require(getaddrinfo(host, String(port), &hints, &list) == 0)
        defer { freeaddrinfo(list) }
        let info = try #require(list?.pointee)
        let client = socket(info.ai_family, info.ai_socktype, 0)
        try #require(Glibc.connect(client, info.ai_addr, info.ai_addrlen) == 0)
        return client
    }
}
