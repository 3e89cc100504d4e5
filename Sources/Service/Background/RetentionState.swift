import Loop
import Store
import Synchronization

/// What the last looks at what is due for removal found, for `/metrics` and the list of problems.
final class RetentionState: Sendable {
    private let plans = Guarded<[RetentionKind: RetentionPlan]>([:])

    /// Takes note of a plan.
    func note(_ plan: RetentionPlan, of kind: RetentionKind) { plans.withLock { $0[kind] = plan } }

    /// The last plan of a kind; `nil` before the first.
    func plan(of kind: RetentionKind) -> RetentionPlan? { plans.withLock { $0[kind] } }

    /// Removals that a person has to allow.
    var problems: [Problem] {
        RetentionKind.allCases.compactMap { kind in
            guard let plan = plan(of: kind), plan.isStopped else { return nil }
            let setting = kind == .contacts ? "RETENTION_DAYS" : "TASK_DAYS"
            return Problem(
                .error, "retention_stopped_\(kind.rawValue)",
                "\(setting) would remove \(plan.due) of \(plan.all) \(kind.rawValue) (\(plan.percent) %), and \(plan.new) of "
                    + "them became due at once, so nothing is removed: check the clock of Redis and the setting. If both are "
                    + "right, allow it with crmsync retention --yes.")
        }
    }
}
