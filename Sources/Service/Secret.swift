import Glibc

/// Keys and tokens.
enum Secret {
    /// 32 random hexadecimal digits: 128 bits, from the kernel.
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        let number = UInt128(generator.next()) << 64 | UInt128(generator.next())
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }

    /// A key that can stand in a header: visible ASCII, 8 to 256 characters.
    static func key(_ text: String) -> String? {
        text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && (8...256).contains(text.utf8.count) ? text : nil
    }

    /// Whether `candidate` is one of `keys`, in a time that tells nothing about them but their number and length.
    static func matches(_ candidate: String, _ keys: [String]) -> Bool {
        var found = false
        for key in keys where equal(candidate, key) { found = true }
        return found
    }

    /// Compares all of `secret` whatever `candidate` is.
    static func equal(_ candidate: String, _ secret: String) -> Bool {
        let (left, right) = (Array(candidate.utf8), Array(secret.utf8))
        var difference = left.count ^ right.count
        for index in right.indices { difference |= Int((index < left.count ? left[index] : 0) ^ right[index]) }
        return difference == 0
    }
}

/// Facts about the machine.
enum Machine {
    /// Processors that this process may run on: less than the machine's under `taskset` or a container's cpuset.
    static var cores: Int {
        var set = cpu_set_t()
        guard sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &set) == 0 else { return 1 }
        let count = withUnsafeBytes(of: &set) { bytes in bytes.reduce(0) { $0 + $1.nonzeroBitCount } }
        return max(1, count)
    }
}

/// Web origins.
enum Origin {
    /// `scheme://host[:port]` in lower case, or `*`; `nil` for anything else.
    static func normalized(_ text: String) -> String? {
        let origin = text.lowercased()
        if origin == "*" { return origin }
        guard let mark = origin.range(of: "://") else { return nil }
        let (scheme, host) = (origin[..<mark.lowerBound], origin[mark.upperBound...])
        let isPlain = !host.isEmpty && host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
        return !scheme.isEmpty && isPlain ? origin : nil
    }
}

extension String {
    /// Where `part` first stands.
    func range(of part: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
            start = index(after: start)
        }
        return nil
    }
}
