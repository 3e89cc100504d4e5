import Redis
import CRM
import HTTP
import Loop
import Store
import Synchronization

/// One thread's share of the service: a loop, a listener, clients, and a connection to Redis. Shares nothing with the
/// other workers but what ``ServiceState`` counts.
final class Worker {
    private(set) var settings: Settings
    let loop: EventLoop
    private(set) var router: Router
    let metrics: Metrics
    /// Where bytes of clients arrive first: one for all, so that an idle client holds none.
    let receiveBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
    /// The value of `Date`, made once a second.
    private(set) var date = DateField(epochSeconds: 0)
    private(set) var isDraining = false
    let pool: ClientPool

    private let state: ServiceState
    private let log: Log
    private let store: Store
    private let admission: Admission
    private let refusals: Refusals
    private let desk: Desk
    private let streams: Streams
    private let queries = QueryGate()
    private let turns: EventTurns
    private var listener: ListeningSocket?
    private var dirty: [ClientConnection] = []
    /// Clients that have had their share of this round, and the number of the round.
    private var deferred: [ClientConnection] = []
    private(set) var round = 0
    private var flushing: [ClientConnection] = []
    private var dateSecond: Int64 = 0
    private var lastMetrics: (round: Int, response: Response)?

    init(
        settings: Settings, state: ServiceState, metrics: Metrics, limiter: RateLimiter?, queue: Intake.Enqueue?,
        cleaner: @escaping QueueCleaner
    ) throws(SystemError) {
        self.settings = settings
        self.state = state
        self.metrics = metrics
        loop = try EventLoop()
        pool = ClientPool(budget: MemoryBudget(share: settings.maxBufferedBytes / settings.threads), loop: loop)
        router = Router(settings)
        log = Log(level: settings.logLevel, format: settings.logFormat)
        store = Store(settings, loop: loop)
        let intake = Intake(
            settings: settings, store: store, loop: loop, metrics: metrics, log: log, queueState: state.queueState,
            queue: queue, budget: pool.budget)
        refusals = Refusals(settings: settings, state: state, metrics: metrics, log: log, loop: loop)
        admission = Admission(
            state: state, limiter: limiter, intake: intake, refusals: refusals, log: log, loop: loop)
        turns = EventTurns(admission: admission, intake: intake, budget: pool.budget)
        desk = Desk(store: store, log: log, loop: loop, cleaner: cleaner)
        streams = Streams(settings: settings, state: state, loop: loop, store: store, log: log)
        loop.afterRound = { [unowned self] in endRound() }
        store.redis.stateChanged = { [unowned self] in redisChanged($0) }
    }

    deinit { receiveBuffer.deallocate() }

    /// Listens on `port` and returns the port that was bound.
    func listen(host: String, port: UInt16) throws(SystemError) -> UInt16 {
        let listener = try ListeningSocket(host: host, port: port, loop: loop) { [unowned self] in accept($0) }
        self.listener = listener
        return listener.port
    }

    /// Serves until drained.
    func run() throws(SystemError) {
        renewDate()
        store.redis.connect()
        sweep()
        try loop.run()
    }

    /// Goes on with these settings: the next request is read and judged by them.
    func adopt(_ settings: Settings, _ limiter: RateLimiter?) {
        let isTokenGone = !Set(self.settings.adminTokens).isSubset(of: settings.adminTokens)
        self.settings = settings
        router = Router(settings)
        admission.limiter = limiter
        refusals.adopt(settings)
        log.level = settings.logLevel
        // Whoever listens was let in by a token that may be void now; all who may come back at once.
        if isTokenGone { streams.closeAll() }
    }

    /// Takes no new connections, answers what is in flight, then ends the loop.
    func drain() {
        guard !isDraining else { return }
        isDraining = true
        listener?.shut()
        for client in pool.all { client.finish() }
        // A request that is half here may still arrive, at a usual pace.
        loop.schedule(after: min(ClientStanding.usualPace, settings.drainMilliseconds / 2)) { [unowned self] in
            for client in pool.all { client.giveUpRequest() }
        }
        endIfDrained()
    }

    // MARK: What a connection asks of its worker

    /// Flushes `client` at the end of this round.
    func touch(_ client: ClientConnection) {
        guard !client.isDirty else { return }
        client.isDirty = true
        dirty.append(client)
    }

    /// Lets `client` go on in the next round, behind what others have sent meanwhile.
    func resumeNextRound(_ client: ClientConnection) {
        deferred.append(client)
        guard deferred.count == 1 else { return }
        loop.schedule(after: 0) { [unowned self] in
            let clients = deferred
            deferred = []
            for client in clients { client.resume() }
        }
    }

    func forget(_ client: ClientConnection) {
        pool.remove(client)
        metrics.connections.subtract(1, ordering: .relaxed)
        state.connections.subtract(1, ordering: .relaxed)
    }

