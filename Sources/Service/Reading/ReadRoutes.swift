import CRM
import HTTP
import Store

/// The routes that need the admin token: reads the request, and touches nothing else.
struct ReadRoutes {
    /// Most days of statistics: as long as they are kept.
    static let maxDays = 400

    /// The base path that the description is written with.
    static let describedBase = "/make-server-b43c05fb"

    /// All routes. What is not here is not served, and a parameter that is not here is refused.
    static let table: [ReadRoute] = [
        ReadRoute(.get, "/contacts", ["email", "customer_id", "status", "sort", "limit", "cursor"], contacts),
        ReadRoute(.get, "/contacts/{id}") { .read(.card($0.id)) },
        ReadRoute(.delete, "/contacts/{id}") { .read(.erase($0.id)) },
        ReadRoute(.post, "/contacts/{id}/status", [], setStatus),
        ReadRoute(.get, "/contacts/{id}/timeline", ["limit", "before"], timeline),
        ReadRoute(.get, "/contacts/{id}/tasks", ["limit", "cursor"], tasksOfContact),
        ReadRoute(.get, "/contacts/{id}/export") {
            // It may be large, so it is streamed.
            $0.request.method == .get ? .stream(.export($0.id)) : .read(.exportHead($0.id))
        },
        ReadRoute(.get, "/tasks", ["status", "priority", "sort", "limit", "cursor"], tasks),
        ReadRoute(.post, "/tasks/{id}/complete", [], complete),
        ReadRoute(.post, "/tasks/{id}/cancel", [], cancel),
        ReadRoute(.post, "/tasks/{id}/reopen", [], reopen),
        ReadRoute(.post, "/tasks/{id}/assign", [], assign),
        ReadRoute(.get, "/stats", ["days"], statistics),
        ReadRoute(.get, "/status") { _ in .report(.status) },
        ReadRoute(.get, "/alerts", [], alerts),
        ReadRoute(.get, "/events/live", [], events),
    ]

    private let base: String
    private let description: Response
    private let access: Access

    init(_ settings: Settings, access: Access) {
        base = settings.basePath
        self.access = access
        // The description names this service's own base path, which is a setting.
        let text = String(decoding: PackageResources.openapi_json, as: UTF8.self)
        let ends = text.split(separator: Self.describedBase, maxSplits: 1)
        let body = Array((ends.first.map(String.init) ?? "").utf8) + Array((base.isEmpty ? "/" : base).utf8)
        description = .json(
            .ok, body + Array((ends.last.map(String.init) ?? "").utf8),
            headers: [("Cache-Control", "no-cache")] + Response.inert)
    }

    /// What the request asks for; `nil` when its path is none of these.
    func action(for request: Request) -> Action? {
        guard request.path.hasPrefix(base + "/") else { return nil }
        let path = Array(request.segments.dropFirst(base.isEmpty ? 0 : base.split(separator: "/").count))
        let verb = ReadRoute.Verb(request.method)
        if path == ["openapi.json"] { return .answer(verb == .get ? description : Self.wrongMethod([.get])) }
        let routes = Self.table.filter { $0.matches(path) }
        guard !routes.isEmpty else { return nil }
        guard access.isAdmin(request) else {
            return .refuse(Refusal(Denial.adminTokenRequired, of: .read), Self.unauthorized)
        }
        guard let route = routes.first(where: { $0.verb == verb }) else {
            return .answer(Self.wrongMethod(routes.map(\.verb)))
        }
        do throws(BadParameter) {
            return try route.answer(request, path: path)
        } catch {
            return .answer(Self.refusal(error))
        }
    }

    private static let unauthorized = Response.error(
        .unauthorized, code: Denial.adminTokenRequired.code, message: Denial.adminTokenRequired.message,
        headers: [("WWW-Authenticate", "Bearer")])

    private static func wrongMethod(_ verbs: [ReadRoute.Verb]) -> Response {
        RouteError.methodNotAllowed(verbs.map(\.rawValue).joined(separator: ", ")).response
    }

    static func refusal(_ parameter: BadParameter) -> Response {
        .error(
            .badRequest, code: "bad_parameter", message: "`\(parameter.name)` must be \(parameter.expected).")
    }
}

// MARK: What the routes do

extension ReadRoutes {
    private typealias Asked = ReadRoute.Asked

