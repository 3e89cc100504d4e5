import Loop

/// A Redis client that keeps itself connected: signs in, loads the script, and comes back after a loss with growing,
/// jittered pauses.
public final class RedisConnection {
    /// Limits of time, in milliseconds.
    public struct Deadlines: Sendable {
        /// From the first packet to being signed in.
        public var connect: Int64 = 2_000
        /// From sending a command to its reply.
        public var command: Int64 = 1_000
        /// The first pause before trying again; doubled each time, with jitter.
        public var firstPause: Int64 = 50
        /// The longest pause.
        public var maxPause: Int64 = 2_000

        /// The defaults.
        public init() {}
    }

    /// Whether commands can be sent.
    public enum State: Equatable, Sendable {
        /// Not now; the reason is for people and holds no secret.
        case down(String)
        /// Signed in, script loaded.
        case ready
    }

    /// What a command comes to: a reply that is not an error, or why there is none.
    public typealias Completion = (Result<RedisReply, RedisError>) -> Void

    /// Whether commands can be sent now.
    public private(set) var state = State.down("not connected yet")
    /// Called when ``state`` has changed.
    public var stateChanged: (State) -> Void = { _ in }

    /// Called with channel and text of what a subscribed connection hears; set before ``connect()``.
    public var heard: ((_ channel: String, _ text: String) -> Void)?

    private let url: RedisURL
    private let loop: EventLoop
    private let deadlines: Deadlines
    /// Commands that a new connection begins with, such as loading the script.
    private let preamble: [[String]]
    private let begun: ([RedisReply]) -> Void
    private let knows: SafeText.Knows
    private var link: RedisLink?
    private var connectingSince: Moment?
    private var failures = 0
    private var isClosed = false

    /// A client for `url` that starts to connect with ``connect()``.
    ///
    /// Each new connection sends `preamble` first and hands the replies to `begun`; an error among them counts as a
    /// failure to connect. `knows` says which words of error texts are safe to show.
    public init(
        url: RedisURL, loop: EventLoop, deadlines: Deadlines = Deadlines(), preamble: [[String]] = [],
        begun: @escaping ([RedisReply]) -> Void = { _ in }, knows: @escaping SafeText.Knows = { _ in false }
    ) {
        self.url = url
        self.loop = loop
        self.deadlines = deadlines
        self.preamble = preamble
        self.begun = begun
        self.knows = knows
    }

    /// How many commands wait for their reply.
    public var inFlight: Int { link?.inFlight ?? 0 }

    /// Starts to connect, and to watch the deadlines.
    public func connect() {
        attempt()
        watch()
    }

    /// Ends the connection for good; what waits is told.
    public func close() {
        isClosed = true
        link?.drop()
    }

    /// Sends what is queued, in one write; call at the end of each round of the loop.
    public func flush() { link?.flush() }

    /// Queues a command that `write` fills in.
    public func send(_ write: (inout CommandBuffer) -> Void, _ completion: @escaping Completion) {
        guard state == .ready, let link else { return completion(.failure(.disconnected)) }
        link.send(write, completion)
    }

    /// Queues a command of plain words.
    public func send(_ words: [String], _ completion: @escaping Completion) {
        send(Self.filling(words), completion)
    }

    private static func filling(_ words: [String]) -> (inout CommandBuffer) -> Void {
        { command in for word in words { command.add(word) } }
    }

    private func attempt() {
        guard !isClosed else { return }
        connectingSince = loop.now
        let endpoint = url.endpoints[failures % url.endpoints.count]
        reach(endpoint) { [weak self] in
            guard let self else { return }
            if let name = url.sentinelName { askSentinel(for: name) } else { begin() }
        }
    }

    /// Connects to `endpoint`, whose host may be a name, and goes on with `connected`.
    private func reach(_ endpoint: RedisURL.Endpoint, _ connected: @escaping () -> Void) {
        guard case .tcp(let host, let port) = endpoint, !Resolver.isNumeric(host) else {
            return open(endpoint, connected)
        }
        let resume = LoopBound { [weak self] (address: String?) in
            if let address {
                self?.open(.tcp(host: address, port: port), connected)
            } else {
                self?.failed("the host name \(host) cannot be resolved")
            }
        }
        Resolver.resolve(host, handover: loop.handover) { resume.value($0) }
    }

