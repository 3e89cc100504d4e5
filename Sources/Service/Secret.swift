import CRM
import Glibc

extension Secret {
    /// 32 random hexadecimal digits: 128 bits, from the kernel.
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        let number = UInt128(generator.next()) << 64 | UInt128(generator.next())
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }

    /// The fewest characters of a key, token or secret: fewer can be guessed.
    static let minLength = 16
    /// The most characters of a key.
    static let maxLength = 256

    /// A key that can stand in a header: visible ASCII.
    static func key(_ text: String) -> String? {
        text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && (minLength...maxLength).contains(text.utf8.count)
            ? text : nil
    }

    /// What ``key(_:)`` accepts, for messages.
    static let keyForm = "\(minLength) to \(maxLength) visible ASCII characters without spaces"

    /// Whether `candidate` is one of `keys`, in a time that tells nothing about them but their number and length.
    static func matches(_ candidate: String, _ keys: [String]) -> Bool {
        var found = false
        for key in keys where equals(candidate.utf8, key.utf8) { found = true }
        return found
    }
}

/// Facts about the machine.
enum Machine {
    /// Processors that this process may run on: glibc counts those of its affinity mask.
    static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}

extension Machine {
    /// Raises the number of files that this process may have open as far as it may, and returns it.
    static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        return Int(clamping: limit.rlim_cur)
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
