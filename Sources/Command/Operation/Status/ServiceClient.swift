import Glibc

/// One request to the running service, at the address that the environment names.
struct ServiceClient {
    /// Why there is no answer; for people.
    struct Unreachable: Error {
        let reason: String
    }

    /// An answer.
    struct Answer {
        let status: Int
        let body: [UInt8]
    }

    /// Bytes of an answer that are read at most.
    static let maxAnswer = 1 << 20

    /// Where the service is.
    let host: String
    let port: String
    /// How long each step may take, in seconds.
    var timeout = 2

    init(_ environment: [String: String]) {
        host =
            switch environment["HOST"] ?? "" {
            case "", "0.0.0.0": "127.0.0.1"
            case "::": "::1"
            case let host: host
            }
        port = environment["PORT"].flatMap { $0.isEmpty ? nil : $0 } ?? "8080"
    }

    /// The address for people.
    var place: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Asks with GET.
    func get(_ path: String, token: String? = nil) throws(Unreachable) -> Answer {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, port, &hints, &list) == 0, let info = list?.pointee else {
            throw Unreachable(reason: "HOST or PORT cannot be resolved")
        }
        defer { freeaddrinfo(list) }
        let descriptor = socket(info.ai_family, info.ai_socktype, 0)
        guard descriptor >= 0 else { throw Unreachable(reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: timeout, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        guard connect(descriptor, info.ai_addr, info.ai_addrlen) == 0 else { throw failure() }
        let key = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(key)Connection: close\r\n\r\n".utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { throw failure() }
        return try Self.answer(try read(descriptor))
    }

    private func failure() -> Unreachable {
        let isLate = errno == EAGAIN || errno == EINPROGRESS
        return Unreachable(reason: isLate ? "no answer within \(timeout) s" : String(cString: strerror(errno)))
    }

    /// Reads until the service closes, which it was asked to do.
    private func read(_ descriptor: Int32) throws(Unreachable) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while bytes.count <= Self.maxAnswer {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { return bytes }
            guard count > 0 else { throw failure() }
            bytes += buffer[..<count]
        }
        throw Unreachable(reason: "the answer is too long: this is another service")
    }

    private static func answer(_ bytes: [UInt8]) throws(Unreachable) -> Answer {
        let head = Array("HTTP/1.1 ".utf8)
        let end = bytes.indices.first { bytes[$0...].starts(with: Array("\r\n\r\n".utf8)) }
        guard let end, bytes.starts(with: head),
            let status = Int(String(decoding: bytes[head.count..<min(head.count + 3, end)], as: UTF8.self))
        else { throw Unreachable(reason: "the answer is not HTTP/1.1: this is another service") }
        return Answer(status: status, body: Array(bytes[(end + 4)...]))
    }
}
