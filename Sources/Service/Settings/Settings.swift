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

    /// What they were read from.
    let given: Given
    /// The most connections that the limit on open files allows; `nil` where it allows ``maxConnections``.
    var maxDescribed: Int?
    /// Variables that resemble a setting and are none, each with the setting that is meant.
    var misspelled: [(name: String, setting: String)]
    /// Port to listen on; 0 lets the system choose.
    public var port: UInt16
    /// Address to listen on.
    public var host: String
    /// Where Redis is.
    public var redis: RedisURL
    /// What all paths begin with; empty or `/…` without a slash at the end.
    public var basePath: String
    /// The bearer token of the reading side.
    public var adminToken: String { adminTokens[0] }
    /// The tokens for reading: one, or two while one is exchanged for the other.
    public var adminTokens: [String]
    /// Whether ``adminToken`` was made at random at this start.
    public var adminTokenIsRandom: Bool
    /// The most tokens at a time.
    static let maxAdminTokens = 2
    /// Origins that browsers may post from; empty: all.
    public var allowedOrigins: Set<String>
    /// Publishable keys; empty: none needed.
    public var writeKeys: [String]
    /// Secret keys of the website's own back end.
    public var serverKeys: [String]
    /// Whether browsers are believed about money.
    public var browsersMoveMoney: Bool
    /// How fast one client, and one customer, may send; nil: as fast as they like.
    public var rateLimit: RateLimit?
    /// Proxies whose `X-Forwarded-For` is believed.
    var trustedProxies: [AddressBlock]
    /// Whether browsing events are dropped for browsers that ask not to be tracked.
    public var respectsOptOut: Bool
    /// Key of the signatures; empty: none.
    public var identitySecret: String
    /// What is checked of signatures.
    public var identityMode: IdentityMode
    /// Threads, each with its own loop, listener and connection to Redis.
    public var threads: Int
    /// Connections of clients, of all threads together.
    public var maxConnections: Int
    /// Bytes of requests that are not answered and of answers that are not taken, of all connections together.
    public var maxBufferedBytes: Int
    /// Open streams, of all threads together.
    public var maxListeners: Int
    /// Bytes of a body of one event.
    public var maxBodyBytes: Int
    /// Bytes of a body of many events.
    public var maxBatchBytes: Int { max(1_048_576, maxBodyBytes) }
    /// How events are kept.
    public var retention = Retention()
    /// Whether the car-rental site of the demonstration is served; it is not for production.
    public var showsDemo: Bool
    /// Least serious level that is logged.
    public var logLevel: LogLevel
    /// Whether the log and the live feed show the address of a client whose request is refused.
    public var logsClients: Bool
    /// Form of the log.
    public var logFormat: LogFormat
    /// Limits of time of clients.
    public var clientDeadlines = ClientDeadlines()
    /// Limits of the size of requests.
    public var limits = Limits()
    /// Events that may wait for Redis, of all threads together; more go to the journal.
    public var maxInFlight: Int
    /// Where events wait while Redis is away; nil: nowhere, they are refused.
    public var journalDirectory: String?
    /// Bytes that may wait there.
    public var journalMaxBytes: Int
    /// Milliseconds after the last step when a booking counts as abandoned; 0: never.
    public var abandonAfter: Int64
    /// Milliseconds without activity after which a contact is erased; 0: never.
    public var eraseInactiveAfter: Int64
    /// Contacts, and tasks, that may be removed by age in an hour; nil: a share, see ``RetentionLimits``.
    public var retentionPerHour: Int?
    /// Milliseconds that a task is kept once it is closed, or due and closed by nobody; 0: for ever.
    public var trimTasksAfter: Int64
    /// Milliseconds between two looks for what has been kept long enough.
    public var sweepEvery: Int64
    /// Milliseconds between two announcements of an urgent task that nobody heard.
    public var repeatAlertsEvery: Int64
    /// Limits of time towards Redis.
    public var redisDeadlines = RedisConnection.Deadlines()
    /// Replicas that must have an event before it is answered with 200.
    public var waitReplicas: Int
    /// What events do.
    public var rules: Rules { Rules(trustsBrowsersWithMoney: browsersMoveMoney) }
    /// Milliseconds that a drain may take.
    public var drainMilliseconds: Int64
    /// Milliseconds between `/readyz` saying so and the drain.
    var drainDelay: Int64

    /// Reads the settings.
    ///
    /// - Throws: the first variable whose value cannot be used.
    public init(environment: [String: String]) throws(Invalid) {
        try self.init(resolved: SecretFiles.resolved(SettingsFile.merged(environment)))
    }

    /// Reads the settings from variables that name no file any more.
    init(resolved variables: [String: String]) throws(Invalid) {
        given = Given(variables)
        let read = Environment(variables)
        try read.checkProtections()
        misspelled = read.misspelled

        port = UInt16(try read.number("PORT"))
        host = read.value("HOST") ?? ""
        basePath = try read.path("BASE_PATH")
        threads = try read.numberIfSet("THREADS") ?? Machine.cores
        trustedProxies = try read.list(
            "TRUSTED_PROXIES", "an address or a block such as 10.0.0.0/8", of: AddressBlock.init)
        drainMilliseconds = try read.milliseconds("DRAIN_SECONDS")
        drainDelay = try read.milliseconds("DRAIN_DELAY_SECONDS")

        do { redis = try RedisURL(read.value("REDIS_URL") ?? "") } catch {
            throw Invalid(name: "REDIS_URL", problem: error.message)
        }
        redisDeadlines.command = try read.milliseconds("REDIS_TIMEOUT_SECONDS")
        waitReplicas = try read.number("WAIT_REPLICAS")
        maxInFlight = try read.number("MAX_IN_FLIGHT")
        journalDirectory = read.text("JOURNAL_DIR")
        journalMaxBytes = try read.number("JOURNAL_MAX_BYTES")

        let tokens = try Self.adminTokens(read)
        adminTokenIsRandom = tokens.isEmpty
        adminTokens = tokens.isEmpty ? [Secret.random()] : tokens
        allowedOrigins = try Self.origins(read)
        writeKeys = try read.list("WRITE_KEYS", Secret.keyForm, of: Secret.key)
        serverKeys = try read.list("SERVER_KEYS", Secret.keyForm, of: Secret.key)
        browsersMoveMoney = try read.choice("MONEY_EVENTS") == "all"
        rateLimit = try Self.rateLimit(read)
        identitySecret = try Self.identitySecret(read)
        identityMode = try Self.identityMode(read, isSecretSet: !identitySecret.isEmpty)
        respectsOptOut = try read.flag("RESPECT_GPC")

        let hour: Int64 = 3600
        let day: Int64 = 86_400_000
        retention.timelineLimit = try read.number("TIMELINE_LIMIT")
        retention.dedupeSeconds = Int64(try read.number("DEDUPE_HOURS")) * hour
        eraseInactiveAfter = Int64(try read.number("RETENTION_DAYS")) * day
        retentionPerHour = try read.numberIfSet("RETENTION_PER_HOUR")
        trimTasksAfter = Int64(try read.number("TASK_DAYS")) * day
        sweepEvery = try read.milliseconds("SWEEP_SECONDS")
        abandonAfter = try read.milliseconds("ABANDON_AFTER_MINUTES")
        repeatAlertsEvery = try read.milliseconds("ALERT_REPEAT_SECONDS")

        maxListeners = try read.number("MAX_LISTENERS")
        maxConnections = try read.number("MAX_CONNECTIONS")
        maxBufferedBytes = try read.number("MAX_BUFFERED_BYTES")
        maxBodyBytes = try read.number("MAX_BODY_BYTES")
        limits.requestLine = try read.number("MAX_REQUEST_LINE_BYTES")
        limits.headerBytes = try read.number("MAX_HEADER_BYTES")
        limits.headerCount = try read.number("MAX_HEADERS")
        clientDeadlines.head = try read.milliseconds("HEADER_TIMEOUT_SECONDS")
        clientDeadlines.body = try read.milliseconds("BODY_TIMEOUT_SECONDS")
        clientDeadlines.idle = try read.milliseconds("IDLE_TIMEOUT_SECONDS")
        clientDeadlines.send = try read.milliseconds("SEND_TIMEOUT_SECONDS")

        logLevel = try read.choice("LOG_LEVEL")
        logFormat = try read.choice("LOG_FORMAT")
        logsClients = try read.flag("LOG_CLIENTS")
        showsDemo = try read.flag("DEMO")
    }

    private static func adminTokens(_ read: Environment) throws(Invalid) -> [String] {
        let tokens = try read.list("ADMIN_TOKEN", Secret.keyForm, of: Secret.key)
        guard tokens.count <= maxAdminTokens else {
            throw Invalid(
                name: "ADMIN_TOKEN", problem: "must be one token, or two while one is exchanged for the other")
        }
        return tokens
    }

    private static func origins(_ read: Environment) throws(Invalid) -> Set<String> {
        let origins = try read.list("ALLOWED_ORIGINS", "* or such as https://shop.example", of: Origin.normalized)
        return origins.contains("*") ? [] : Set(origins)
    }

    private static func rateLimit(_ read: Environment) throws(Invalid) -> RateLimit? {
        guard let text = read.value("RATE_LIMIT"), text.lowercased() != "off" else { return nil }
        guard let limit = RateLimit(text) else {
            throw Invalid(name: "RATE_LIMIT", problem: "must be off or such as 20/s,burst=100 (units: s, m, h)")
        }
        return limit
    }

    private static func identitySecret(_ read: Environment) throws(Invalid) -> String {
        let secret = read.text("IDENTITY_SECRET") ?? ""
        guard secret.isEmpty || secret.utf8.count >= Secret.minLength else {
            throw Invalid(
                name: "IDENTITY_SECRET",
                problem: "must have at least \(Secret.minLength) characters: shorter ones can be guessed")
        }
        return secret
    }

    private static func identityMode(_ read: Environment, isSecretSet: Bool) throws(Invalid) -> IdentityMode {
        guard let mode = try read.choice("IDENTITY_MODE").flatMap(IdentityMode.init) else {
            return isSecretSet ? .enforce : .off
        }
        guard mode == .off || isSecretSet else {
            throw Invalid(name: "IDENTITY_SECRET", problem: "is needed for IDENTITY_MODE=\(mode.rawValue)")
        }
        return mode
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
