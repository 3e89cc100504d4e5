/// How serious a line is.
public enum LogLevel: String, CaseIterable, Comparable, Sendable {
    /// For developers.
    case debug
    /// What happens.
    case info
    /// What an operator should look at.
    case warning
    /// What an operator must mend.
    case error

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }

    /// As a line of text has it.
    var label: StaticString {
        switch self {
        case .debug: " DEBUG "
        case .info: " INFO "
        case .warning: " WARNING "
        case .error: " ERROR "
        }
    }

    /// The less serious one first.
    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }
}

/// The form of the log.
public enum LogFormat: String, CaseIterable, Sendable {
    /// `<time> INFO Received event: booking.completed result=applied …`
    case text
    /// One JSON object a line.
    case json
}
