/// One environment variable that is a setting: one row of the table.
package struct Setting: Sendable {
    /// What a setting is about.
    package enum Section: String, CaseIterable, Sendable {
        case file = "File"
        case network = "Network and threads"
        case redis = "Redis"
        case journal = "Journal"
        case access = "Access"
        case kept = "What is kept"
        case bookings = "Bookings and alerts"
        case limits = "Limits for clients"
        case log = "Log"
        case demonstration = "Demonstration"
    }

    /// What counts without the variable.
    package enum Standard: Sendable {
        /// As it would be written.
        case value(String)
        /// No value says the same.
        case words(String)

        /// For people.
        package var text: String {
            switch self {
            case .value(let text), .words(let text): text
            }
        }
    }

    /// What a value may be: the parser and the reference follow from it.
    package enum Form: Sendable {
        /// Text that a type of its own reads.
        case text
        /// Values between commas, each of which a type of its own reads.
        case list
        /// A whole number.
        case number(ClosedRange<Int>)
        /// A time, fractions allowed, whose unit has so many milliseconds; above 0 (or 0) and at most so many units.
        case duration(unit: Int64, max: Int64, isZeroAllowed: Bool)
        /// 1 or 0.
        case flag
        /// One of some words.
        case choice([String])

        /// Seconds up to a day.
        static let seconds = seconds(max: 86_400)
        static func seconds(max: Int64) -> Form { .duration(unit: 1000, max: max, isZeroAllowed: false) }
        static func choice<Choice: RawRepresentable<String> & CaseIterable>(_ type: Choice.Type) -> Form {
            .choice(type.allCases.map(\.rawValue))
        }

        /// What may be written, for people; empty where the meaning says it.
        package var limits: String {
            switch self {
            case .text, .list: ""
            case .number(let range): "\(range.lowerBound) to \(range.upperBound)"
            case .duration(_, let max, let isZeroAllowed): (isZeroAllowed ? "0" : "above 0") + " to \(max)"
            case .flag: "1 or 0"
            case .choice(let words): words.joined(separator: ", ")
            }
        }
    }

    package let name: String
    package let standard: Standard
    package let form: Form
    /// What it does, in a sentence or two.
    package let meaning: String
    package let section: Section
    /// Whether it protects something: an empty value would turn the protection off in silence, as
    /// `WRITE_KEYS=${WRITE_KEYS:-}` does.
    package let protects: Bool
    /// Whether it may hold a secret, and so may be given by file: see ``SecretFiles``.
    package let isSecret: Bool

    /// Whether SIGHUP changes it while the service runs.
    package let reloads: Bool

    private init(
        _ name: String, _ form: Form, _ standard: Standard, _ meaning: String, _ section: Section,
        protects: Bool = false, isSecret: Bool = false, reloads: Bool = false
    ) {
        (self.name, self.form, self.standard, self.meaning) = (name, form, standard, meaning)
        (self.section, self.protects, self.isSecret) = (section, protects, isSecret)
        self.reloads = reloads
    }

    /// All settings, in the order of the reference.
    package static let all = file + network + redis + journal + access + kept + bookings + limits + log

    private static let rows = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The row of a setting, which there must be.
    static func named(_ name: String) -> Setting {
        guard let row = rows[name] else { preconditionFailure("\(name) is no setting") }
        return row
    }

    private static let file = [
        Setting(
            "SETTINGS_FILE", .text, .words("none"),
            "A file with further settings, one NAME=value a line, which SIGHUP reads again; the environment outranks it.",
            .file)
    ]

    private static let network = [
        Setting(
            "PORT", .number(0...65_535), .value("8080"), "Port to listen on; 0 takes a free one.", .network),
        Setting(
            "HOST", .text, .value("127.0.0.1"), "Address to listen on; 0.0.0.0 or :: for all.", .network),
        Setting(
            "BASE_PATH", .text, .value("/make-server-b43c05fb"), "Prefix of the paths; / for none.", .network),
        Setting(
            "THREADS", .number(1...64), .words("one per core"),
            "Workers, each with its own loop, listener and connection to Redis.", .network),
        Setting(
            "TRUSTED_PROXIES", .list, .words("none"),
            "Addresses or blocks, such as 10.0.0.0/8, whose X-Forwarded-For is believed.",
            .network, protects: true, reloads: true),
        Setting(
            "DRAIN_DELAY_SECONDS", .duration(unit: 1000, max: 3600, isZeroAllowed: true), .value("0"),
            "How long /readyz answers 503 after SIGTERM while the service still serves, so that load balancers stop "
                + "sending first.", .network, reloads: true),
        Setting(
            "DRAIN_SECONDS", .seconds, .value("10"), "How long the service may take to stop after SIGTERM.", .network,
            reloads: true),
    ]

    private static let redis = [
        Setting(
            "REDIS_URL", .text, .value("redis://127.0.0.1:6379/0"),
            "Where Redis is. Forms: redis://[[user]:password@]host[:port][,host[:port]...][/database], "
                + "redis+sentinel://[[user]:password@]host[:port][,host[:port]...]/name[/database], or "
                + "unix:[[user]:password@]/path[?db=number].", .redis, isSecret: true),
        Setting(
            "REDIS_TIMEOUT_SECONDS", .seconds(max: 60), .value("1"),
            "How long Redis may take for an event before it is queued.",
            .redis),
        Setting(
            "WAIT_REPLICAS", .number(0...16), .value("0"),
            "Replicas that must have an event before it is answered 200.", .redis
        ),
        Setting(
            "MAX_IN_FLIGHT", .number(1...1_000_000), .value("10000"),
            "Events that may wait for Redis; more are queued.", .redis),
    ]

    private static let journal = [
        Setting(
            "JOURNAL_DIR", .text, .words("none"), "Folder for events while Redis is away; one process each.", .journal),
        Setting(
            "JOURNAL_MAX_BYTES", .number(65_536...1_099_511_627_776), .value("268435456"),
            "Bytes of events that may be queued there.", .journal),
    ]

    private static let access = [
        Setting(
            "ADMIN_TOKEN", .list, .words("random, printed at the start"),
            "Bearer token of the read API and the dashboard; at least 16 characters.", .access, protects: true,
            isSecret: true, reloads: true),
        Setting(
            "ALLOWED_ORIGINS", .list, .value("*"),
            "Web origins that may post, such as https://shop.example; * for all.",
            .access,
            protects: true, reloads: true),
        Setting(
            "WRITE_KEYS", .list, .words("none"),
            "Publishable keys for websites; a request must carry one. At least 16 characters.",
            .access, protects: true, isSecret: true, reloads: true),
        Setting(
            "SERVER_KEYS", .list, .words("none"), "Secret keys of the website's back end; at least 16 characters.",
            .access,
            protects: true, isSecret: true, reloads: true),
        Setting(
            "MONEY_EVENTS", .choice(["all", "server"]), .value("all"), "server: browsers are not believed about money.",
            .access, protects: true),
        Setting(
            "RATE_LIMIT", .text, .value("off"),
            "Events for each client address and for each customer, such as 20/s,burst=100 (units: s, m, h).", .access,
            protects: true, reloads: true),
        Setting(
            "IDENTITY_SECRET", .text, .words("none"), "Key of the customers' signatures; at least 16 characters.",
            .access,
            protects: true, isSecret: true, reloads: true),
        Setting(
            "IDENTITY_MODE", .choice(Settings.IdentityMode.self), .words("off; enforce with a secret"),
            "What happens to an event without a valid signature: off, log or enforce.", .access, protects: true,
            reloads: true),
        Setting(
            "RESPECT_GPC", .flag, .value("0"),
            "1: drops browsing events of browsers that send Sec-GPC: 1 or DNT: 1, and booking.abandoned with "
                + "if_idle_for.", .access, protects: true, reloads: true),
    ]

    private static let kept = [
        Setting(
            "TIMELINE_LIMIT", .number(1...1_000_000), .value("1000"), "Newest activities kept of each contact.", .kept),
        Setting(
            "DEDUPE_HOURS", .number(1...8760), .value("48"), "How long an event_id is remembered.", .kept),
        Setting(
            "RETENTION_DAYS", .number(0...36_500), .value("0"),
            "Contacts without activity for so many days are erased; 0: never.", .kept),
        Setting(
            "RETENTION_PER_HOUR", .number(1...1_000_000), .words("1 % of all, 100 to 10000"),
            "Contacts, and tasks, removed by age in an hour by all receivers.", .kept),
        Setting(
            "TASK_DAYS", .number(0...36_500), .value("730"),
            "How long a task is kept once it is closed, or due and not closed; 0: for ever.",
            .kept),
        Setting(
            "SWEEP_SECONDS", .seconds, .value("3600"),
            "Time between two searches for what is old enough to be removed.", .kept),
    ]

    private static let bookings = [
        Setting(
            "ABANDON_AFTER_MINUTES", .duration(unit: 60_000, max: 31 * 1440, isZeroAllowed: true), .value("30"),
            "Silence after which a booking in progress counts as abandoned; 0: never.", .bookings),
        Setting(
            "ALERT_REPEAT_SECONDS", .seconds, .value("30"),
            "Time between announcements of an urgent task that nobody heard.",
            .bookings),
        Setting(
            "MAX_LISTENERS", .number(1...100_000), .value("100"), "Open streams of alerts, events and exports.",
            .bookings),
    ]

    private static let limits = [
        Setting(
            "MAX_CONNECTIONS", .number(1...1_000_000), .value("10000"),
            "Clients at once; for one more, an idle one is closed, else it gets 503.",
            .limits, reloads: true),
        Setting(
            "MAX_BUFFERED_BYTES", .number(1_048_576...1_099_511_627_776), .value("134217728"),
            "Bytes in memory for all clients together; beyond, they wait.",
            .limits),
        Setting(
            "MAX_BODY_BYTES", .number(256...16_777_216), .value("65536"),
            "Largest body of one event, and largest JSON text of one event in a batch.", .limits, reloads: true),
        Setting(
            "MAX_REQUEST_LINE_BYTES", .number(256...65_536), .value("8192"), "Longest request line; beyond it 414.",
            .limits, reloads: true),
        Setting(
            "MAX_HEADER_BYTES", .number(1024...1_048_576), .value("16384"), "Bytes of all headers; beyond it 431.",
            .limits, reloads: true),
        Setting(
            "MAX_HEADERS", .number(8...10_000), .value("100"), "Number of headers; beyond it 431.", .limits,
            reloads: true),
        Setting(
            "HEADER_TIMEOUT_SECONDS", .seconds, .value("10"), "How long the head of a request may take.", .limits,
            reloads: true),
        Setting(
            "BODY_TIMEOUT_SECONDS", .seconds, .value("30"), "How long its body may take.", .limits, reloads: true),
        Setting(
            "IDLE_TIMEOUT_SECONDS", .seconds, .value("75"), "How long a connection may be idle between two requests.",
            .limits, reloads: true),
        Setting(
            "SEND_TIMEOUT_SECONDS", .seconds, .value("30"), "How long a client may take no byte of an answer.", .limits,
            reloads: true),
    ]

    private static let log = [
        Setting(
            "LOG_LEVEL", .choice(LogLevel.self), .value("info"), "The least serious messages that are logged.", .log,
            reloads: true),
        Setting(
            "LOG_FORMAT", .choice(LogFormat.self), .value("text"), "The form of log lines.", .log),
        Setting(
            "LOG_CLIENTS", .flag, .value("0"),
            "1: rejections show the client's address, which is personal data, in log and live "
                + "feed.", .log, reloads: true),
        Setting(
            "DEMO", .flag, .value("0"), "1: serves the car-rental site of the demonstration. Not for production.",
            .demonstration),
    ]
}

extension Settings {
    /// The environment variables that are settings. Nothing else is read: ``Environment`` insists on it.
    public static let names = Set(Setting.all.map(\.name))

    /// Settings that protect something.
    static let protections = Set(Setting.all.filter(\.protects).map(\.name))
}
