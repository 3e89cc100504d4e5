import Redis
import CRM

/// What became of a contact that was to be erased for its long silence.
public enum Expiry: Equatable, Sendable {
    /// It is gone for readers and events; `isComplete` is false while a part of its timeline is still to be removed.
    case erased(isComplete: Bool)
    /// It was active meanwhile, or somebody else has erased it.
    case spared
    /// As many as may go in an hour are gone.
    case spent
}

extension Store {
    /// Seconds for which late events of an erased person are recognized and dropped, and a receipt is kept: 30 days.
    package static let erasureSeconds = 30 * 86_400
    /// Entries of a timeline, and bytes of them, that one step of an erasure removes: some milliseconds of Redis.
    static let maxEntriesPerStep = 200
    /// See ``maxEntriesPerStep``.
    static let maxBytesPerStep = 262_144

    /// Erases everything about a person; `nil` when there is no such contact.
    ///
    /// The first step is atomic: then the person is gone for readers and events, and late events are dropped for
    /// ``erasureSeconds``. What is large is removed in further steps. Where they cannot be finished now, the receipt is
    /// not complete, and a running service goes on. Who was erased before has the same receipt for ``erasureSeconds``.
    /// `salt` is used if none is kept.
    public func erase(
        _ contact: String, salt: String, at now: Timestamp,
        _ completion: @escaping (Result<ErasureReceipt?, RedisError>) -> Void
    ) {
        redis.send(Self.erasure(of: contact, salt: salt, at: now)) { [self] result in
            guard case .success(let reply) = result, let word = reply.array?.first?.text else {
                return completion(result.flatMap { _ in .failure(Self.strangeErasure) })
            }
            switch word {
            case "missing": completion(.success(nil))
            case "open":
                let begun = ErasureReceipt(reply)
                finishErasure(of: contact) { result in
                    // Whatever happens now, the person is erased.
                    if case .success(let receipt?) = result { return completion(.success(receipt)) }
                    completion(begun.map { .success($0) } ?? .failure(Self.strangeErasure))
                }
            default:
                guard let receipt = ErasureReceipt(reply) else { return completion(.failure(Self.strangeErasure)) }
                completion(.success(receipt))
            }
        }
    }

    /// Begins to erase a contact, atomically, unless it was active at `time` or later, or `maxHourly` contacts have
    /// gone in this hour. Unlike after ``erase(_:salt:at:_:)`` nothing is remembered: who comes back is somebody new.
    public func erase(
        _ contact: String, inactiveSince time: Timestamp, maxHourly: Int, at now: Timestamp,
        _ completion: @escaping (Result<Expiry, RedisError>) -> Void
    ) {
        let words = Self.erasure(of: contact, salt: "", at: now, since: time, maxHourly: maxHourly)
        redis.send(words) { result in
            completion(
                result.map { reply in
                    switch reply.array?.first?.text {
                    case "erased": .erased(isComplete: true)
                    case "open": .erased(isComplete: false)
                    case "spent": .spent
                    default: .spared
                    }
                })
        }
    }

    /// Takes the steps that are left of an erasure, and adds counts to its receipt. Returns the receipt, or `nil` where
    /// there is none.
    public func finishErasure(
        of contact: String, adding counts: [(name: String, count: Int)] = [],
        _ completion: @escaping (Result<ErasureReceipt?, RedisError>) -> Void
    ) {
        let limits = [String(Self.maxEntriesPerStep), String(Self.maxBytesPerStep), Self.views]
        let words =
            ["EVAL", Script.eraseStep.text, "1", Keys.contact(contact), contact] + limits
            + counts.flatMap { [$0.name, String($0.count)] }
        redis.send(words) { [self] result in
            guard case .success(let reply) = result else { return completion(result.map { _ in nil }) }
            switch reply.array?.first?.text {
            case "open": finishErasure(of: contact, completion)
            case "erased": completion(.success(ErasureReceipt(reply)))
            default: completion(.failure(Self.strangeErasure))
            }
        }
    }

    /// A contact whose erasure was begun and is not finished, if there is one.
    public func openErasure(_ completion: @escaping (Result<String?, RedisError>) -> Void) {
        redis.send(["SRANDMEMBER", Keys.erasuresOpen]) { completion($0.map(\.text)) }
    }

    private static func erasure(
        of contact: String, salt: String, at now: Timestamp, since time: Timestamp? = nil, maxHourly: Int = 0
    ) -> [String] {
        [
            "EVAL", Script.erase.text, "1", Keys.contact(contact), contact, now.iso8601, String(now.milliseconds), salt,
            String(erasureSeconds),
            LeadStatus.allCases.map(\.slug).joined(separator: " "), TaskType.priorities.joined(separator: " "),
            TaskType.abandonedBooking.priority, Keys.closedChannel, time.map { String($0.milliseconds) } ?? "",
            String(maxHourly),
        ]
    }

    /// What a step has to know of the rules: which entries of a timeline count in the rankings of a month.
    private static let views = {
        let types = Rules.rankings.map { ranking in
            "\"\(ranking.type.rawValue)\":[\"\(ranking.name)\",\"\(ranking.beginning)\"]"
        }
        return "{\(types.joined(separator: ","))}"
    }()

    private static let strangeErasure = RedisError.refused(
        "the script gave no answer that this version understands")
}

extension Store {
    /// Asks Redis to rewrite its append-only file, which keeps what was erased until then. Returns what came of it, for
    /// people.
    public func rewriteFile(_ done: @escaping (Result<String, RedisError>) -> Void) {
        redis.send(["INFO", "persistence"]) { [self] result in
            // Who may not ask may still be allowed to rewrite.
            if case .success(let reply) = result, reply.text?.contains("aof_enabled:0") == true {
                return done(
                    .success("This Redis has no append-only file; its snapshot keeps what was erased until the next."))
            }
            redis.send(["BGREWRITEAOF"]) { result in
                switch result {
                case .success: done(.success("Redis rewrites its append-only file in the background."))
                case .failure(.unable(let reply)), .failure(.refused(let reply)):
                    done(.failure(.unable("the append-only file is not rewritten, it keeps what was erased: \(reply)")))
                case .failure(let error): done(.failure(error))
                }
            }
        }
    }
}
