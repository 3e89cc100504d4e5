import Foundation
import Synchronization
import TestSupport

/// The receiver with its journal, which dies and is started again.
final class Shop: Sendable {
    private let url: String
    private let settings: [String: String]
    private let current: Mutex<Receiver>

    init(redis url: String, journal: String, _ more: [String: String] = [:]) throws {
        self.url = url
        let base = [
            "JOURNAL_DIR": journal, "THREADS": "2", "REDIS_TIMEOUT_SECONDS": "0.5", "TIMELINE_LIMIT": "1000000",
            "LOG_LEVEL": "info", "DEDUPE_HOURS": "8760",
        ]
        settings = base.merging(more) { $1 }
        current = Mutex(try Receiver(redis: url, settings: settings, awaitsReady: false))
    }

    private var receiver: Receiver { current.withLock { $0 } }

    /// A new connection to the receiver that runs now.
    func connect() throws -> HTTPConnection { try receiver.connect() }

    /// Starts the next one, once the last one is dead.
    func start(_ more: [String: String] = [:]) throws {
        let next = try Receiver(redis: url, settings: settings.merging(more) { $1 }, awaitsReady: false)
        current.withLock { $0 = next }
    }

    func killHard() { receiver.killHard() }

    /// Asks it to end, which it must do by itself.
    func stop() throws {
        let end = try receiver.stop(within: 30)
        guard end == .code(0) else { throw Failure("the receiver ended with \(end)") }
    }

    /// Waits until it has died at a fault point; kills it when it does not get there.
    func awaitDeath() { if (try? receiver.waitForExit(within: 3)) == nil { killHard() } }

    /// Waits until nothing is on disk any more.
    func awaitReplay() throws {
        try eventually("the journal is empty: \(receiver.log.suffix(2000))", within: 120) {
            let connection = try connect()
            guard try connection.get("/readyz").json()["redis"] == true else { return false }
            return try connection.get("/metrics").text.contains("crmsync_journal_pending 0\n")
        }
        let dead = try connect().get("/metrics").text.contains("crmsync_journal_dead_letters 0\n")
        if !dead { throw Failure("events were given up: \(receiver.log.suffix(2000))") }
    }
}
