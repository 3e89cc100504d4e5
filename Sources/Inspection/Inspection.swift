import Store
import Redis
import CRM
import Loop

/// Looks at every record of a database that may be in use, and repairs what is wrong if asked to.
///
/// It walks through the keys with SCAN and asks a ``Question`` about each, a few at a time, so that live events find
/// Redis free in between. What looks wrong is looked at again in one atomic step (`check.lua`) before it is told, and a
/// repair (`repair.lua`) happens only if nothing has changed since that look.
///
/// Its memory does not grow with the database, only with what is wrong with it.
public final class Inspection {
    /// What became of a finding.
    public enum FindingState: String, Sendable {
        /// It is there; nothing was to be repaired.
        case found
        /// It is repaired.
        case repaired
        /// It is there, and a person has to do something.
        case left
    }

    /// What was done.
    public struct Summary: Equatable, Sendable {
        /// Keys of the CRM that were looked at, but for `crm_meta`, which holds no records.
        public var keys: Int64 = 0
        /// Those of them that are contacts.
        public var contacts: Int64 = 0
        /// Those of them that are tasks.
        public var tasks: Int64 = 0
        /// Entries of timelines.
        public var activities: Int64 = 0
        /// Findings of a check that does not repair.
        public var found: Int64 = 0
        /// Findings that are repaired.
        public var repaired: Int64 = 0
        /// Findings that a person has to see to.
        public var left: Int64 = 0
        /// Whether all is well now.
        public var isClean: Bool { found + left == 0 }
    }

    /// Questions that are asked at once: what one live event may find before it in Redis' queue.
    static let window = 32
    /// How often a record that changes all the time is looked at again before it is taken for sound.
    static let maxLooks = 100
    /// Repairs of one record, one after the other: one may bring another thing to light.
    static let maxRepairs = 6
    /// Records that are looked at once more at the end, for what another repair has healed.
    static let maxPostponed = 10_000
    /// Findings that are remembered to tell each only once: SCAN may show a key twice.
    static let maxRemembered = 1_000_000

    /// Called with each finding, once.
    public var told: (Finding, FindingState) -> Void = { _, _ in }
    /// Called now and then with the share that is done, from 0 to 1.
    public var progressed: (_ share: Double, Summary) -> Void = { _, _ in }

    let redis: RedisConnection
    let repairs: Bool
    private(set) var summary = Summary()
    private var context: CheckContext?
    private let retention: Retention
    private var stack: [Question] = []
    private var suspects: [Question] = []
    private var postponed: [Question] = []
    private var isLastRound = false
    private var cursor: String? = "0"
    private var seen: Int64 = 0
    private var total: Int64 = 1
    private var remembered: Set<Int> = []
    private var completion: (Result<Summary, RedisError>) -> Void = { _ in }

    /// An inspection of the store's database.
    ///
    /// - Parameters:
    ///   - retention: how the service keeps events.
    ///   - repairs: whether what is wrong is repaired.
    public init(_ store: Store, retention: Retention, repairs: Bool) {
        redis = store.redis
        self.retention = retention
        self.repairs = repairs
    }

    /// Starts; ends with the summary, or with what Redis said. It lives until then by itself.
    public func run(_ completion: @escaping (Result<Summary, RedisError>) -> Void) {
        self.completion = completion
        read([["DBSIZE"], ["TIME"]]) { [self] replies in
            // A user that may not ask for the time has this machine's.
            let seconds = replies[1].array?.first?.text.flatMap { Int64($0) }
            let now = Timestamp(clamping: seconds.map { $0 * 1_000 } ?? Moment.wallClock())
            context = CheckContext(retention: retention, clock: CheckClock(now)) { [unowned self] in
                summary.activities += Int64($0)
            }
            total = max(1, replies[0].integer ?? 1)
            resume()
        }
    }

    /// Takes the next questions, or the next keys, or comes to the end.
    private func resume() {
        if !stack.isEmpty {
            let batch = Array(stack.suffix(Self.window))
            stack.removeLast(batch.count)
            ask(batch, batch.map { _ in [] })
        } else if let cursor {
            read([["SCAN", cursor, "COUNT", Scan.pageSize]]) { [self] replies in take(replies[0]) }
        } else if !postponed.isEmpty {
            isLastRound = true
            suspects = postponed
            postponed = []
            verifyNext()
        } else {
            progressed(1, summary)
            completion(.success(summary))
        }
    }

    private func take(_ page: RedisReply) {
        let (next, members) = Scan.read(page, hasScores: false)
        cursor = next
        seen += Int64(members.count)
        guard let context else { return }
        for (key, _) in members {
            guard let place = KeyPlace(key) else { continue }
            if place != .meta { summary.keys += 1 }
            if case .contact = place { summary.contacts += 1 }
            if case .task = place { summary.tasks += 1 }
            stack.append(place.question(key, context))
        }
        progressed(min(1, Double(seen) / Double(total)), summary)
        resume()
    }

    // MARK: First look

    /// Asks questions together, stage by stage.
    private func ask(_ batch: [Question], _ replies: [[RedisReply]]) {
        let commands = zip(batch, replies).map { $0.reads($1) }
        let flat = commands.flatMap(\.self)
        if flat.isEmpty { return settle(batch, replies) }
        read(flat) { [self] answers in
            var rest = answers[...]
            var replies = replies
            for (index, commands) in commands.enumerated() {
                replies[index] += rest.prefix(commands.count)
                rest = rest.dropFirst(commands.count)
            }
            ask(batch, replies)
        }
    }

    private func settle(_ batch: [Question], _ replies: [[RedisReply]]) {
        for (question, replies) in zip(batch, replies) {
            if !question.judge(replies).isEmpty { suspects.append(question) }
            stack += question.follow(replies)
        }
        verifyNext()
    }

    // MARK: Second look

    private func verifyNext() {
        guard let question = suspects.popLast() else { return resume() }
        let look = AtomicCheck(question, self) { [self] result in
            switch result {
            case .failure(let error): completion(.failure(error))
            case .success(let verdict):
                settle(verdict, question)
                verifyNext()
            }
        }
        look.begin()
    }

    private func settle(_ verdict: AtomicCheck.Judgement, _ question: Question) {
        for finding in verdict.repaired { report(finding, .repaired) }
        guard !verdict.remaining.isEmpty else { return }
        if repairs, !isLastRound, postponed.count < Self.maxPostponed {
            postponed.append(question)
        } else {
            for finding in verdict.remaining { report(finding, repairs ? .left : .found) }
        }
    }

    private func report(_ finding: Finding, _ outcome: FindingState) {
        if remembered.count < Self.maxRemembered {
            guard remembered.insert(finding.hashValue).inserted else { return }
        }
        switch outcome {
        case .found: summary.found += 1
        case .repaired: summary.repaired += 1
        case .left: summary.left += 1
        }
        told(finding, outcome)
    }

    // MARK: Reading

    /// Sends commands together; a key of another type is a reply too. Any other failure ends the inspection.
    func read(_ commands: [[String]], _ next: @escaping ([RedisReply]) -> Void) {
        var replies: [RedisReply] = []
        replies.reserveCapacity(commands.count)
        var failure: RedisError?
        for words in commands {
            redis.send(words) { [self] result in
                switch result {
                case .success(let reply): replies.append(reply)
                case .failure(.refused(let text)): replies.append(.error(text))
                case .failure(let error):
                    failure = failure ?? error
                    replies.append(.null)
                }
                guard replies.count == commands.count else { return }
                if let failure { completion(.failure(failure)) } else { next(replies) }
            }
        }
    }
}
