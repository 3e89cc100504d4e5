/// One environment variable that is a setting: one row of the table.
package struct Setting: Sendable {
    /// What a setting is about.
    package enum Section: String, CaseIterable, Sendable {
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

    package let name: String
    package let standard: Standard
    /// What it does, in a sentence or two.
    package let meaning: String
    package let section: Section
    /// Whether it protects something: an empty value would turn the protection off in silence, as
    /// `WRITE_KEYS=${WRITE_KEYS:-}` does.
    package let protects: Bool

    private init(_ name: String, _ standard: Standard, _ meaning: String, _ section: Section, protects: Bool = false) {
        (self.name, self.standard, self.meaning) = (name, standard, meaning)
        (self.section, self.protects) = (section, protects)
    }

    /// All settings, in the order of the reference.
    package static let all = network + redis + journal + access + kept + bookings + limits + log

    private static let network = [
        Setting("PORT", .value("8080"), "Port to listen on; 0 takes a free one.", .network),
        Setting(
            "HOST", .value("127.0.0.1"), "Address to listen on; 0.0.0.0 or :: for all.", .network),
        Setting("BASE_PATH", .value("/make-server-b43c05fb"), "Prefix of the paths; / for none.", .network),
        Setting(
            "THREADS", .words("one per core"),
            "Workers, each with its own loop, listener and connection to Redis; 1 to 64.", .network),
        Setting(
            "TRUSTED_PROXIES", .words("none"),
            "Addresses or blocks, such as 10.0.0.0/8, whose X-Forwarded-For is believed.",
            .network, protects: true),
        Setting("DRAIN_SECONDS", .value("10"), "How long the service may take to stop after SIGTERM.", .network),
    ]

    private static let redis = [
        Setting(
            "REDIS_URL", .value("redis://127.0.0.1:6379/0"),
            "Where Redis is. Forms: redis://[[user]:password@]host[:port][,host[:port]...][/database], "
                + "redis+sentinel://[[user]:password@]host[:port][,host[:port]...]/name[/database], or "
                + "unix:[[user]:password@]/path[?db=number].", .redis),
        Setting(
            "REDIS_TIMEOUT_SECONDS", .value("1"),
            "How long Redis may take for an event before it is queued; at most 60.",
            .redis),
        Setting(
            "WAIT_REPLICAS", .value("0"), "Replicas that must have an event before it is answered 200; 0 to 16.", .redis
        ),
        Setting("MAX_IN_FLIGHT", .value("10000"), "Events that may wait for Redis; more are queued.", .redis),
    ]

    private static let journal = [
        Setting("JOURNAL_DIR", .words("none"), "Folder for events while Redis is away; one process each.", .journal),
        Setting("JOURNAL_MAX_BYTES", .value("268435456"), "Bytes of events that may be queued there.", .journal),
    ]

    private static let access = [
        Setting(
            "ADMIN_TOKEN", .words("random, printed at the start"),
            "Bearer token of the read API and the dashboard; at least 16 characters.", .access, protects: true),
        Setting(
            "ALLOWED_ORIGINS", .value("*"), "Web origins that may post, such as https://shop.example; * for all.",
            .access,
            protects: true),
        Setting(
            "WRITE_KEYS", .words("none"),
            "Publishable keys for websites; a request must carry one. At least 16 characters.",
            .access, protects: true),
        Setting(
            "SERVER_KEYS", .words("none"), "Secret keys of the website's back end; at least 16 characters.", .access,
            protects: true),
        Setting(
            "MONEY_EVENTS", .value("all"), "server: browsers are not believed about money.", .access, protects: true),
        Setting(
            "RATE_LIMIT", .value("off"),
            "Events for each client address and for each customer, such as 20/s,burst=100 (units: s, m, h).", .access,
            protects: true),
        Setting(
            "IDENTITY_SECRET", .words("none"), "Key of the customers' signatures; at least 16 characters.", .access,
            protects: true),
        Setting(
            "IDENTITY_MODE", .words("off; enforce with a secret"),
            "What happens to an event without a valid signature: off, log or enforce.", .access, protects: true),
        Setting(
            "RESPECT_GPC", .value("0"),
            "1: drops browsing events of browsers that send Sec-GPC: 1 or DNT: 1, and booking.abandoned with "
                + "if_idle_for.", .access, protects: true),
    ]

    private static let kept = [
        Setting("TIMELINE_LIMIT", .value("1000"), "Newest activities kept of each contact; 1 to 1000000.", .kept),
        Setting("DEDUPE_HOURS", .value("48"), "How long an event_id is remembered; 1 to 8760.", .kept),
        Setting(
            "RETENTION_DAYS", .value("0"), "Contacts without activity for so many days are erased; 0: never.", .kept),
        Setting(
            "RETENTION_PER_HOUR", .words("1 % of all, 100 to 10000"),
            "Contacts, and tasks, removed by age in an hour by all receivers.", .kept),
        Setting(
            "TASK_DAYS", .value("730"),
            "How long a task is kept once it is closed, or due and not closed; 0: for ever.",
            .kept),
        Setting(
            "SWEEP_SECONDS", .value("3600"), "Time between two searches for what is old enough to be removed.", .kept),
    ]

    private static let bookings = [
        Setting(
            "ABANDON_AFTER_MINUTES", .value("30"),
            "Silence after which a booking in progress counts as abandoned; 0: never.", .bookings),
        Setting(
            "ALERT_REPEAT_SECONDS", .value("30"), "Time between announcements of an urgent task that nobody heard.",
            .bookings),
        Setting("MAX_LISTENERS", .value("100"), "Open streams of alerts, events and exports.", .bookings),
    ]

    private static let limits = [
        Setting(
            "MAX_CONNECTIONS", .value("10000"),
            "Clients at once; for one more, an idle one is closed, else it gets 503.",
            .limits),
        Setting(
            "MAX_BUFFERED_BYTES", .value("134217728"), "Bytes in memory for all clients together; beyond, they wait.",
            .limits),
        Setting(
            "MAX_BODY_BYTES", .value("65536"),
            "Largest body of one event, and largest JSON text of one event in a batch.", .limits),
        Setting("MAX_REQUEST_LINE_BYTES", .value("8192"), "Longest request line; beyond it 414.", .limits),
        Setting("MAX_HEADER_BYTES", .value("16384"), "Bytes of all headers; beyond it 431.", .limits),
        Setting("MAX_HEADERS", .value("100"), "Number of headers; beyond it 431.", .limits),
        Setting("HEADER_TIMEOUT_SECONDS", .value("10"), "How long the head of a request may take.", .limits),
        Setting("BODY_TIMEOUT_SECONDS", .value("30"), "How long its body may take.", .limits),
        Setting(
            "IDLE_TIMEOUT_SECONDS", .value("75"), "How long a connection may be idle between two requests.", .limits),
        Setting("SEND_TIMEOUT_SECONDS", .value("30"), "How long a client may take no byte of an answer.", .limits),
    ]

    private static let log = [
        Setting("LOG_LEVEL", .value("info"), "debug, info, warning or error.", .log),
        Setting("LOG_FORMAT", .value("text"), "text or json.", .log),
        Setting(
            "LOG_CLIENTS", .value("0"),
            "1: rejections show the client's address, which is personal data, in log and live "
                + "feed.", .log),
        Setting(
            "DEMO", .value("0"), "1: serves the car-rental site of the demonstration. Not for production.",
            .demonstration),
    ]
}

extension Settings {
    /// The environment variables that are settings. Nothing else is read: ``Environment`` insists on it.
    public static let names = Set(Setting.all.map(\.name))

    /// Settings that protect something.
    static let protections = Set(Setting.all.filter(\.protects).map(\.name))
}
