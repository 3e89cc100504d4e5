import CRM
import Store

extension Replay {
    /// Only Redis knows which id and which email are one customer.
    func lookUpNames() {
        var missing = steps.count
        var isKnown = true
        for index in steps.indices {
            lookUpNames(of: index) { [unowned self] success in
                isKnown = isKnown && success
                missing -= 1
                guard missing == 0 else { return }
                guard isKnown else {
                    steps = []
                    return rest(Self.retryAfter)
                }
                for index in ReplayStep.chain(&steps) { send(index) }
            }
        }
    }

    private func lookUpNames(of index: Int, _ done: @escaping (Bool) -> Void) {
        guard case .success(let event) = steps[index].event else { return done(true) }
        store.names(of: event.customer) { [unowned self] result in
            guard case .success(let known) = result else { return done(false) }
            steps[index].knownNames = known.ids.map(\.hashValue) + known.emails.map(\.hashValue)
            done(true)
        }
    }
}
