import CRM
import Service
import Store

/// The status for people: one row a fact, readable at any width.
struct StatusPage {
    /// Characters of the left column.
    private static let titleWidth = 13
    /// Reasons of refusals that are shown.
    private static let maxReasons = 5

    private let screen: Screen
    private let width: Int

    init(_ screen: Screen) {
        self.screen = screen
        width = screen.width
    }

    func show(_ status: Status) {
        let service = status.service
        let verdict = service.takesEvents ? "Yes. " : "NO. "
        let since = service.since.map { " Since \($0.iso8601), \(Span.age($0, status.now))." } ?? ""
        row(
            "Taking events", verdict + service.message + since,
            service.takesEvents ? (service.since == nil ? .green : .yellow) : .red)
        let version = service.facts.map { "crmsync \($0.version), up \(Span.text($0.uptimeSeconds * 1000)), " } ?? ""
        row("Service", (service.answers ? version : "no answer ") + "at \(service.place)")
        if let advice = service.advice { row("", advice, .yellow) }
        for problem in service.problems {
            let isError = problem.severity == .error
            row(isError ? "Problem" : "Warning", problem.message, isError ? .red : .yellow)
        }
        show(status.redis, status)
        if let facts = service.facts { show(facts, at: status.now) }
        if let journal = status.journal { show(journal) }
        if let redis = status.redis { showContents(redis, at: status.now) }
        if let facts = service.facts { showRefused(facts, at: status.now) }
    }

    // MARK: The service

    private func show(_ facts: ServiceReport.Facts, at now: Timestamp) {
        let last = facts.lastEventAt.map { "the last one \(Span.age($0, now))" } ?? "none since it started"
        row("Events", "\(facts.appliedInLastHour) applied in the last hour, \(last)")
        let oldest = facts.oldestQueuedAt.map { ", the oldest came \(Span.age($0, now))" } ?? ""
        waiting(facts.queued, facts.queuedBytes, oldest, facts.deadLetters)
    }

    private func show(_ journal: JournalSummary) {
        waiting(Int64(journal.queued), Int64(journal.bytes), "", Int64(journal.deadLetters))
    }

    private func waiting(_ events: Int64, _ bytes: Int64, _ oldest: String, _ deadLetters: Int64) {
        row(
            "On disk", events == 0 ? "no event waits" : "\(events) events wait, \(Span.size(bytes))\(oldest)",
            events == 0 ? nil : .yellow)
        row(
            "Dead letters", deadLetters == 0 ? "none" : "\(deadLetters): see crmsync journal",
            deadLetters == 0 ? nil : .red)
    }

    private func showRefused(_ facts: ServiceReport.Facts, at now: Timestamp) {
        row(
            "Refused",
            facts.refused.isEmpty ? "nothing in the last hour" : "\(facts.refusedInLastHour) in the last hour")
        let digits = facts.refused.map { String($0.count).count }.max() ?? 0
        let indent = min(Self.titleWidth, width / 4)
        for refused in facts.refused.prefix(Self.maxReasons) {
            let count = String(refused.count)
            let head = String(repeating: " ", count: indent + digits - count.count) + count + "  "
            let rest = String(repeating: " ", count: head.count)
            let reason = shortened(refused.last?.reason ?? refused.code)
            var lines = TextLayout.wrap(screen.plain(reason), width - head.count, breaksWords: true)
            if let last = refused.last {
                let when = last.at.map { "Last \(Span.age($0, now))" } ?? "Last"
                let facts = last.facts.joined(separator: ", ")
                let text = screen.plain(facts.isEmpty ? when : "\(when): \(facts)")
                lines += TextLayout.wrap(text, width - head.count, breaksWords: true).map { screen.paint($0, .grey) }
            }
            for (index, line) in lines.enumerated() { screen.line((index == 0 ? head : rest) + line) }
        }
        let more = facts.refused.count - Self.maxReasons
        if more > 0 { row("", "and \(more) more reasons; see --json") }
    }

    // MARK: Redis

    private func show(_ redis: RedisStatus?, _ status: Status) {
        guard let redis else {
            return row("Redis", "away: \(status.redisTrouble). Asked at \(status.redisPlace)", .red)
        }
        let uptime = redis.number("uptime_in_seconds").map { ", up \(Span.text($0 * 1000))" } ?? ""
        row("Redis", "\(redis.info["redis_version"] ?? "unknown version")\(uptime), at \(status.redisPlace)")
        for refusal in redis.refusals { row("", "Redis does not tell everything: \(refusal)", .yellow) }
        showMemory(redis)
        guard let ahead = redis.ahead else { return }
        let seconds = "\(abs(ahead) / 1000).\(abs(ahead) % 1000 / 100) s"
        if abs(ahead) < 1000 {
            row("Clock", "as that of Redis, to within a second")
        } else {
            let text = "\(seconds) \(ahead > 0 ? "ahead of" : "behind") that of Redis: correct the wrong one"
            row("Clock", text, abs(ahead) > 60_000 ? .red : .yellow)
        }
    }

    private func showMemory(_ redis: RedisStatus) {
        guard let used = redis.number("used_memory") else { return }
        let limit = redis.number("maxmemory") ?? 0
        let policy = redis.info["maxmemory_policy"] ?? "unknown"
        var text = Span.size(used)
        text += limit > 0 ? " of \(Span.size(limit)) (\(used * 100 / limit) %)" : ", no limit (maxmemory 0)"
        if let peak = redis.number("used_memory_peak") { text += ", peak \(Span.size(peak))" }
        if let ratio = redis.info["mem_fragmentation_ratio"] { text += ", fragmentation \(ratio)" }
        row("Memory", text, limit > 0 && used * 10 > limit * 9 ? .red : nil)
        row("Eviction", policy, policy == "noeviction" ? nil : .red)
    }

    private func showContents(_ redis: RedisStatus, at now: Timestamp) {
        let last = redis.lastActivity.map { ", the last activity \(Span.age($0, now))" } ?? ""
        if let contacts = redis.contacts { row("Contacts", "\(contacts)\(last)") }
        if let unheard = redis.tasksUnheard {
            let open = redis.tasksOpen.map { "; open tasks: \($0)" } ?? ""
            row(
                "Alerts", unheard == 0 ? "all were heard\(open)" : "\(unheard) that nobody heard\(open)",
                unheard == 0 ? nil : .yellow)
        }
        guard let numbered = redis.numbered else { return }
        let timelines = "newest timelines (\(redis.timelinesRead) contacts)"
        let all = numbered.found + numbered.missing
        row(
            "Lost events",
            all == 0
                ? "the tracker numbered none in the \(timelines)"
                : "\(numbered.missing) of \(all) that the tracker numbered, in the \(timelines)",
            numbered.missing == 0 ? nil : .yellow)
    }

    // MARK: Words

    /// Characters of a reason that are shown; some name all that would be right.
    private static let maxReason = 160

    private func shortened(_ text: String) -> String {
        text.count > Self.maxReason ? text.prefix(Self.maxReason - 1) + screen.glyphs.ellipsis : text
    }

    private func row(_ title: String, _ text: String, _ colour: Screen.Colour? = nil) {
        screen.row(title, text, titleWidth: Self.titleWidth, colour)
    }
}
