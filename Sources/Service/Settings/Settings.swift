import Redis
import CRM
import HTTP
import Loop
import Store

/// What the operator can choose, read from environment variables once at the start.
public struct Settings: Sendable {
    /// A variable whose value cannot be used.
    public struct Invalid: Error, Equatable, CustomStringConvertible, Sendable {
        /// The variable's name.
        public let name: String
        /// What is wrong and what to write; never quotes a secret.
        public let problem: String
        /// One line for the terminal.
        public var description: String { "\(name): \(problem)" }
    }

    /// What is checked of signatures.
    public enum IdentityMode: String, CaseIterable, Sendable {
        /// Nothing.
        case off
        /// A wrong signature is logged.
        case log
        /// A wrong signature is refused.
        case enforce
    }

    /// Variables that resemble a setting and are none, each with the setting that is meant.
    var misspelled: [(name: String, setting: String)] = []
    /// Port to listen on; 0 lets the system choose.
    public var port: UInt16 = 8080
    /// Address to listen on.
    public var host = "127.0.0.1"
    /// Where Redis is.
    public var redis: RedisURL
    /// What all paths begin with; empty or `/…` without a slash at the end.
    public var basePath = "/make-server-b43c05fb"
    /// The bearer token of the reading side.
    public var adminToken: String { adminTokens[0] }
    /// The tokens for reading: one, or two while one is exchanged for the other.
    public var adminTokens: [String]
    /// Whether ``adminToken`` was made at random at this start.
    public var adminTokenIsRandom = false
    /// The most tokens at a time.
    static let maxAdminTokens = 2
    /// Origins that browsers may post from; empty: all.
    public var allowedOrigins: Set<String> = []
    /// Publishable keys; empty: none needed.
    public var writeKeys: [String] = []
    /// Secret keys of the website's own back end.
    public var serverKeys: [String] = []
    /// Whether browsers are believed about money.
    public var browsersMoveMoney = true
    /// How fast one client, and one customer, may send; nil: as fast as they like.
    public var rateLimit: RateLimit?
    /// Proxies whose `X-Forwarded-For` is believed.
    var trustedProxies: [AddressBlock] = []
    /// Whether browsing events are dropped for browsers that ask not to be tracked.
    public var respectsOptOut = false
    /// Key of the signatures; empty: none.
    public var identitySecret = ""
    /// What is checked of signatures.
    public var identityMode = IdentityMode.off
    /// Threads, each with its own loop, listener and connection to Redis.
    public var threads: Int
    /// Connections of clients, of all threads together.
    public var maxConnections = 10_000
    /// Bytes of requests that are not answered and of answers that are not taken, of all connections together.
    public var maxBufferedBytes = 134_217_728
    /// Open streams, of all threads together.
    public var maxListeners = 100
    /// Bytes of a body of one event.
    public var maxBodyBytes = 65_536
    /// Bytes of a body of many events.
    public var maxBatchBytes: Int { max(1_048_576, maxBodyBytes) }
    /// How events are kept.
    public var retention = Retention()
    /// Whether the car-rental site of the demonstration is served; it is not for production.
    public var showsDemo = false
    /// Least serious level that is logged.
    public var logLevel = LogLevel.info
    /// Whether the log and the live feed show the address of a client whose request is refused.
    public var logsClients = false
    /// Form of the log.
    public var logFormat = LogFormat.text
    /// Limits of time of clients.
    public var clientDeadlines = ClientDeadlines()
    /// Limits of the size of requests.
    public var limits = Limits()
    /// Events that may wait for Redis, of all threads together; more go to the journal.
    public var maxInFlight = 10_000
    /// Where events wait while Redis is away; nil: nowhere, they are refused.
    public var journalDirectory: String?
    /// Bytes that may wait there.
    public var journalMaxBytes = 268_435_456
    /// Milliseconds after the last step when a booking counts as abandoned; 0: never.
    public var abandonAfter: Int64 = 30 * 60_000
    /// Milliseconds without activity after which a contact is erased; 0: never.
    public var eraseInactiveAfter: Int64 = 0
    /// Contacts, and tasks, that may be removed by age in an hour; nil: a share, see ``RetentionLimits``.
    public var retentionPerHour: Int?
    /// Milliseconds that a task is kept once it is closed, or due and closed by nobody; 0: for ever.
    public var trimTasksAfter: Int64 = 730 * 86_400_000
    /// Milliseconds between two looks for what has been kept long enough.
    public var sweepEvery: Int64 = 3_600_000
    /// Milliseconds between two announcements of an urgent task that nobody heard.
    public var repeatAlertsEvery: Int64 = 30_000
    /// Limits of time towards Redis.
    public var redisDeadlines = RedisConnection.Deadlines()
    /// Replicas that must have an event before it is answered with 200.
    public var waitReplicas = 0
    /// What events do.
    public var rules: Rules { Rules(trustsBrowsersWithMoney: browsersMoveMoney) }
    /// Milliseconds that a drain may take.
    public var drainMilliseconds: Int64 = 10_000

