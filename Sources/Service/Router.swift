import Text
import CRM
import HTTP

/// Finds out what a request asks for. It reads the request and settings, and touches nothing else.
final class Router {
    /// Most events of one batch.
    static let maxEvents = 500

    private let settings: Settings
    private let access: Access
    private let reading: ReadRoutes
    private let single: String
    private let batch: String

    init(_ settings: Settings) {
        self.settings = settings
        access = Access(settings)
        reading = ReadRoutes(settings, access: access)
        single = settings.basePath + "/track-event"
        batch = settings.basePath + "/track-events"
    }

    /// The head of a request whose body is too long, until it is asked for: the reader of requests drops it.
    private var oversized: RequestHead?

    /// The largest body that a request may have.
    func bodyLimit(_ head: RequestHead) -> Int {
        let limit = head.path == batch ? settings.maxBatchBytes : settings.maxBodyBytes
        if let length = head.contentLength, length > limit { oversized = head }
        return limit
    }

    /// What to report of a request that could not be read, with its head where that is known.
    func refusal(for error: RequestError) -> (refusal: Refusal, head: RequestHead?) {
        let head = oversized.take()
        let isEvent = head.map { $0.path == single || $0.path == batch } ?? false
        return (Refusal(error, of: isEvent ? .event : .request), head)
    }

    /// Whether the request brings events, as far as its head tells.
    func bringsEvents(_ request: Request) -> Bool {
        request.method == .post && (request.path == single || request.path == batch)
    }

    /// What to do. `ulid` makes the id of an event.
    func action(for request: Request, peer: [UInt8], at now: Timestamp, ulid: () -> ULID) -> Action {
        let path = request.path
        let isTracking = path == single || path == batch
        switch request.method {
        case .other, .connect:
            return isTracking ? Self.refuse(.methodUnknown) : .answer(RouteError.methodUnknown.response)
        // RFC 9110 section 9.3.7: `*` asks about the server as a whole.
        case .options where path == "*":
            return .answer(Response(status: .noContent, headers: [("Allow", "GET, HEAD, POST, DELETE, OPTIONS")]))
        default: break
        }
        if isTracking {
            switch request.method {
            case .post: return track(request, peer: peer, isBatch: path == batch, at: now, ulid: ulid)
            case .options: return preflight(request)
            default: return Self.refuse(.methodNotAllowed("POST, OPTIONS"))
            }
        }
        if let action = reading.action(for: request) { return action }
        guard let page = page(at: path) ?? webFile(for: request) else {
            let error = RouteError.notFound(events: single)
            return isMeantForEvents(request) ? Self.refuse(error) : .answer(error.response)
        }
        switch request.method {
        case .get, .head: return page
        case .options: return .answer(Response(status: .noContent, headers: [("Allow", "GET, HEAD, OPTIONS")]))
        default: return .answer(RouteError.methodNotAllowed("GET, HEAD, OPTIONS").response)
        }
    }

    /// Whether a request for a path that does not exist was probably to bring events: it posts below the base path, or
    /// the path ends as ours do, or nearly.
    private func isMeantForEvents(_ request: Request) -> Bool {
        if request.method == .post, request.path.hasPrefix(settings.basePath + "/") { return true }
        guard let last = request.path.split(separator: "/").last else { return false }
        let letters = last.lowercased().filter { ("a"..."z").contains($0) }
        return letters == "trackevent" || letters == "trackevents"
    }

    private static func refuse(_ error: RouteError) -> Action { .refuse(Refusal(error, of: .event), error.response) }

    private static func refuse(_ denial: Denial) -> Action {
        .refuse(Refusal(denial, of: .event), Verdict.denied(denial).response)
    }

    /// Fields that let a page of another origin read the answer.
    func crossOriginFields(for request: Request) -> FieldBlock {
        let path = request.path
        guard path == single || path == batch, let origin = access.allowedOrigin(of: request) else { return .none }
        if origin == "*" { return Self.readableByAll }
        return FieldBlock((origin.isEmpty ? [] : Self.readable(by: origin)) + [("Vary", "Origin")])
    }

    private static let readableByAll = FieldBlock(readable(by: "*"))

    private static func readable(by origin: String) -> [(String, String)] {
        // Without the last one a script does not see how long it should wait.
        [("Access-Control-Allow-Origin", origin), ("Access-Control-Expose-Headers", "Retry-After")]
    }

