import CRM
import HTTP
import Loop

/// The one way of a refusal to those who want to know of it: a log line, an entry of the live feed, a counter.
///
/// One a worker; what is counted and shown of all workers is in ``RefusalHistory``.
final class Refusals {
    private(set) var settings: Settings
    private let state: ServiceState
    private let metrics: Metrics
    private let log: Log
    private let loop: EventLoop

    init(settings: Settings, state: ServiceState, metrics: Metrics, log: Log, loop: EventLoop) {
        self.settings = settings
        self.state = state
        self.metrics = metrics
        self.log = log
        self.loop = loop
    }

    /// Shows clients as these settings say from now on.
    func adopt(_ settings: Settings) { self.settings = settings }

    /// Reports something that was refused, with the head of its request where that was read. Nothing else counts
    /// refusals.
    func report(_ refusal: Refusal, of head: RequestHead?, peer: [UInt8]) {
        metrics.count(refusal)
        let now = state.clock.now(loop)
        guard state.refusals.count(refusal, at: now) else { return }
        let note = RefusalNote(at: now, refusal: refusal, provenance: Provenance(head, peer: peer, settings))
        state.refusals.remember(note)
        state.feed.note(note)
        let type = refusal.sighting.type?.rawValue
        log.write(
            .info, "Refused \(refusal.subject.rawValue)\(type == nil ? "" : ":")", about: type,
            [("error", refusal.code)] + note.facts)
    }

    /// Reports an event that could be stored nowhere. It has its log line, feed entry and counter as every event that
    /// was accepted has; here it counts for the last hour.
    func reportUnavailable() {
        state.refusals.count(code: Verdict.unavailable.errorCode ?? "", at: state.clock.now(loop))
    }

    /// Reports how many refusals were not shown one by one, at most once a second for each reason; all that are left,
    /// where this is the end.
    func reportOmitted(atEnd: Bool = false) {
        let now = state.clock.now(loop)
        for omitted in state.refusals.takeOmitted(at: now, all: atEnd) {
            state.feed.note(omitted, at: now)
            log.write(
                .info, "Refused more \(omitted.subject.rawValue)s like these",
                [("error", omitted.code), ("count", String(omitted.count))])
        }
    }
}
