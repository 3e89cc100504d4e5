import Redis
import CRM
import Loop

/// The door through which every change goes into Redis.
public final class Store {
    /// Takes the outcome of a change, on the loop's thread.
    public typealias Completion = (Result<Applied, RedisError>) -> Void

    /// The connection, for reading.
    public let redis: RedisConnection
    let arguments: Arguments
    let script: LoadedScript
    let retention: Retention
    private let waitReplicas: Int
    /// Applied by the primary, waiting for the word of its replicas.
    private var held: [(applied: Applied, completion: Completion)] = []
    private var appliesSinceWait = 0

    /// A store on `loop`; connects with ``Redis/connect()``.
    public init(
        url: RedisURL, loop: EventLoop, retention: Retention, deadlines: RedisConnection.Deadlines = .init(),
        waitReplicas: Int = 0
    ) {
        let script = LoadedScript(ApplyScript(retention: retention))
        self.script = script
        self.retention = retention
        arguments = Arguments(retention: retention)
        self.waitReplicas = waitReplicas
        redis = RedisConnection(
            url: url, loop: loop, deadlines: deadlines, preamble: [["SCRIPT", "LOAD", script.text]],
            begun: { script.id = $0.first?.text ?? "" }, knows: Store.knows)
    }

    /// Whether changes can be applied now.
    public var isReady: Bool { isConnected && isOfOwnLayout }
    /// Whether Redis answers.
    public var isConnected: Bool { redis.state == .ready }
    /// Whether the database has the layout of this version, as far as somebody found out: see ``Layout``.
    public var isOfOwnLayout = true

    /// Applies a change atomically and tells the outcome once.
    public func apply(_ change: consuming Change, _ completion: @escaping Completion) {
        let completion = waitReplicas > 0 ? holding(completion) : completion
        let sent = Sent(change)
        appliesSinceWait += 1
        redis.send(
            { command in
                command.add("EVALSHA")
                command.add(script.id)
                arguments.write(sent.change, to: &command)
            },
            { [self] result in
                switch result {
                // Redis was restarted, or somebody said SCRIPT FLUSH.
                case .failure(.unable(let reply)) where reply.hasPrefix("NOSCRIPT"): evaluate(sent.change, completion)
                case .failure(let error): settle(error, of: sent.change, completion)
                case .success: completion(result.flatMap(Self.read))
                }
            })
    }

    /// A script does not roll back: one that stopped after it had marked its event would pass for applied when the
    /// event comes again. So it is run once more, and a duplicate is not taken for success.
    private func settle(_ error: RedisError, of change: Change, _ completion: @escaping Completion) {
        let reason: String
        switch error {
        case .unable(let text), .refused(let text): reason = text
        case .disconnected, .uncertain, .unreplicated, .broken: return completion(.failure(error))
        }
        // What is refused before the script starts carries no place in it.
        guard reason.contains("user_script") else { return completion(.failure(error)) }
        appliesSinceWait += 1
        redis.send(
            { command in
                command.add("EVALSHA")
                command.add(script.id)
                arguments.write(change, to: &command)
            },
            { result in
                switch result.flatMap(Self.read) {
                case .success(.duplicate): completion(.failure(.broken(reason)))
                case .success(let applied): completion(.success(applied))
                case .failure: completion(.failure(error))
                }
            })
    }

    /// Sends what is queued in one write; call at the end of each round of the loop.
    public func flush() {
        if waitReplicas > 0, appliesSinceWait > 0 { awaitReplicas() }
        appliesSinceWait = 0
        redis.flush()
    }

    private func holding(_ completion: @escaping Completion) -> Completion {
        { [weak self] result in
            if case .success(let applied) = result, let self {
                held.append((applied, completion))
            } else {
                completion(result)
            }
        }
    }

    /// One `WAIT` for all changes of a round: its reply comes after theirs and tells of all of them
    /// (https://redis.io/docs/latest/commands/wait).
    private func awaitReplicas() {
        redis.send(["WAIT", String(waitReplicas), String(Self.replicaMilliseconds)]) { [weak self] result in
            guard let self else { return }
            let settled = held
            held = []
            for (applied, completion) in settled {
                switch result {
                case .success(let reply):
                    let isEnough = (reply.integer ?? 0) >= Int64(waitReplicas)
                    completion(isEnough ? .success(applied) : .failure(.unreplicated))
                case .failure: completion(.failure(.uncertain))
                }
            }
        }
    }

    /// How long the replicas may take, in milliseconds; less than the deadline of a command.
    static let replicaMilliseconds = 500

    /// Applies a change with the script's whole text, which loads it on the way.
    private func evaluate(_ change: Change, _ completion: @escaping Completion) {
        appliesSinceWait += 1
        redis.send(
            { command in
                command.add("EVAL")
                command.add(script.text)
                arguments.write(change, to: &command)
            },
            { [self] result in
                guard case .failure(let error) = result else { return completion(result.flatMap(Self.read)) }
                settle(error, of: change, completion)
            })
    }

    private static func read(_ reply: RedisReply) -> Result<Applied, RedisError> {
        if let text = reply.text, let applied = Applied(reply: text) { return .success(applied) }
        return .failure(.refused("the script gave no answer that this version understands"))
    }
}

/// A change that waits for its reply: kept in one place, for a copy counts a dozen references up and down.
private final class Sent {
    let change: Change

    init(_ change: consuming Change) { self.change = change }
}

/// The script and the name that Redis gave it: the SHA-1 of its text, the same after every load.
final class LoadedScript {
    let text: String
    var id = ""

    init(_ script: ApplyScript) { text = script.text }

    /// The text without its first line, to be put into another program.
    var body: String { String(text.drop { $0 != "\n" }) }
}