    private func page(at path: String) -> Action? {
        switch path {
        case "/healthz":
            .answer(.json(.ok, Array("{\"status\":\"alive\"}".utf8), headers: Response.unkept))
        case "/readyz": .report(.readiness)
        case "/metrics": .report(.metrics)
        default: nil
        }
    }

    private func webFile(for request: Request) -> Action? {
        let prefix = settings.basePath + "/"
        guard request.path.hasPrefix(prefix) else { return nil }
        let name = request.path.dropFirst(prefix.count)
        return WebFiles.response(to: request, name: name, withDemo: settings.showsDemo).map { .answer($0) }
    }

    private func preflight(_ request: Request) -> Action {
        guard access.allowedOrigin(of: request) != nil else { return Self.refuse(.originNotAllowed) }
        return .answer(
            Response(
                status: .noContent,
                headers: [
                    ("Access-Control-Allow-Methods", "POST"),
                    ("Access-Control-Allow-Headers", "Content-Type, X-Write-Key, Idempotency-Key, Authorization"),
                    ("Access-Control-Max-Age", "86400"),
                ]))
    }

    private func track(
        _ request: Request, peer: [UInt8], isBatch: Bool, at now: Timestamp, ulid: () -> ULID
    ) -> Action {
        let sender: Sender
        do { sender = try access.sender(of: request, peer: peer) } catch { return Self.refuse(error) }
        guard Self.isJSON(request) else { return Self.refuse(.notJSON) }
        if isBatch { return trackAll(request, sender, at: now) }
        // Bytes that are not UTF-8 would make one id of many.
        let key = request.headers.first("idempotency-key").map { $0.contains("\u{FFFD}") ? "" : $0 }
        return request.body.withUnsafeBufferPointer { bytes in
            do throws(JSONError) {
                let root = try JSONDocument.parse(bytes).root
                let arrival = Arrival(receivedAt: now, ulid: ulid(), idempotencyKey: key, source: sender.source)
                return .track(submission(root, request, arrival), from: sender)
            } catch {
                return .track(.refused(.rejected(.notJSON(error)), .nothing), from: sender)
            }
        }
    }

    private func trackAll(_ request: Request, _ sender: Sender, at now: Timestamp) -> Action {
        do throws(JSONError) {
            guard let events = try JSONList(named: "events", in: request.body) else {
                return .track(
                    .refused(.rejected(.wrongShape(field: "events", expected: "an array of events")), .nothing),
                    from: sender)
            }
            guard events.count <= Self.maxEvents else {
                return Self.refuse(.batchTooLong)
            }
            let maxBytes = settings.maxBodyBytes
            let batch = Batch(events, of: request, receivedAt: now, maxEventBytes: maxBytes) { [self] json, ulid in
                submission(json, request, Arrival(receivedAt: now, ulid: ulid, source: sender.source))
            }
            return .trackAll(batch, from: sender)
        } catch {
            return .track(.refused(.rejected(.notJSON(error)), .nothing), from: sender)
        }
    }

    private func submission(_ json: JSONValue, _ request: Request, _ arrival: Arrival) -> Submission {
        var event: Event
        do { event = try Event(json, arrival: arrival) } catch {
            return .refused(.rejected(error), Sighting(json, idempotencyKey: arrival.idempotencyKey))
        }
        guard event.source == .browser else { return .event(event, isVerified: true) }
        // Nor can one that waits for what follows: the view of the page that comes back would not be kept.
        let isDeclined = event.type.isBrowsing || event.idleFor != nil
        if settings.respectsOptOut, isDeclined, Access.optsOut(request) { return .declined }
        if event.type.makesTask, let agent = request.headers.first("user-agent"), Robot.isNamed(in: agent) {
            event = Event(event, isFromRobot: true)
        }
        do {
            let checked = try access.verified(event)
            return .event(checked.event, isVerified: checked.isVerified)
        } catch {
            return .refused(.denied(error), Sighting(event))
        }
    }

    /// No type, JSON, or the plain text that `navigator.sendBeacon` sends.
    private static func isJSON(_ request: Request) -> Bool {
        guard let field = request.headers.firstBytes("content-type") else { return true }
        let end = field.firstIndex { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: " ") } ?? field.endIndex
        let type = field[..<end]
        let all = 0..<type.count
        return type.isEmpty || type.span.spells("application/json", in: all) || type.span.spells("text/plain", in: all)
    }
}