    /// Does what `request` asks for and gives the answer to `client`; a request with events may have to wait for its
    /// turn.
    func serve(_ request: Request, on client: ClientConnection, _ ticket: ClientConnection.Ticket) {
        let now = state.clock.now(loop)
        guard turns.mustWait, router.bringsEvents(request) else {
            turns.note(request)
            return perform(request, on: client, ticket, at: now)
        }
        turns.wait(request, of: client) { [unowned self] in perform($0, on: client, ticket, at: now) }
    }

    private func perform(
        _ request: Request, on client: ClientConnection, _ ticket: ClientConnection.Ticket, at now: Timestamp
    ) {
        let fields = router.crossOriginFields(for: request)
        let answer = { (response: Response) in
            var response = response
            response.block = fields
            client.answer(ticket, response)
        }
        switch router.action(for: request, peer: client.address, at: now, ulid: { turns.newULID(at: now) }) {
        case .answer(let response): answer(response)
        case .refuse(let refusal, let response):
            refusals.report(refusal, of: request.head, peer: client.address)
            answer(response)
        case .track(let submission, let sender):
            admission.admit(submission, from: sender, of: request.head) { answer($0.response) }
        case .trackAll(let batch, let sender):
            turns.begin(batch, from: sender, of: client) { answer(Verdict.response(toBatch: $0)) }
        case .read(let query) where query.writes && !state.isOfOwnLayout.load(ordering: .relaxed):
            answer(ReadAnswer.failure(.disconnected))
        case .read(let query):
            queries.enter { [desk] left in
                desk.answer(query, at: now) { response in
                    answer(response)
                    left()
                }
            }
        case .stream(let stream): streams.open(stream, on: client, ticket)
        case .report(.readiness): answer(state.readiness)
        case .report(.metrics): answer(metricsPage())
        case .report(.status): answer(state.status(at: now))
        }
    }

    /// `/metrics`, made at most once a round: however many clients ask, the page costs others nothing more.
    private func metricsPage() -> Response {
        if let page = lastMetrics, page.round == round { return page.response }
        let response = state.metricsPage
        lastMetrics = (round, response)
        return response
    }

    /// Reports why a connection ends.
    func report(_ error: ConnectionError, on client: ClientConnection) {
        refusals.report(Refusal(error, of: .request), of: nil, peer: client.address)
    }

    /// Reports a request that could not be read.
    func reportUnreadable(_ error: RequestError, on client: ClientConnection) {
        let (refusal, head) = router.refusal(for: error)
        refusals.report(refusal, of: head, peer: client.address)
    }

    // MARK: Rounds

    private func endRound() {
        renewDate()
        turns.run()
        store.flush()
        // Answers may make room for requests that touch their connection again.
        while !dirty.isEmpty {
            // Two lists in turn: those who are touched meanwhile come next, and neither is made anew.
            swap(&dirty, &flushing)
            for client in flushing {
                client.isDirty = false
                client.flush()
            }
            flushing.removeAll(keepingCapacity: true)
            turns.run()
            store.flush()
        }
        pool.readPaused()
        metrics.bufferedBytes.store(pool.budget.total, ordering: .relaxed)
        round += 1
        pool.bytesInRound = 0
        turns.beginRound()
        if turns.isReady { loop.schedule(after: 0) {} }
        streams.flush()
        log.flush()
        if isDraining { endIfDrained() }
    }

    private func accept(_ peer: ListeningSocket.Peer) {
        let count = state.connections.add(1, ordering: .relaxed).newValue
        metrics.connections.add(1, ordering: .relaxed)
        do throws(SystemError) {
            let client = try ClientConnection(peer, worker: self)
            pool.add(client)
            if count > settings.maxConnections { pool.makeRoom(for: client) }
        } catch {
            metrics.connections.subtract(1, ordering: .relaxed)
            state.connections.subtract(1, ordering: .relaxed)
            peer.socket.close()
        }
    }

    private func redisChanged(_ redis: RedisConnection.State) {
        switch redis {
        case .ready:
            metrics.redisReady.store(true, ordering: .relaxed)
            metrics.redisConnects.add(1, ordering: .relaxed)
            log.write(.info, "Redis is ready", [("redis", settings.redis.place)])
        case .down(let reason):
            metrics.redisReady.store(false, ordering: .relaxed)
            log.write(.warning, "Redis is away", [("redis", settings.redis.place), ("reason", reason)])
        }
    }

    private func renewDate() {
        let second = loop.wallClock / 1000
        guard second != dateSecond else { return }
        dateSecond = second
        date = DateField(epochSeconds: Int(second))
    }

    /// Deadlines of clients are exact to a quarter of a second, which costs nothing for each request.
    private func sweep() {
        pool.expire()
        refusals.reportOmitted()
        loop.schedule(after: 250) { [unowned self] in sweep() }
    }

    private func endIfDrained() {
        guard pool.isEmpty, turns.isEmpty, metrics.inFlight.load(ordering: .relaxed) == 0 else { return }
        refusals.reportOmitted(atEnd: true)
        log.flush()
        store.redis.close()
        loop.stop()
    }
}
