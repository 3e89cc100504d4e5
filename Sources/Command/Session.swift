import CRM
import Loop
import Redis
import Service
import Store

/// One run of a command against Redis: a loop, a store, and an end.
final class Session {
    /// How long Redis may take to be there, in milliseconds.
    static let timeout: Int64 = 5_000
    /// How long Redis may say nothing before that is reported, in milliseconds.
    private static let silence: Int64 = 1_000

    /// What a session does without Redis.
    enum Absence {
        /// Ends with an error.
        case fails
        /// Waits, and reports when Redis goes and comes.
        case waits
        /// Does something else.
        case runs((Session) -> Void)
    }

    /// Of which versions the database may be.
    enum LayoutNeed {
        /// This one.
        case own
        /// This one or an older one.
        case notNewer
        /// Any: the command reads what says so, and nothing else.
        case any

        func isMet(by layout: Layout) -> Bool {
            switch self {
            case .own: layout == .own
            case .notNewer: if case .newer = layout { false } else { true }
            case .any: true
            }
        }
    }

    let settings: Settings
    let loop: EventLoop
    let store: Store
    let reader: Reader
    let screen: Screen
    private let absence: Absence
    private let layoutNeed: LayoutNeed
    private let timeout: Int64
    private var status = ExitStatus.failed
    private var hasBegun = false
    private var isAway = false
    private var hasEnded = false
    /// Why Redis is away, when it is.
    private(set) var trouble = "no answer"

    private init(
        _ settings: Settings, _ screen: Screen, _ absence: Absence, _ need: LayoutNeed, timeout: Int64
    ) throws(SystemError) {
        (self.settings, self.screen, self.timeout) = (settings, screen, timeout)
        (self.absence, layoutNeed) = (absence, need)
        loop = try EventLoop()
        store = Store(
            url: settings.redis, loop: loop, retention: settings.retention, deadlines: settings.redisDeadlines,
            waitReplicas: settings.waitReplicas)
        reader = Reader(store)
    }

    /// The clock.
    var now: Timestamp { Timestamp(clamping: loop.wallClock) }

    /// Connects, runs `body` once, and serves until it ends the session. Returns the exit status.
    ///
    /// - Parameter timeout: how long Redis may take to be there, in milliseconds.
    static func run(
        _ invocation: Invocation, without absence: Absence = .fails, of need: LayoutNeed = .own,
        timeout: Int64 = Session.timeout,
        _ body: @escaping (Session) -> Void
    ) -> Int32 {
        withSettings(invocation) { settings in
            do throws(SystemError) {
                let session = try Session(settings, Screen(invocation.environment), absence, need, timeout: timeout)
                return try session.serve(body)
            } catch {
                return CommandLineTool.fail("\(error)")
            }
        }
    }

    /// Runs `body` with the settings, or reports the one that cannot be used.
    static func withSettings(_ invocation: Invocation, _ body: (Settings) -> Int32) -> Int32 {
        do throws(Settings.Invalid) {
            return body(try Settings(environment: invocation.environment))
        } catch {
            return CommandLineTool.fail("\(error)", status: ExitStatus.configuration)
        }
    }

    private func serve(_ body: @escaping (Session) -> Void) throws(SystemError) -> Int32 {
        loop.afterRound = { [unowned self] in store.flush() }
        store.redis.stateChanged = { [unowned self] state in
            switch state {
            case .ready: arrive(body)
            case .down(let reason):
                trouble = reason
                reportAbsence()
            }
        }
        store.redis.connect()
        loop.schedule(after: Self.silence) { [unowned self] in if !hasBegun { reportAbsence() } }
        loop.schedule(after: timeout) { [unowned self] in if !hasBegun { giveUp() } }
        try loop.run()
        return screen.end(status)
    }

    private func arrive(_ body: @escaping (Session) -> Void) {
        if isAway { CommandLineTool.complain("Redis at \(settings.redis.place) is back") }
        isAway = false
        guard !hasBegun else { return }
        hasBegun = true
        store.layout { [self] result in
            guard case .success(let layout) = result, let problem = layout.problem, !layoutNeed.isMet(by: layout) else {
                return body(self)
            }
            fail(problem, status: ExitStatus.configuration)
        }
    }

    /// Reports at once that Redis is away, and what the command does about it.
    private func reportAbsence() {
        guard !isAway, !hasEnded else { return }
        let remedy: String
        switch absence {
        case .waits: remedy = "waiting for it"
        // After the start, the requests in flight fail and say so themselves.
        case .fails where hasBegun, .runs where hasBegun: return
        case .fails, .runs: remedy = "waiting up to \(timeout / 1000) s"
        }
        isAway = true
        CommandLineTool.complain("Redis at \(settings.redis.place) cannot be reached: \(trouble); \(remedy)")
    }

    private func giveUp() {
        switch absence {
        case .waits: return
        case .runs(let other):
            hasBegun = true
            other(self)
        case .fails:
            hasBegun = true
            fail("gave up: start Redis, or name its address with --redis or REDIS_URL")
        }
    }

    /// Ends the session.
    func end(_ status: Int32 = ExitStatus.done) {
        self.status = status
        hasEnded = true
        store.redis.close()
        loop.stop()
    }

    /// Ends the session with a reason on standard error.
    func fail(_ problem: String, status: Int32 = ExitStatus.failed) {
        end(CommandLineTool.fail(problem, status: status))
    }

    /// Resumes with a value, or ends the session with the failure.
    func need<Value>(_ next: @escaping (Value) -> Void) -> Reader.Completion<Value> {
        { [self] result in
            switch result {
            case .success(let value): next(value)
            case .failure(let error): fail(error.reason)
            }
        }
    }

    /// Finds the contact that somebody means: its own id, an email, or the website's id.
    func contactID(_ text: String, _ next: @escaping (String) -> Void) {
        let found = need { [self] (contact: StoredHash?) in
            guard let id = contact?["id"] else { return noContact(text) }
            next(id)
        }
        if text.hasPrefix("contact_") { return next(text) }
        if let email = Email(text) { return reader.contact(email: email, found) }
        guard let customer = CustomerID(text) else {
            return fail("'\(text)' is neither an email nor an id", status: ExitStatus.notFound)
        }
        reader.contact(customer: customer, found)
    }

    /// Ends the session because nobody has this id or email.
    func noContact(_ text: String) {
        fail("there is no contact '\(text)'; crmsync contacts lists them", status: ExitStatus.notFound)
    }
}
