import Loop
import Store

/// Compares this machine's clock with Redis' at each call, and reports when they differ.
final class ClockWatch {
    /// Milliseconds that a reply may take: a later one says too little about the time.
    static let maxRoundTrip: Int64 = 1_000

    private let store: Store
    private let state: ServiceState
    private let log: Log
    private var isComparing = false

    init(store: Store, state: ServiceState, log: Log) {
        self.store = store
        self.state = state
        self.log = log
    }

    /// Asks Redis for the time once.
    func compare() {
        guard store.isConnected, !isComparing else { return }
        isComparing = true
        let sent = Moment.now()
        store.time { [unowned self] result in
            isComparing = false
            let now = Moment.now()
            let roundTrip = now.since(sent) / 1_000_000
            switch result {
            case .success(let time):
                guard roundTrip <= Self.maxRoundTrip else { return }
                state.clock.note(difference: time + roundTrip / 2 - Moment.wallClock(), at: now)
                report(differs)
            case .failure(.refused), .failure(.unable): report(denied)
            case .failure: break
            }
        }
    }

    private var differs: Problem? {
        guard state.clock.correction != 0 else { return nil }
        let seconds = state.clock.difference / 1_000
        return Problem(
            .error, "clock_differs",
            "Redis' clock is \(abs(seconds)) s \(seconds > 0 ? "ahead of" : "behind") this machine's. Events are dated by "
                + "Redis' clock and nothing is removed by age until they agree: set the clock that is wrong.")
    }

    private var denied: Problem {
        Problem(
            .warning, "clock_unknown",
            "The Redis user may not give the command TIME, so a wrong clock goes unnoticed and nothing is removed by age: "
                + "allow it with ACL SETUSER <user> +time.")
    }

    /// Every second the difference may be another one by a second; that is no news.
    private func report(_ problem: Problem?) {
        if let problem, let reported, problem.code == reported.problem.code,
            abs(state.clock.difference - reported.difference) < ServiceClock.settledDifference
        {
            return
        }
        guard problem != nil || reported != nil else { return }
        reported = problem.map { ($0, state.clock.difference) }
        state.problems.report(problem.map { [$0] } ?? [], from: .clock, to: log)
        log.flush()
    }

    private var reported: (problem: Problem, difference: Int64)?
}
