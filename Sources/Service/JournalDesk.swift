import CRM
import Journal
import Store

/// What a person can do with the journal's folder while the service runs: read it, and retry or drop dead letters.
public struct JournalDesk {
    /// Why the folder cannot be worked with.
    public enum Failure: Error, CustomStringConvertible, Sendable {
        /// No `JOURNAL_DIR`.
        case noJournal
        /// The folder cannot be read or written.
        case journal(JournalError)
        /// There is no dead letter of this number.
        case noLetter(Int)

        /// One line for the terminal.
        public var description: String {
            switch self {
            case .noJournal: "JOURNAL_DIR is not set: name the folder that the service uses"
            case .journal(let error): error.description
            case .noLetter(let number): "there is no dead letter \(number); `crmsync journal` lists them"
            }
        }
    }

    /// An event that was given up.
    public struct Letter: Sendable {
        /// Its place among the dead letters, from 1 on.
        public let number: Int
        /// When it was given up.
        public let at: Timestamp
        /// What Redis said.
        public let reason: String
        /// The event, as it was queued.
        public let text: String
        fileprivate let letter: DeadLetter
    }

    /// What is in the folder.
    public struct Report: Sendable {
        /// The folder.
        public let directory: String
        /// The process that used it last.
        public let owner: Int32?
        /// Events that wait for Redis.
        public let pending: Int
        /// Their bytes.
        public let pendingBytes: Int
        /// When the first of them arrived.
        public let oldest: Timestamp?
        /// Files with damaged bytes that were set aside.
        public let damagedFiles: [(name: String, bytes: Int)]
        /// The dead letters, the oldest first.
        public let letters: [Letter]
    }

    private let settings: Settings
    private let directory: String

    /// The journal of the service with these settings.
    public init(_ settings: Settings) throws(Failure) {
        guard let directory = settings.journalDirectory else { throw .noJournal }
        self.settings = settings
        self.directory = directory
    }

    /// How much is in the folder; `nil` where it cannot be read.
    public func summary() -> JournalSummary? {
        guard let summary = try? Journal.inspect(directory: directory) else { return nil }
        return JournalSummary(
            queued: summary.pendingCount, bytes: summary.pendingBytes, deadLetters: summary.deadLetters.count)
    }

    /// What is in the folder. The dead letters hold what customers sent.
    public func report() throws(Failure) -> Report {
        let summary: Journal.Summary
        do { summary = try Journal.inspect(directory: directory) } catch { throw .journal(error) }
        return Report(
            directory: directory, owner: summary.owner, pending: summary.pendingCount,
            pendingBytes: summary.pendingBytes, oldest: summary.oldestReceivedAt.map { Timestamp(clamping: $0) },
            damagedFiles: summary.damagedFiles.map { ($0.name, $0.bytes) }, letters: Self.numbered(summary.deadLetters))
    }

    /// All dead letters, or the one of a number that ``report()`` shows.
    public func letters(_ number: Int?) throws(Failure) -> [Letter] {
        let letters: [Letter]
        do { letters = Self.numbered(try DeadLetters(directory: directory).all()) } catch { throw .journal(error) }
        guard let number else { return letters }
        guard letters.indices.contains(number - 1) else { throw .noLetter(number) }
        return [letters[number - 1]]
    }

    /// Deletes dead letters; returns how many.
    public func remove(_ letters: [Letter]) throws(Failure) -> Int {
        do {
            return try DeadLetters(directory: directory).remove(letters.map(\.letter))
        } catch {
            throw .journal(error)
        }
    }

    /// What the event of a dead letter does.
    public func change(for letter: Letter, ulids: inout ULIDGenerator) throws(Rejection) -> Change {
        let receivedAt = Timestamp(clamping: letter.letter.receivedAt)
        return settings.rules.change(
            for: try Event(
                queued: letter.letter.event, receivedAt: receivedAt, flags: letter.letter.flags,
                ulid: ulids.next(at: receivedAt)))
    }

    /// Where an event went, in words.
    public func place(of applied: Applied) -> String {
        applied.contactID ?? "nobody" + (Fate(applied).words.feedReason.map { ": \($0)" } ?? "")
    }

    private static func numbered(_ letters: [DeadLetter]) -> [Letter] {
        letters.enumerated().map { index, letter in
            Letter(
                number: index + 1, at: Timestamp(clamping: letter.at), reason: letter.reason,
                text: String(decoding: letter.event, as: UTF8.self), letter: letter)
        }
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
