import CSystem
import Glibc
import Loop

/// Turns host names into addresses on a thread of its own: `getaddrinfo` blocks, for seconds when DNS is away, and a
/// worker must not.
enum Resolver {
    /// Calls back on the loop with a numeric address, or `nil` when the name has none now.
    static func resolve(_ host: String, handover: Handover, done: @escaping @Sendable (String?) -> Void) {
        if isNumeric(host) { return handover.perform { done(host) } }
        do {
            try Thread(name: "resolve") {
                let address = lookUp(host)
                handover.perform { done(address) }
            }.detach()
        } catch {
            handover.perform { done(nil) }
        }
    }

    static func isNumeric(_ host: String) -> Bool {
        var buffer = in6_addr()
        return inet_pton(AF_INET, host, &buffer) == 1 || inet_pton(AF_INET6, host, &buffer) == 1
    }

    private static func lookUp(_ host: String) -> String? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0, let info = list?.pointee else { return nil }
        defer { freeaddrinfo(list) }
        var text = [CChar](repeating: 0, count: 64)
        guard getnameinfo(info.ai_addr, info.ai_addrlen, &text, 64, nil, 0, NI_NUMERICHOST) == 0 else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
