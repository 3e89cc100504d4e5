import CSystem
import Glibc

/// A listening TCP socket. Several workers bind the same address with `SO_REUSEPORT`; the kernel spreads connections.
public final class ListeningSocket: EventSource {
    /// What a client's connection looks like to us.
    public struct Peer: Sendable {
        /// The open connection.
        public let socket: Socket
        /// The client's address: 4 or 16 bytes; an IPv4 address that arrives mapped into IPv6 has 4.
        public let address: [UInt8]
    }

    /// Most connections taken in one round, so that a flood of new clients does not starve the old.
    public static let acceptsPerRound = 64

    private let descriptor: Int32
    private let loop: EventLoop
    private let accepted: (Peer) -> Void
    private var isOpen = true

    /// Binds `host` and `port` and calls `accepted` for each new client.
    public init(
        host: String, port: UInt16, loop: EventLoop, accepted: @escaping (Peer) -> Void
    ) throws(SystemError) {
        self.loop = loop
        self.accepted = accepted
        descriptor = try Self.bind(host: host, port: port, shared: true)
        try loop.add(descriptor, for: .read, source: self)
    }

    deinit { shut() }

    /// The port that was bound; tells which one the kernel chose for port 0.
    public var port: UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
            // The port stands at the same place for IPv4 and IPv6.
            return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                UInt16(bigEndian: $0.pointee.sin_port)
            }
        }
    }

    /// Fails when somebody else listens there: with `SO_REUSEPORT` two services would silently share the port.
    public static func probe(host: String, port: UInt16) throws(SystemError) {
        close(try bind(host: host, port: port, shared: false))
    }

    /// Takes no more connections.
    public func shut() {
        guard isOpen else { return }
        isOpen = false
        loop.remove(descriptor)
        close(descriptor)
    }

    /// Called by the loop.
    public func ready(_ readiness: Readiness) {
        for _ in 0..<Self.acceptsPerRound {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let client = withUnsafeMutablePointer(to: &storage) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    accept4(descriptor, $0, &length, Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue))
                }
            }
            if client < 0 {
                if errno == EMFILE || errno == ENFILE { refuseOne() }
                return
            }
            var on: Int32 = 1
            setsockopt(client, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            accepted(Peer(socket: Socket(descriptor: client), address: Self.address(of: storage)))
        }
    }

    /// Out of descriptors: without this the loop would spin on a connection that it cannot take.
    private func refuseOne() {
        loop.remove(descriptor)
        loop.schedule(after: 100) { [weak self] in
            guard let self, isOpen else { return }
            try? loop.add(descriptor, for: .read, source: self)
        }
    }

    private static func bind(host: String, port: UInt16, shared: Bool) throws(SystemError) -> Int32 {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let name = host.isEmpty ? "::" : host
        let place = "\(name.contains(":") ? "[\(name)]" : name):\(port)"
        guard getaddrinfo(name, String(port), &hints, &list) == 0, let first = list else {
            throw SystemError("resolve \(place)", errno: EADDRNOTAVAIL)
        }
        defer { freeaddrinfo(list) }
        let info = first.pointee
        let descriptor = socket(
            info.ai_family, info.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("socket for \(place)") }
        var on: Int32 = 1
        var off: Int32 = 0
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size)
        if shared { setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, size) }
        // `::` serves IPv4 too.
        if info.ai_family == AF_INET6 { setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &off, size) }
        guard Glibc.bind(descriptor, info.ai_addr, info.ai_addrlen) == 0, listen(descriptor, 4096) == 0 else {
            let error = SystemError("listen on \(place)")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private static func address(of storage: sockaddr_storage) -> [UInt8] {
        withUnsafePointer(to: storage) { pointer in
            if Int32(storage.ss_family) == AF_INET {
                return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    withUnsafeBytes(of: $0.pointee.sin_addr) { Array($0) }
                }
            }
            let bytes = pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                withUnsafeBytes(of: $0.pointee.sin6_addr) { Array($0) }
            }
            let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
            return bytes.starts(with: mapped) ? Array(bytes[12...]) : bytes
        }
    }
}
