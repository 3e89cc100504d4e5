import CRM

/// Durations, distances in time and sizes, for people.
enum Span {
    /// How long ago, or in how long.
    static func age(_ time: Timestamp, _ now: Timestamp) -> String {
        let milliseconds = now.milliseconds(since: time)
        return milliseconds < 0 ? "in \(text(-milliseconds))" : "\(text(milliseconds)) ago"
    }

    /// The same for a stored time; `nil` for what is none.
    static func age(_ text: String?, _ now: Timestamp) -> String? {
        text.flatMap { Timestamp($0) }.map { age($0, now) }
    }

    /// A duration in its two largest units.
    static func text(_ milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        switch seconds {
        case ..<60: return "\(seconds) s"
        case ..<3600: return "\(seconds / 60) min"
        case ..<172_800: return "\(seconds / 3600) h \(seconds / 60 % 60) min"
        default: return "\(seconds / 86_400) days"
        }
    }

    /// Bytes in the unit that fits.
    static func size(_ bytes: Int64) -> String {
        let units = [("GB", Int64(1_000_000_000)), ("MB", 1_000_000), ("kB", 1000)]
        for (name, unit) in units where bytes >= unit { return "\(bytes / unit).\(bytes % unit / (unit / 10)) \(name)" }
        return "\(bytes) bytes"
    }
}
