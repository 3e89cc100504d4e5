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
    private var trouble = "no answer"

    private init(_ settings: Settings) throws(SystemError) {
        self.settings = settings
        loop = try EventLoop()
        store = Store(
            url: settings.redis, loop: loop, retention: settings.retention, deadlines: settings.redisDeadlines)
        reader = Reader(store)
    }

    /// The clock.
    var now: Timestamp { Timestamp(clamping: loop.wallClock) }

    /// Connects, runs `body` once, and serves until it ends the session. Returns the exit status.
    static func run(_ environment: [String: String], _ body: @escaping (Session) -> Void) -> Int32 {
        do throws(Settings.Invalid) {
            let settings = try Settings(environment: environment)
            do throws(SystemError) { return try Session(settings).serve(body) } catch {
                return CommandLineTool.fail("\(error)")
            }
        } catch {
            return CommandLineTool.fail("\(error)", status: CommandLineTool.badSettings)
        }
    }

    private func serve(_ body: @escaping (Session) -> Void) throws(SystemError) -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        loop.afterRound = { [unowned self] in store.redis.flush() }
        store.redis.stateChanged = { [unowned self] state in
            switch state {
            case .ready:
                guard !hasBegun else { return }
                hasBegun = true
                body(self)
            case .down(let reason): trouble = reason
            }
        }
        store.redis.connect()
        loop.schedule(after: Self.patience) { [unowned self] in
            if !hasBegun { fail("Redis at \(settings.redis.place) cannot be reached: \(trouble)") }
        }
        try loop.run()
        screen.flush()
        return status
    }

    /// Ends the session.
    func end(_ status: Int32 = 0) {
        self.status = status
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
        let found = need { [self] (contact: Record?) in
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