    private func open(_ endpoint: RedisURL.Endpoint, _ connected: @escaping () -> Void) {
        guard !isClosed else { return }
        do {
            link = try RedisLink(to: endpoint, loop: loop) { [weak self] failure in
                if let failure { self?.failed(failure) } else { connected() }
            }
            link?.heard = heard
            link?.knows = knows
            guard url.followsFailOver else { return }
            // The primary has become a replica: its successor is to be found.
            link?.erred = { [weak self] text in if text.hasPrefix("READONLY") { self?.refuse(text) } }
        } catch {
            failed(error.reason)
        }
    }

    /// A Sentinel knows which address is the primary now
    /// (https://redis.io/docs/latest/develop/reference/sentinel-clients).
    private func askSentinel(for name: String) {
        link?.send(Self.filling(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", name])) { [weak self] result in
            guard let self, result != .failure(.uncertain) else { return }
            guard let address = try? result.get().array?.compactMap(\.text), address.count == 2,
                let port = UInt16(address[1])
            else {
                return refuse("the Sentinel knows no primary of this name")
            }
            next = .tcp(host: address[0], port: port)
            link?.drop()
        }
        link?.flush()
    }

    /// The primary's address, while the connection to the Sentinel that told it comes to its end.
    private var next: RedisURL.Endpoint?

    /// Signs in. All commands go out at once; the first error among the replies ends the attempt.
    private func begin() {
        var commands: [[String]] = []
        if !url.password.isEmpty {
            commands.append(url.user.isEmpty ? ["AUTH", url.password] : ["AUTH", url.user, url.password])
        }
        if url.database != 0 { commands.append(["SELECT", String(url.database)]) }
        let signingIn = commands.count
        commands += preamble + [[url.followsFailOver ? "ROLE" : "PING"]]
        var replies: [RedisReply] = []
        for words in commands {
            link?.send(Self.filling(words)) { [weak self] result in
                guard let self, result != .failure(.uncertain) else { return }
                switch result {
                case .success(let reply): replies.append(reply)
                case .failure(let error): return refuse(error.reason)
                }
                guard replies.count == commands.count else { return }
                if url.followsFailOver, replies.last?.array?.first?.text != "master" {
                    return refuse("this Redis is a replica now")
                }
                begun(Array(replies[signingIn...]))
                connectingSince = nil
                failures = 0
                change(to: .ready)
            }
        }
        link?.flush()
    }

    private var refusal: String?

    private func refuse(_ reason: String) {
        refusal = reason
        link?.drop()
    }

    private func failed(_ failure: String) {
        if let primary = next, !isClosed {
            next = nil
            return reach(primary) { [weak self] in self?.begin() }
        }
        let reason = refusal ?? failure
        refusal = nil
        link = nil
        connectingSince = nil
        change(to: .down(reason))
        guard !isClosed else { return }
        failures += 1
        let pause = min(deadlines.maxPause, deadlines.firstPause << Int64(min(failures - 1, 10)))
        loop.schedule(after: Int64.random(in: pause / 2...pause)) { [weak self] in self?.attempt() }
    }

    private func change(to next: State) {
        guard next != state else { return }
        state = next
        stateChanged(next)
    }

    /// Looks at the deadlines ten times a second: exact enough, and free when all is well.
    private func watch() {
        guard !isClosed else { return }
        let now = loop.now
        let oldest = link?.oldestWait
        looks = oldest == lookedAt ? looks + 1 : 0
        lookedAt = oldest
        if let since = connectingSince, link != nil, now.since(since) > deadlines.connect * 1_000_000 {
            refuse("no answer within \(deadlines.connect) ms of connecting")
        } else if let oldest, now.since(oldest) > deadlines.command * 1_000_000,
            looks * Self.pace >= deadlines.command
        {
            refuse("no reply within \(deadlines.command) ms")
        }
        loop.schedule(after: Self.pace) { [weak self] in self?.watch() }
    }

    /// Milliseconds between two looks.
    private static let pace: Int64 = 100
    /// At how many looks in a row, but for the first, the oldest command was the same. The clock alone would blame
    /// Redis for the time in which this thread was busy with what clients had sent, and had not sent the command yet.
    private var looks: Int64 = 0
    private var lookedAt: Moment?
}
