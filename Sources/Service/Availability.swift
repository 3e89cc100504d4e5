import CRM
import Loop

/// Whether events can be stored, since when not, and how many were applied in the last hour.
///
/// Someone has to look: the backgroundWorker does each second, and whoever asks.
final class Availability: Sendable {
    /// What was seen at a look.
    struct Look {
        /// Whether an event that comes now can be stored, in Redis or on disk.
        let takesEvents: Bool
        /// Whether Redis takes events.
        let hasRedis: Bool
        /// Events that were applied since the start.
        let applied: Int
    }

    /// What is known at a look.
    struct Report {
        /// Since when events cannot be stored; `nil` while they can.
        let notTakingSince: Timestamp?
        /// Since when Redis takes none; `nil` while it does.
        let redisAwaySince: Timestamp?
        /// Events applied in the last sixty minutes.
        let appliedInLastHour: Int
    }

    private struct Minute {
        let number: Int64
        /// Events that were applied before it.
        let before: Int
    }

    private struct Contents {
        var notTakingSince: Timestamp?
        var redisAwaySince: Timestamp?
        /// The last sixty minutes in which somebody looked, the oldest first.
        var minutes: [Minute] = []
        var lastApplied = 0
    }

    private let contents = Guarded(Contents())

    /// Notes what is seen now, and returns what is known.
    @discardableResult
    func note(_ look: Look, at now: Timestamp) -> Report {
        let minute = now.milliseconds / 60_000
        return contents.withLock { contents in
            contents.notTakingSince = look.takesEvents ? nil : contents.notTakingSince ?? now
            contents.redisAwaySince = look.hasRedis ? nil : contents.redisAwaySince ?? now
            if contents.minutes.last?.number != minute {
                contents.minutes.append(Minute(number: minute, before: contents.lastApplied))
            }
            contents.minutes.removeAll { !(0..<60).contains(minute - $0.number) }
            contents.lastApplied = look.applied
            return Report(
                notTakingSince: contents.notTakingSince, redisAwaySince: contents.redisAwaySince,
                appliedInLastHour: look.applied - (contents.minutes.first?.before ?? look.applied))
        }
    }
}