    /// Reads the settings.
    ///
    /// - Throws: the first variable whose value cannot be used.
    public init(environment: [String: String]) throws(Invalid) {
        let read = Environment(try SecretFiles.resolved(environment))
        try read.checkProtections()
        misspelled = read.misspelled
        do { redis = try RedisURL(read.text("REDIS_URL") ?? "redis://127.0.0.1:6379/0") } catch {
            throw Invalid(name: "REDIS_URL", problem: error.message)
        }
        port = UInt16(try read.number("PORT", 0...65_535) ?? Int(port))
        host = read.text("HOST") ?? host
        basePath = try read.path("BASE_PATH") ?? basePath
        let tokens = try read.list("ADMIN_TOKEN", Secret.keyForm, of: Secret.key)
        guard tokens.count <= Self.maxAdminTokens else {
            throw Invalid(
                name: "ADMIN_TOKEN", problem: "must be one token, or two while one is exchanged for the other")
        }
        adminTokenIsRandom = tokens.isEmpty
        adminTokens = tokens.isEmpty ? [Secret.random()] : tokens
        threads = try read.number("THREADS", 1...64) ?? Machine.cores
        maxConnections = try read.number("MAX_CONNECTIONS", 1...1_000_000) ?? maxConnections
        maxBufferedBytes = try read.number("MAX_BUFFERED_BYTES", 1_048_576...1_099_511_627_776) ?? maxBufferedBytes
        maxListeners = try read.number("MAX_LISTENERS", 1...100_000) ?? maxListeners
        maxBodyBytes = try read.number("MAX_BODY_BYTES", 256...16_777_216) ?? maxBodyBytes
        retention.timelineLimit = try read.number("TIMELINE_LIMIT", 1...1_000_000) ?? retention.timelineLimit
        if let hours = try read.number("DEDUPE_HOURS", 1...8760) { retention.dedupeSeconds = Int64(hours) * 3600 }
        showsDemo = try read.flag("DEMO") ?? showsDemo
        logLevel = try read.choice("LOG_LEVEL") ?? logLevel
        logFormat = try read.choice("LOG_FORMAT") ?? logFormat
        logsClients = try read.flag("LOG_CLIENTS") ?? logsClients
        try readAccess(read)
        try readLimits(read)
        try readDurability(read)
    }

    private mutating func readAccess(_ read: Environment) throws(Invalid) {
        allowedOrigins = Set(
            try read.list("ALLOWED_ORIGINS", "* or such as https://shop.example", of: Origin.normalized))
        if allowedOrigins.contains("*") { allowedOrigins = [] }
        writeKeys = try read.list("WRITE_KEYS", Secret.keyForm, of: Secret.key)
        serverKeys = try read.list("SERVER_KEYS", Secret.keyForm, of: Secret.key)
        if let who = read.text("MONEY_EVENTS") {
            guard ["server", "all"].contains(who) else {
                throw Invalid(name: "MONEY_EVENTS", problem: "must be server or all")
            }
            browsersMoveMoney = who == "all"
        }
        if let text = read.text("RATE_LIMIT"), text.lowercased() != "off" {
            guard let limit = RateLimit(text) else {
                throw Invalid(name: "RATE_LIMIT", problem: "must be off or such as 20/s,burst=100 (units: s, m, h)")
            }
            rateLimit = limit
        }
        trustedProxies = try read.list(
            "TRUSTED_PROXIES", "an address or a block such as 10.0.0.0/8", of: AddressBlock.init)
        respectsOptOut = try read.number("RESPECT_GPC", 0...1) == 1
        identitySecret = read.text("IDENTITY_SECRET") ?? ""
        guard identitySecret.isEmpty || identitySecret.utf8.count >= Secret.minLength else {
            throw Invalid(
                name: "IDENTITY_SECRET",
                problem: "must have at least \(Secret.minLength) characters: shorter ones can be guessed")
        }
        identityMode = try read.choice("IDENTITY_MODE") ?? (identitySecret.isEmpty ? .off : .enforce)
        guard identityMode == .off || !identitySecret.isEmpty else {
            throw Invalid(name: "IDENTITY_SECRET", problem: "is needed for IDENTITY_MODE=\(identityMode.rawValue)")
        }
    }

