import Glibc

/// `crmsync health`: what a container runs to see whether the service lives, so that its image needs no curl.
enum HealthCheck {
    /// Asks `/healthz` on the service's own address; 0 when it answers 200 within two seconds.
    static func run(_ environment: [String: String]) -> Int32 {
        let host =
            switch environment["HOST"] ?? "" {
            case "", "0.0.0.0": "127.0.0.1"
            case "::": "::1"
            case let host: host
            }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, environment["PORT"] ?? "8080", &hints, &list) == 0, let info = list?.pointee else {
            return 1
        }
        defer { freeaddrinfo(list) }
        let descriptor = socket(info.ai_family, info.ai_socktype, 0)
        defer { close(descriptor) }
        var patience = timeval(tv_sec: 2, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        guard connect(descriptor, info.ai_addr, info.ai_addrlen) == 0 else { return 1 }
        let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        guard send(descriptor, request, request.utf8.count, Int32(MSG_NOSIGNAL)) == request.utf8.count else { return 1 }
        var answer = [UInt8](repeating: 0, count: 12)
        guard recv(descriptor, &answer, answer.count, Int32(MSG_WAITALL)) == answer.count else { return 1 }
        return answer == Array("HTTP/1.1 200".utf8) ? 0 : 1
    }
}
