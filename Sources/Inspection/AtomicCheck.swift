import Store
import Redis
/// Looks at one record in one atomic step, and repairs it in another if nothing has changed in between.
final class AtomicCheck {
    /// What came of it.
    struct Judgement {
        var repaired: [Finding] = []
        var remaining: [Finding] = []
    }

    private let question: Question
    private let inspection: Inspection
    private let done: (Result<Judgement, RedisError>) -> Void
    private var looks = 0
    private var repairs = 0
    private var attempted: [Finding] = []

    init(_ question: Question, _ inspection: Inspection, _ done: @escaping (Result<Judgement, RedisError>) -> Void) {
        self.question = question
        self.inspection = inspection
        self.done = done
    }

    func begin() { read(question.plan([])) }

    /// Reads these commands at once. What they tell may show that others belong to it: then it looks again.
    private func read(_ commands: [[String]]) {
        looks += 1
        // It changes faster than it can be looked at, so the service is at work on it.
        guard looks <= Inspection.maxLooks else { return finish([]) }
        send(["EVAL_RO", Script.check.text, "1", Self.key(of: commands)], [commands]) { [self] result in
            guard case .success(let reply) = result else { return fail(result) }
            guard let parts = reply.array, parts.count == 2, let digest = parts[0].text, let replies = parts[1].array
            else { return done(.failure(Self.strange)) }
            let plan = question.plan(replies)
            if plan == commands { judge(commands, digest, replies) } else { read(plan) }
        }
    }

    private func judge(_ commands: [[String]], _ digest: String, _ replies: [RedisReply]) {
        let findings = question.judge(replies)
        let writes = findings.flatMap(\.writes)
        guard inspection.repairs, !writes.isEmpty, repairs < Inspection.maxRepairs else { return finish(findings) }
        let start = ["EVAL", Script.repair.text, "1", Self.key(of: commands), digest, String(commands.count)]
        send(start, [commands, writes]) { [self] result in
            switch result {
            case .success(.text("moved")): read(commands)
            case .success(.text("repaired")):
                repairs += 1
                attempted += findings.filter { $0.isRepairable && !attempted.contains($0) }
                read(commands)
            // One of the keys is damaged in another way.
            case .failure(.refused): finish(findings)
            case .success, .failure: fail(result)
            }
        }
    }

    private func fail(_ result: Result<RedisReply, RedisError>) {
        if case .failure(let error) = result { done(.failure(error)) } else { done(.failure(Self.strange)) }
    }

    private func finish(_ remaining: [Finding]) {
        let repaired = attempted.filter { tried in !remaining.contains { $0.isSame(as: tried) } }
        done(.success(Judgement(repaired: repaired, remaining: remaining)))
    }

    private func send(_ start: [String], _ groups: [[[String]]], _ next: @escaping RedisConnection.Completion) {
        inspection.redis.send(start + groups.joined().flatMap { [String($0.count)] + $0 }, next)
    }

    /// The key that the script declares: that of the first command.
    private static func key(of commands: [[String]]) -> String { commands.first?.dropFirst().first ?? Keys.meta }

    private static let strange = RedisError.refused("the script gave no answer that this version understands")
}