    private mutating func readDurability(_ read: Environment) throws(Invalid) {
        maxInFlight = try read.number("MAX_IN_FLIGHT", 1...1_000_000) ?? maxInFlight
        journalDirectory = read.text("JOURNAL_DIR")
        journalMaxBytes = try read.number("JOURNAL_MAX_BYTES", 65_536...1_099_511_627_776) ?? journalMaxBytes
        abandonAfter =
            try read.milliseconds("ABANDON_AFTER_MINUTES", unit: 60_000, upTo: 31 * 86_400_000, zeroAllowed: true)
            ?? abandonAfter
        waitReplicas = try read.number("WAIT_REPLICAS", 0...16) ?? 0
        repeatAlertsEvery = try read.milliseconds("ALERT_REPEAT_SECONDS") ?? repeatAlertsEvery
        let days: Int64 = 86_400_000
        eraseInactiveAfter = Int64(try read.number("RETENTION_DAYS", 0...36_500) ?? 0) * days
        if let number = try read.number("TASK_DAYS", 0...36_500) { trimTasksAfter = Int64(number) * days }
        retentionPerHour = try read.number("RETENTION_PER_HOUR", 1...1_000_000)
        sweepEvery = try read.milliseconds("SWEEP_SECONDS") ?? sweepEvery
        redisDeadlines.command = try read.milliseconds("REDIS_TIMEOUT_SECONDS", upTo: 60_000) ?? redisDeadlines.command
    }

    private mutating func readLimits(_ read: Environment) throws(Invalid) {
        limits.requestLine = try read.number("MAX_REQUEST_LINE_BYTES", 256...65_536) ?? limits.requestLine
        limits.headerBytes = try read.number("MAX_HEADER_BYTES", 1024...1_048_576) ?? limits.headerBytes
        limits.headerCount = try read.number("MAX_HEADERS", 8...10_000) ?? limits.headerCount
        func seconds(_ name: String, _ value: inout Int64) throws(Invalid) {
            if let milliseconds = try read.milliseconds(name) { value = milliseconds }
        }
        try seconds("HEADER_TIMEOUT_SECONDS", &clientDeadlines.head)
        try seconds("BODY_TIMEOUT_SECONDS", &clientDeadlines.body)
        try seconds("IDLE_TIMEOUT_SECONDS", &clientDeadlines.idle)
        try seconds("SEND_TIMEOUT_SECONDS", &clientDeadlines.send)
        try seconds("DRAIN_SECONDS", &drainMilliseconds)
    }
}

/// How long a client may take, in milliseconds.
public struct ClientDeadlines: Sendable {
    /// From the first byte of a head to its end.
    public var head: Int64 = 10_000
    /// From the end of a head to the end of the body.
    public var body: Int64 = 30_000
    /// Between two requests.
    public var idle: Int64 = 75_000
    /// Without taking a byte of an answer.
    public var send: Int64 = 30_000
    /// From our close to the client's.
    public var linger: Int64 = 2_000

    /// The defaults.
    public init() {}
}

extension Store {
    /// The store that the settings describe.
    convenience init(_ settings: Settings, loop: EventLoop) {
        self.init(
            url: settings.redis, loop: loop, retention: settings.retention, deadlines: settings.redisDeadlines,
            waitReplicas: settings.waitReplicas)
    }
}
