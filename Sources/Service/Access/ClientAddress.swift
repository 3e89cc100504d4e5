import Glibc

/// A block of addresses, such as `10.0.0.0/8`.
struct AddressBlock: Equatable, Sendable {
    private let bytes: [UInt8]
    private let bits: Int

    /// Reads an address with an optional prefix length; `nil` for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let bytes = ClientAddress.parse(String(parts[0])) else { return nil }
        self.bytes = bytes
        guard parts.count == 2 else {
            bits = bytes.count * 8
            return
        }
        guard parts[1].utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let bits = Int(parts[1]), bits <= bytes.count * 8
        else {
            return nil
        }
        self.bits = bits
    }

    func contains(_ address: [UInt8]) -> Bool {
        guard address.count == bytes.count else { return false }
        let whole = bits / 8
        guard address[..<whole] == bytes[..<whole] else { return false }
        let rest = bits % 8
        return rest == 0 || (address[whole] ^ bytes[whole]) >> (8 - rest) == 0
    }
}

/// Whose request it is, for counting.
enum ClientAddress {
    /// 4 or 16 bytes; an IPv4 address written in IPv6 has 4.
    static func parse(_ text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: six) { Array($0) }
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        return bytes.starts(with: mapped) ? Array(bytes[12...]) : bytes
    }

    /// An entry of `X-Forwarded-For`: an address, with some proxies in brackets or with a port.
    private static func parse(forwarded entry: String) -> [UInt8]? {
        if let address = parse(entry) { return address }
        if entry.first == "[", let end = entry.firstIndex(of: "]") {
            return parse(String(entry[entry.index(after: entry.startIndex)..<end]))
        }
        return entry.firstIndex(of: ":").flatMap { parse(String(entry[..<$0])) }
    }

    /// The client's address: the peer itself, or, behind trusted proxies, the last entry of `X-Forwarded-For` that none
    /// of them is. What stands before it was written by the client and proves nothing.
    static func of(peer: [UInt8], forwardedFor: [String], trusted: [AddressBlock]) -> [UInt8] {
        guard trusted.contains(where: { $0.contains(peer) }) else { return peer }
        var client = peer
        for entry in forwardedFor.reversed() {
            guard let address = parse(forwarded: entry) else { return client }
            client = address
            if !trusted.contains(where: { $0.contains(address) }) { return client }
        }
        return client
    }

    /// The address as people write it.
    static func text(_ address: [UInt8]) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = address.count == 16 ? AF_INET6 : AF_INET
        guard inet_ntop(family, address, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// One number for one client: an IPv6 client has at least a /64 to choose from (RFC 6177).
    static func bucket(_ address: [UInt8]) -> Int {
        var hasher = Hasher()
        hasher.combine(address.count)
        for byte in address.prefix(address.count == 16 ? 8 : 4) { hasher.combine(byte) }
        return hasher.finalize()
    }
}
