import Glibc
import Journal
import Synchronization

/// Places where a test has the process die as by `kill -9`: `CRMSYNC_DIE_AT=<place>:<the how many-eth time>`.
///
/// Only a debug build reads that variable; in a release build there is nothing of this.
enum FaultPoint: String {
    /// Events were written to the journal and not yet synced.
    case written
    /// An event of the journal was applied, and others of the same read are still on their way.
    case replaying
    /// Events of the journal were applied, and that is not yet noted.
    case replayed

    /// Passes the place, or dies there.
    static func pass(_ place: FaultPoint) {
        #if DEBUG
            if let due, due.place == place, passes.add(1, ordering: .relaxed).newValue == due.count {
                kill(getpid(), SIGKILL)
            }
        #endif
    }

    /// The system calls of the journal.
    static var calls: SystemCalls {
        #if DEBUG
            var calls = SystemCalls.real
            calls.sync = {
                pass(.written)
                return SystemCalls.real.sync($0)
            }
            return calls
        #else
            return .real
        #endif
    }

    #if DEBUG
        private static let passes = Atomic<Int>(0)
        private static let due: (place: FaultPoint, count: Int)? = {
            guard let text = getenv("CRMSYNC_DIE_AT").map({ String(cString: $0) }) else { return nil }
            let parts = text.split(separator: ":")
            guard parts.count == 2, let place = FaultPoint(rawValue: String(parts[0])), let count = Int(parts[1]) else {
                return nil
            }
            return (place, count)
        }()
    #endif
}
