import CRM
import Glibc
import Loop
import Service
import Store

/// One run of a command against Redis: a loop, a store, and an end.
final class Session {
    /// Exit status when what was asked for is not there.
    static let notFound: Int32 = 3
    /// How long Redis may take to be there, in milliseconds.
    static let patience: Int64 = 5_000

    let settings: Settings
    let loop: EventLoop
    let store: Store
    let reader: Reader
    let screen = Screen()
    private var status: Int32 = 1
    private var hasBegun = false
    /// Why Redis is away, when it is.
    private(set) var trouble = "no answer"
    private var unreachable: ((Session) -> Void)?
    private var waits = false
    private var isAway = false
    private var hasEnded = false

    private init(_ settings: Settings) throws(SystemError) {
        self.settings = settings
        loop = try EventLoop()
        store = Store(
            url: settings.redis, loop: loop, retention: settings.retention, deadlines: settings.redisDeadlines,
            waitReplicas: settings.waitReplicas)
        reader = Reader(store)
    }

    /// The clock.
    var now: Timestamp { Timestamp(clamping: loop.wallClock) }

    /// Connects, runs `body` once, and serves until it ends the session. Returns the exit status. Without Redis the
    /// session ends with an error; or `unreachable` runs instead; or it waits, and tells when Redis goes and comes.
    ///
    /// - Parameter patience: how long Redis may take to be there, in milliseconds.
    static func run(
        _ environment: [String: String], waits: Bool = false, patience: Int64 = Session.patience,
        unreachable: ((Session) -> Void)? = nil,
        _ body: @escaping (Session) -> Void
    ) -> Int32 {
        do throws(Settings.Invalid) {
            let settings = try Settings(environment: environment)
            do throws(SystemError) {
                let session = try Session(settings)
                session.unreachable = unreachable
                session.waits = waits
                return try session.serve(patience, body)
            } catch {
                return CommandLineTool.fail("\(error)")
            }
        } catch {
            return CommandLineTool.fail("\(error)", status: CommandLineTool.badSettings)
        }
    }

    /// That Redis cannot be reached, and why.
    var unreachableMessage: String { "Redis at \(settings.redis.place) cannot be reached: \(trouble)" }

    private func sayAway() {
        isAway = true
        CommandLineTool.complain(unreachableMessage + "; waiting for it")
    }

    private func serve(_ patience: Int64, _ body: @escaping (Session) -> Void) throws(SystemError) -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        loop.afterRound = { [unowned self] in store.flush() }
        store.redis.stateChanged = { [unowned self] state in
            switch state {
            case .ready:
                if isAway { CommandLineTool.complain("Redis at \(settings.redis.place) is back") }
                isAway = false
                guard !hasBegun else { return }
                hasBegun = true
                body(self)
            case .down(let reason):
                trouble = reason
                if waits, hasBegun, !isAway, !hasEnded { sayAway() }
            }
        }
        store.redis.connect()
        loop.schedule(after: patience) { [unowned self] in
            guard !hasBegun else { return }
            if waits { return sayAway() }
            hasBegun = true
            if let unreachable { return unreachable(self) }
            fail(unreachableMessage)
        }
        try loop.run()
        screen.flush()
        return status
    }

    /// Ends the session.
    func end(_ status: Int32 = 0) {
        self.status = status
        hasEnded = true
        store.redis.close()
        loop.stop()
    }

    /// Ends the session with a reason on standard error.
    func fail(_ problem: String, status: Int32 = 1) { end(CommandLineTool.fail(problem, status: status)) }

    /// Goes on with a value, or ends the session with the failure.
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
            guard let id = contact?["id"] else {
                return fail("there is no contact '\(Screen.plain(text))'", status: Self.notFound)
            }
            next(id)
        }
        if text.hasPrefix("contact_") { return next(text) }
        if let email = Email(text) { return reader.contact(email: email, found) }
        guard let customer = CustomerID(text) else { return fail("'\(Screen.plain(text))' is no email and no id") }
        reader.contact(customer: customer, found)
    }
}
