import CRM
import Loop
import Synchronization

/// What was refused in the last hour, by all workers, and how much of it was shown.
///
/// A lock that only refusals take: the way of an event that is accepted does not come here.
final class RefusalHistory: Sendable {
    /// Refusals a second that are shown one by one for each reason; of the rest the number is.
    static let maxShownPerSecond = 10
    /// How far back it counts, in minutes.
    static let minutes = 60

    /// Refusals of one reason that were not shown.
    struct Omitted: Sendable {
        let subject: Refusal.Subject
        let code: String
        let count: Int
    }

    /// Refusals of one reason in the last hour.
    struct Row: Sendable {
        let code: String
        let count: Int
        /// The last one that was shown, if it was within the hour.
        let last: RefusalNote?
    }

    private struct Minute {
        var number: Int64 = -1
        var counts: [String: Int] = [:]
    }

    private struct Window {
        var second: Int64 = -1
        var shown = 0
        var omitted = 0
        /// The second in which the number of those not shown was last told, or began.
        var reported: Int64 = -1
        var subject = Refusal.Subject.event
        var last: RefusalNote?
    }

    private struct Contents {
        var minutes = [Minute](repeating: Minute(), count: RefusalHistory.minutes)
        var windows: [String: Window] = [:]

        mutating func count(_ code: String, _ time: Timestamp) {
            let minute = time.milliseconds / 60_000
            let slot = Int(minute % Int64(RefusalHistory.minutes))
            if minutes[slot].number != minute { minutes[slot] = Minute(number: minute) }
            minutes[slot].counts[code, default: 0] += 1
        }
    }

    private let contents = Guarded(Contents())
    private let hasOmitted = Atomic<Bool>(false)

    /// Counts a refusal, and returns whether it is to be shown.
    func count(_ refusal: Refusal, at time: Timestamp) -> Bool {
        let second = time.milliseconds / 1000
        return contents.withLock { contents in
            contents.count(refusal.code, time)
            var window = contents.windows[refusal.code] ?? Window()
            if window.second != second { (window.second, window.shown) = (second, 0) }
            window.subject = refusal.subject
            let isShown = window.shown < Self.maxShownPerSecond
            if isShown {
                window.shown += 1
            } else {
                if window.omitted == 0 { window.reported = second }
                window.omitted += 1
                hasOmitted.store(true, ordering: .relaxed)
            }
            contents.windows[refusal.code] = window
            return isShown
        }
    }

    /// Counts what is shown elsewhere.
    func count(code: String, at time: Timestamp) {
        contents.withLock { $0.count(code, time) }
    }

    /// Keeps the last refusal of its reason.
    func remember(_ note: RefusalNote) {
        contents.withLock { $0.windows[note.refusal.code]?.last = note }
    }

    /// Takes the numbers of refusals that were not shown: of each reason once a second, or all there are.
    func takeOmitted(at time: Timestamp, all: Bool = false) -> [Omitted] {
        guard hasOmitted.load(ordering: .relaxed) else { return [] }
        let second = time.milliseconds / 1000
        return contents.withLock { contents in
            var taken: [Omitted] = []
            var isLeft = false
            for (code, window) in contents.windows where window.omitted > 0 {
                guard all || window.reported != second else {
                    isLeft = true
                    continue
                }
                taken.append(Omitted(subject: window.subject, code: code, count: window.omitted))
                contents.windows[code]?.omitted = 0
                contents.windows[code]?.reported = second
            }
            hasOmitted.store(isLeft, ordering: .relaxed)
            return taken.sorted { $0.code < $1.code }
        }
    }

    /// What was refused in the last hour, the most frequent reason first.
    func lastHour(at time: Timestamp) -> [Row] {
        let minute = time.milliseconds / 60_000
        return contents.withLock { contents in
            var counts: [String: Int] = [:]
            for slot in contents.minutes where (0..<Int64(Self.minutes)).contains(minute - slot.number) {
                counts.merge(slot.counts, uniquingKeysWith: +)
            }
            return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { code, count in
                let last = contents.windows[code]?.last
                let isRecent = last.map { time.milliseconds - $0.at.milliseconds < Int64(Self.minutes) * 60_000 }
                return Row(code: code, count: count, last: isRecent == true ? last : nil)
            }
        }
    }
}
