import CRM
import Loop

/// The door through which every change goes into Redis.
public final class Store {
    /// Takes the outcome of a change, on the loop's thread.
    public typealias Completion = (Result<Applied, StoreError>) -> Void

    /// The connection, for reading.
    public let redis: Redis
    private let arguments: Arguments
    private let script: LoadedScript

    /// A store on `loop`; connects with ``Redis/connect()``.
    public init(url: RedisURL, loop: EventLoop, retention: Retention, deadlines: Redis.Deadlines = .init()) {
        let script = LoadedScript()
        self.script = script
        arguments = Arguments(retention: retention)
        redis = Redis(
            url: url, loop: loop, deadlines: deadlines, preamble: [["SCRIPT", "LOAD", LoadedScript.text]],
            begun: { script.id = $0.first?.text ?? "" })
    }

    /// Whether changes can be applied now.
    public var isReady: Bool { redis.state == .ready }

    /// Applies a change atomically and tells the outcome once.
    public func apply(_ change: Change, _ completion: @escaping Completion) {
        redis.send(
            { command in
                command.add("EVALSHA")
                command.add(script.id)
                arguments.write(change, to: &command)
            },
            { [weak self] result in
                // Redis was restarted, or somebody said SCRIPT FLUSH.
                if case .failure(.unable(let reply)) = result, reply.hasPrefix("NOSCRIPT"), let self {
                    self.evaluate(change, completion)
                } else {
                    completion(result.flatMap(Self.read))
                }
            })
    }

    /// Applies a change with the script's whole text, which loads it on the way.
    private func evaluate(_ change: Change, _ completion: @escaping Completion) {
        redis.send(
            { command in
                command.add("EVAL")
                command.add(LoadedScript.text)
                arguments.write(change, to: &command)
            },
            { completion($0.flatMap(Self.read)) })
    }

    private static func read(_ reply: RedisReply) -> Result<Applied, StoreError> {
        if let text = reply.text, let applied = Applied(reply: text) { return .success(applied) }
        return .failure(.refused("the script gave no answer that this version understands"))
    }
}

/// `apply.lua` and the name that Redis gave it: the SHA-1 of its text, the same after every load.
private final class LoadedScript {
    static let text = String(decoding: PackageResources.apply_lua, as: UTF8.self)
    var id = ""
}
