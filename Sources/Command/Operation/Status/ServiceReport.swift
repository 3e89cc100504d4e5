import Text
import CRM
import Service
import Store

/// What the running service says about itself.
struct ServiceReport {
    /// Refusals of one reason in the last hour.
    struct Refused {
        let code: String
        let count: Int64
        /// What the sender is told, and when and to whom it was said last; `nil` where that is not known.
        let last: Last?
    }

    /// The last refusal of its reason.
    struct Last {
        let at: Timestamp?
        let reason: String
        /// What is known of the request or event, in words.
        let facts: [String]
    }

    /// What `GET {base}/status` says.
    struct Facts {
        var version = ""
        var uptimeSeconds: Int64 = 0
        var lastEventAt: Timestamp?
        var appliedInLastHour: Int64 = 0
        var refusedInLastHour: Int64 = 0
        var refused: [Refused] = []
        var queued: Int64 = 0
        var queuedBytes: Int64 = 0
        var oldestQueuedAt: Timestamp?
        var deadLetters: Int64 = 0
        /// The answer as it came.
        var json: [UInt8] = []
    }

    /// Where it is.
    let place: String
    /// Whether it answers at all.
    var answers = false
    /// Whether an event that comes now can be stored.
    var takesEvents = false
    /// Why it takes events, or not.
    var message = ""
    /// Since when it takes none, or none into Redis.
    var since: Timestamp?
    /// What it reports as wrong.
    var problems: [Problem] = []
    /// What only the admin may know; `nil` where it did not say that.
    var facts: Facts?
    /// What the operator can do to learn more.
    var advice: String?

    private init(place: String) { self.place = place }

    /// Asks the service; with a token for all that it knows, else whether it is ready.
    static func ask(_ client: ServiceClient, _ settings: Settings, _ token: String?) -> ServiceReport {
        var report = ServiceReport(place: client.place)
        do throws(ServiceClient.Unreachable) {
            let ready = try client.get("/readyz")
            report.answers = true
            report.takesEvents = ready.status == 200
            report.message =
                report.takesEvents ? "It is ready, as /readyz says." : "It cannot store events, as /readyz says."
            report.read(ready: ready.body)
            guard let token, !token.isEmpty else {
                report.advice = "Set ADMIN_TOKEN to the service's own to see what it refuses."
                return report
            }
            let answer = try client.get(settings.basePath + "/status", token: token)
            switch answer.status {
            case 200: report.read(status: answer.body)
            case 401: report.advice = "ADMIN_TOKEN is not the one of the service."
            case 404: report.advice = "There is no \(settings.basePath)/status: set BASE_PATH to the service's own."
            default: report.advice = "\(settings.basePath)/status was answered with \(answer.status)."
            }
        } catch {
            report.message =
                report.answers
                ? report.message
                : "The service does not answer: \(error.reason). Start it, or set HOST and PORT to its own."
        }
        return report
    }

    private mutating func read(ready body: [UInt8]) {
        body.withJSON { root in
            problems = (root.member("problems")?.elements.map(\.self) ?? []).compactMap { problem in
                guard let code = problem.member("code")?.string, let message = problem.member("message")?.string else {
                    return nil
                }
                let severity = problem.member("severity")?.string.flatMap(Problem.Severity.init(rawValue:))
                return Problem(severity ?? .error, code, message)
            }
        }
    }

    private mutating func read(status body: [UInt8]) {
        body.withJSON { root in
            takesEvents = root.member("taking_events")?.bool ?? takesEvents
            message = root.member("message")?.string ?? message
            since = (root.member("not_taking_since")?.time) ?? root.member("redis_away_since")?.time
            var facts = Facts()
            facts.version = root.member("version")?.string ?? ""
            facts.uptimeSeconds = root.member("uptime_seconds")?.integer ?? 0
            facts.lastEventAt = root.member("last_event_at")?.time
            facts.appliedInLastHour = root.member("applied_last_hour")?.integer ?? 0
            facts.refusedInLastHour = root.member("refused_last_hour")?.integer ?? 0
            facts.refused = root.member("refused")?.elements.map(Refused.init) ?? []
            facts.queued = root.member("queued")?.integer ?? 0
            facts.queuedBytes = root.member("queued_bytes")?.integer ?? 0
            facts.oldestQueuedAt = root.member("oldest_queued_at")?.time
            facts.deadLetters = root.member("dead_letters")?.integer ?? 0
            facts.json = body
            self.facts = facts
        }
    }
}

extension ServiceReport.Refused {
    fileprivate init(_ json: JSONValue) {
        code = json.member("error")?.string ?? ""
        count = json.member("count")?.integer ?? 0
        last = json.member("last").flatMap { last in
            guard last.kind == .object else { return nil }
            let names: [(StaticString, String)] = [
                ("event_type", ""), ("event_id", "id "), ("field", "field "), ("path", "to "), ("origin", "from "),
                ("client", "client "), ("agent", "with "),
            ]
            return ServiceReport.Last(
                at: last.member("at")?.time, reason: last.member("reason")?.string ?? "",
                facts: names.compactMap { name, word in last.member(name)?.string.map { word + $0 } })
        }
    }
}

extension [UInt8] {
    /// Reads JSON that is read while `body` runs; not called for what is none.
    fileprivate func withJSON(_ body: (JSONValue) -> Void) {
        withUnsafeBufferPointer { bytes in
            if let root = try? JSONDocument.parse(bytes).root { body(root) }
        }
    }
}

extension JSONValue {
    fileprivate var integer: Int64? { numberText.flatMap { Int64($0) } }
    fileprivate var time: Timestamp? { string.flatMap { Timestamp($0) } }
}
