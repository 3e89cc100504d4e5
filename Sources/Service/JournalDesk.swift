import CRM
import Journal
import Loop
import Store

/// What a person can do with the journal's folder while the service runs: look, and try or drop dead letters.
public struct JournalDesk {
    /// Why a dead letter is still one.
    public enum Failure: Error, CustomStringConvertible, Sendable {
        /// No `JOURNAL_DIR`.
        case noJournal
        /// The folder cannot be read or written.
        case journal(JournalError)
        /// There is no dead letter of this number.
        case noLetter(Int)
        /// The system refuses.
        case system(SystemError)

        /// One line for the terminal.
        public var description: String {
            switch self {
            case .noJournal: "JOURNAL_DIR is not set: name the folder that the service uses"
            case .journal(let error): error.description
            case .noLetter(let number): "there is no dead letter \(number); `crmsync journal` lists them"
            case .system(let error): error.description
            }
        }
    }

    private let settings: Settings
    private let directory: String

    /// The journal of the service with these settings.
    public init(_ settings: Settings) throws(Failure) {
        guard let directory = settings.journalDirectory else { throw .noJournal }
        self.settings = settings
        self.directory = directory
    }

    /// How much is in the folder.
    public func summary() -> JournalSummary? {
        guard let summary = try? Journal.inspect(directory: directory) else { return nil }
        return JournalSummary(
            queued: summary.pendingCount, bytes: summary.pendingBytes, deadLetters: summary.deadLetters.count)
    }

    /// What is in the folder, for people, line by line. What customers wrote is in it as it was sent.
    public func report() throws(Failure) -> [String] {
        let summary: Journal.Summary
        do { summary = try Journal.inspect(directory: directory) } catch { throw .journal(error) }
        var lines = ["journal        \(directory)"]
        if let owner = summary.owner { lines.append("last used by   process \(owner)") }
        lines.append("pending        \(summary.pendingCount) events, \(summary.pendingBytes) bytes")
        if let oldest = summary.oldestReceivedAt {
            lines.append("oldest         \(Timestamp(clamping: oldest).iso8601)")
        }
        for file in summary.damagedFiles { lines.append("damaged        \(file.name), \(file.bytes) bytes") }
        lines.append("dead letters   \(summary.deadLetters.count)")
        for (index, letter) in summary.deadLetters.enumerated() {
            lines.append("\(index + 1)  \(Timestamp(clamping: letter.at).iso8601)  \(letter.reason)")
            lines.append("   \(String(decoding: letter.event, as: UTF8.self))")
        }
        return lines
    }

    /// Deletes dead letters, all or the one of a number that ``report()`` shows; returns how many.
    public func drop(_ number: Int?) throws(Failure) -> Int {
        let letters = try chosen(number)
        do { return try DeadLetters(directory: directory).remove(letters) } catch { throw .journal(error) }
    }

    /// Applies dead letters again, all or one, and deletes those that went through. Returns a line for each.
    public func retry(_ number: Int?) throws(Failure) -> (lines: [String], failed: Int) {
        let letters = try chosen(number)
        guard !letters.isEmpty else { return ([], 0) }
        var lines: [String] = []
        var applied: [DeadLetter] = []
        do {
            try applyAll(letters) { letter, outcome in
                switch outcome {
                case .success(let contact):
                    applied.append(letter)
                    lines.append("applied to \(contact)")
                case .failure(let reason): lines.append("still refused: \(reason)")
                }
            }
        } catch {
            throw .system(error)
        }
        do { _ = try DeadLetters(directory: directory).remove(applied) } catch { throw .journal(error) }
        return (lines, letters.count - applied.count)
    }

    private func chosen(_ number: Int?) throws(Failure) -> [DeadLetter] {
        let letters: [DeadLetter]
        do { letters = try DeadLetters(directory: directory).all() } catch { throw .journal(error) }
        guard let number else { return letters }
        guard letters.indices.contains(number - 1) else { throw .noLetter(number) }
        return [letters[number - 1]]
    }

    private enum RetryResult {
        case success(String)
        case failure(String)
    }

    /// One after the other, through the same door as every event.
    private func applyAll(_ letters: [DeadLetter], _ each: @escaping (DeadLetter, RetryResult) -> Void)
        throws(SystemError)
    {
        let loop = try EventLoop()
        let store = Store(settings, loop: loop)
        var ulids = ULIDGenerator()
        var rest = letters[...]
        func next() {
            guard let letter = rest.popFirst() else {
                store.redis.close()
                return loop.stop()
            }
            let receivedAt = Timestamp(clamping: letter.receivedAt)
            let event: Event
            do {
                event = try Event(
                    queued: letter.event, receivedAt: receivedAt, flags: letter.flags, ulid: ulids.next(at: receivedAt))
            } catch {
                each(letter, .failure(error.message))
                return next()
            }
            store.apply(settings.rules.change(for: event)) { result in
                switch result {
                case .success(let applied):
                    let reason = Fate(applied).words.feedReason.map { ": \($0)" } ?? ""
                    each(letter, .success(applied.contactID ?? "nobody\(reason)"))
                case .failure(let error): each(letter, .failure(error.reason))
                }
                next()
            }
        }
        var began = false
        store.redis.stateChanged = { state in
            if state == .ready, !began {
                began = true
                next()
            }
        }
        // Without Redis nothing can be tried: say so instead of waiting for ever.
        loop.schedule(after: 5_000) {
            guard !began else { return }
            for letter in rest { each(letter, .failure("not connected to Redis at \(settings.redis.place)")) }
            loop.stop()
        }
        loop.afterRound = { store.flush() }
        store.redis.connect()
        try loop.run()
    }
}

/// How much is in a journal.
public struct JournalSummary: Sendable {
    /// Events that wait for Redis.
    public let queued: Int
    /// Bytes that they take.
    public let bytes: Int
    /// Events that were given up.
    public let deadLetters: Int
}
