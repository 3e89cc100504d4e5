import Foundation

/// A blocking TCP socket on 127.0.0.1 whose every wait has an end.
struct Socket {
    let descriptor: Int32

    private static func open() throws -> Socket {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure("no socket: \(lastError)") }
        return Socket(descriptor: descriptor)
    }

    static var lastError: String { String(cString: strerror(errno)) }

    /// A socket on a free port.
    static func listener() throws -> Socket {
        let socket = try open()
        let bound = withAddress(port: 0) { bind(socket.descriptor, $0, $1) }
        guard bound == 0, listen(socket.descriptor, 8) == 0 else { throw Failure("cannot listen: \(lastError)") }
        return socket
    }

    /// A connection to a port of this machine.
    static func connected(to port: Int) throws -> Socket {
        let socket = try open()
        let status = withAddress(port: port) { connect(socket.descriptor, $0, $1) }
        guard status == 0 else {
            let reason = lastError
            socket.close()
            throw Failure("cannot connect to port \(port): \(reason)")
        }
        var on: Int32 = 1
        setsockopt(socket.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        return socket
    }

    /// The next connection that somebody made to this socket.
    func accepted() throws -> Socket {
        let peer = accept(descriptor, nil, nil)
        guard peer >= 0 else { throw Failure("cannot accept: \(Self.lastError)") }
        _ = fcntl(peer, F_SETFD, FD_CLOEXEC)
        return Socket(descriptor: peer)
    }

    func boundPort() throws -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard status == 0 else { throw Failure("no port: \(Self.lastError)") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    func write(_ bytes: [UInt8], by deadline: Deadline) throws {
        var sent = 0
        while sent < bytes.count {
            try wait(for: POLLOUT, by: deadline, "the peer takes more bytes")
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            if count > 0 {
                sent += count
            } else if errno != EAGAIN && errno != EINTR {
                throw Failure("cannot send: \(Self.lastError)")
            }
        }
    }

    /// What has come; empty when the peer has closed.
    func read(by deadline: Deadline) throws -> [UInt8] {
        try wait(for: POLLIN, by: deadline, "the peer answers")
        return try [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
            let got = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            guard got >= 0 else { throw Failure("cannot receive: \(Self.lastError)") }
            count = got
        }
    }

    private func wait(for events: Int32, by deadline: Deadline, _ what: String) throws {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while true {
            let count = poll(&entry, 1, deadline.millisecondsLeft)
            if count > 0 { return }
            if count == 0 { throw Failure("waited in vain: \(what)") }
            if errno != EINTR { throw Failure("poll: \(Self.lastError)") }
        }
    }

    func shutdownWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes by a reset.
    func reset() {
        var wait = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &wait, socklen_t(MemoryLayout<linger>.size))
        Foundation.close(descriptor)
    }

    func close() { Foundation.close(descriptor) }

    private static func withAddress(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