    private static func contacts(_ asked: Asked) throws(BadParameter) -> Action {
        let parameters = asked.parameters
        let paging = try parameters.paging()
        let ways = ["email", "customer_id", "status", "sort"].filter { parameters.text($0) != nil }
        guard ways.count <= 1 else {
            throw BadParameter(name: ways[1], expected: "left out beside \(ways[0]): each alone chooses the list")
        }
        if let text = parameters.text("email") {
            guard let email = Email(text) else { throw BadParameter(name: "email", expected: "an email address") }
            return .read(.contactOfEmail(email))
        }
        if let text = parameters.text("customer_id") {
            guard let id = CustomerID(text) else {
                throw BadParameter(name: "customer_id", expected: "1 to \(CustomerID.maxLength) characters")
            }
            return .read(.contactOfCustomer(id))
        }
        if let status = try parameters.leadStatus() { return .read(.contacts(.status(status), paging)) }
        let sort: ContactSort = try parameters.choice("sort") ?? .recent
        return .read(.contacts(sort == .recent ? .recent : .revenue, paging))
    }

    private static func timeline(_ asked: Asked) throws(BadParameter) -> Action {
        .read(.timeline(asked.id, try asked.parameters.pagingBefore()))
    }

    private static func tasksOfContact(_ asked: Asked) throws(BadParameter) -> Action {
        .read(.tasksOf(asked.id, try asked.parameters.paging()))
    }

    private static func tasks(_ asked: Asked) throws(BadParameter) -> Action {
        let parameters = asked.parameters
        let priority: TaskPriority? = try parameters.choice("priority")
        let sort: TaskSort = try parameters.choice("sort") ?? .newest
        let list = TaskList(
            try parameters.choice("status") ?? .open, priority: priority?.rawValue, dueFirst: sort == .due)
        return .read(.tasks(list, try parameters.paging()))
    }

    private static func complete(_ asked: Asked) throws(BadParameter) -> Action {
        try order(asked) { reason, _ in .complete(note: reason.isEmpty ? "done" : reason) }
    }

    private static func cancel(_ asked: Asked) throws(BadParameter) -> Action {
        try order(asked) { reason, _ in .cancel(reason: reason.isEmpty ? "cancelled" : reason) }
    }

    private static func reopen(_ asked: Asked) throws(BadParameter) -> Action { try order(asked) { _, _ in .reopen } }

    private static func assign(_ asked: Asked) throws(BadParameter) -> Action {
        try order(asked) { (_, decision) throws(BadParameter) in
            .assign(to: try decision.text("assignee", upTo: Decision.maxName))
        }
    }

    private static func order(
        _ asked: Asked, _ make: (_ reason: String, Decision) throws(BadParameter) -> TaskCommand
    ) throws(BadParameter) -> Action {
        let decision = try Decision(asked.request.body)
        let actor = try decision.text("by", upTo: Decision.maxName)
        let reason = try decision.text("reason", upTo: Decision.maxReason)
        return .read(.order(try make(reason, decision), task: asked.id, by: actor.isEmpty ? "admin" : actor))
    }

    private static func setStatus(_ asked: Asked) throws(BadParameter) -> Action {
        let decision = try Decision(asked.request.body)
        let actor = try decision.text("by", upTo: Decision.maxName)
        let reason = try decision.text("reason", upTo: Decision.maxReason)
        let status = try decision.leadStatus()
        let wish = LeadStatusDecision(status, by: actor.isEmpty ? "admin" : actor, reason: reason)
        return .read(.setStatus(wish, contact: asked.id))
    }

    private static func statistics(_ asked: Asked) throws(BadParameter) -> Action {
        .read(.statistics(days: try asked.parameters.number("days", 1...maxDays) ?? 30))
    }

    private static func alerts(_ asked: Asked) throws(BadParameter) -> Action {
        if asked.request.method == .head { return .answer(ServerSentEvent.head) }
        // A listener that names something that is no task of ours gets everything.
        let named = asked.request.headers.first("last-event-id") ?? ""
        let isTask = named.hasPrefix(Keys.firstOfTaskIDs) && (try? ReadRoute.id(named)) != nil
        return .stream(.alerts(lastEventID: isTask ? named : ""))
    }

    private static func events(_ asked: Asked) throws(BadParameter) -> Action {
        asked.request.method == .head ? .answer(ServerSentEvent.head) : .stream(.events)
    }
}

/// `sort=` of contacts.
private enum ContactSort: String, CaseIterable { case recent, revenue }
/// `sort=` of tasks.
private enum TaskSort: String, CaseIterable { case newest, due }
/// `priority=` of tasks.
private enum TaskPriority: String, CaseIterable { case urgent, high, normal }
