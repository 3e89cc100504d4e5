import CSystem
import Foundation
import Loop
import TestSupport

/// One keep-alive connection of the load: one request at a time.
final class Client: EventSource {
    private let socket: Loop.Socket
    private let buffer: UnsafeMutableRawBufferPointer
    private var received: [UInt8] = []
    /// When the present request was due.
    private(set) var since = Moment.now()
    /// Called with each answer's status.
    var answered: (Client, Int) -> Void = { _, _ in }

    init(port: Int, buffer: UnsafeMutableRawBufferPointer, loop: EventLoop) throws {
        socket = Loop.Socket(descriptor: try Self.connect(port))
        self.buffer = buffer
        try loop.add(socket.descriptor, for: .read, source: self)
    }

    func close(_ loop: EventLoop) {
        loop.remove(socket.descriptor)
        socket.close(abort: true)
    }

    func send(_ request: [UInt8], due: Moment) {
        since = due
        // One request at a time, smaller than any socket's buffer: it goes whole or the connection is dead.
        let sent = request.withUnsafeBytes { socket.send($0) }
        if sent != .bytes(request.count) { answered(self, 0) }
    }

    /// Asks once and waits for the answer: from then on the service knows the connection as one that it has served.
    func greet() throws {
        let request = Array("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        _ = request.withUnsafeBytes { socket.send($0) }
        var entry = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, 5_000) == 1, case .bytes = socket.receive(into: buffer) else {
            throw Failure("a connection was not served")
        }
    }

    func ready(_ readiness: Readiness) {
        switch socket.receive(into: buffer) {
        case .bytes(let count):
            received.append(contentsOf: buffer[..<count])
            if let status = Self.status(of: received) {
                received.removeAll(keepingCapacity: true)
                answered(self, status)
            }
        case .wouldBlock: break
        case .closed: answered(self, 0)
        }
    }

    /// The status of an answer that is there as a whole.
    private static func status(of answer: [UInt8]) -> Int? {
        answer.withUnsafeBufferPointer { bytes in
            var length = 0
            var line = 0
            while let end = bytes[line...].firstIndex(of: 10) {
                if end - line <= 1 {
                    guard bytes.count >= end + 1 + length else { return nil }
                    return bytes[9..<12].reduce(0) { $0 * 10 + Int($1 & 15) }
                }
                if end - line > 16, bytes[line] | 32 == UInt8(ascii: "c"), bytes[line + 8] | 32 == UInt8(ascii: "l"),
                    bytes[line + 14] == UInt8(ascii: ":")
                {
                    length = bytes[(line + 15)..<end].reduce(0) { $1 & 0xF0 == 0x30 ? $0 * 10 + Int($1 & 15) : $0 }
                }
                line = end + 1
            }
            return nil
        }
    }

    static func connect(_ port: Int) throws -> Int32 {
        let descriptor = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Failure("cannot connect: \(String(cString: strerror(errno)))") }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        return descriptor
    }
}
