import CRM
import HTTP
import Store

/// The routes that need the admin token: reads the request, and touches nothing else.
struct ReadRoutes {
    /// Most characters of an id in a path. Ids are opaque; ours have 34.
    static let longestID = 64
    /// Most days of statistics: as long as they are kept.
    static let mostDays = 400

    /// The base path that the description is written with.
    static let describedBase = "/make-server-b43c05fb"

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
        let segments = Array(request.segments.dropFirst(base.isEmpty ? 0 : base.split(separator: "/").count))
        guard let first = segments.first, let resource = Resource(rawValue: first) else { return nil }
        if resource == .openapi, segments.count == 1 {
            let isRead = request.method == .get || request.method == .head
            return .answer(isRead ? description : Self.wrongMethod([.get]))
        }
        guard let methods = Self.methods(resource, Array(segments.dropFirst())) else { return nil }
        guard access.isAdmin(request) else {
            return .refuse(Refusal(Denial.adminTokenRequired, of: .read), Self.unauthorized)
        }
        let verb: Verb? =
            switch request.method {
            case .get, .head: .get
            case .post: .post
            case .delete: .delete
            default: nil
            }
        guard let verb, methods.contains(verb) else { return .answer(Self.wrongMethod(methods)) }
        if resource == .alerts || resource == .events {
            if request.method == .head { return .answer(ServerSentEvent.head) }
            // A listener that says it knows what is no task of ours is told everything.
            let said = request.headers.first("last-event-id") ?? ""
            let last = said.hasPrefix(Keys.firstOfTaskIDs) && (try? Self.id(said)) != nil ? said : ""
            return .stream(resource == .events ? .events : .alerts(lastEventID: last))
        }
        do throws(BadParameter) {
            let query = try query(resource, Array(segments.dropFirst()), verb, request)
            // It may be large, so it is streamed.
            if case .exportHead(let id) = query, request.method == .get { return .stream(.export(id)) }
            return .read(query)
        } catch {
            return .answer(Self.refusal(error))
        }
    }

    private enum Resource: String {
        case contacts, tasks, stats, alerts, events
        case openapi = "openapi.json"
    }

    private enum Verb: String { case get = "GET, HEAD", post = "POST", delete = "DELETE" }

    private static func methods(_ resource: Resource, _ rest: [String]) -> [Verb]? {
        switch (resource, rest.count, rest.last ?? "") {
        case (.contacts, 0, _), (.tasks, 0, _), (.stats, 0, _), (.alerts, 0, _), (.events, 1, "live"): [.get]
        case (.contacts, 1, _): [.get, .delete]
        case (.contacts, 2, "timeline"), (.contacts, 2, "tasks"), (.contacts, 2, "export"): [.get]
        case (.tasks, 2, "complete"), (.tasks, 2, "cancel"), (.tasks, 2, "reopen"), (.tasks, 2, "assign"): [.post]
        default: nil
        }
    }

    private func query(
        _ resource: Resource, _ rest: [String], _ verb: Verb, _ request: Request
    ) throws(BadParameter) -> Query {
        let parameters = Parameters(request)
        switch (resource, rest.count) {
        case (.contacts, 0): return try contacts(parameters)
        case (.contacts, 1):
            let id = try Self.id(rest[0])
            return verb == .delete ? .erase(id) : .card(id)
        case (.contacts, _):
            let id = try Self.id(rest[0])
            switch rest[1] {
            case "timeline": return .timeline(id, try parameters.pagingBefore())
            case "tasks": return .tasksOf(id, try parameters.paging())
            default: return .exportHead(id)
            }
        case (.tasks, 0): return try tasks(parameters)
        case (.tasks, _): return try order(rest[1], on: try Self.id(rest[0]), Decision(request.body))
        case (.stats, _), (.alerts, _), (.events, _), (.openapi, _):
            return .statistics(days: try parameters.number("days", 1...Self.mostDays) ?? 30)
        }
    }

    private func contacts(_ parameters: Parameters) throws(BadParameter) -> Query {
        let paging = try parameters.paging()
        let ways = ["email", "customer_id", "status", "sort"].filter { parameters.text($0) != nil }
        guard ways.count <= 1 else {
            throw BadParameter(name: ways[1], expected: "left out beside \(ways[0]): each alone chooses the list")
        }
        if let text = parameters.text("email") {
            guard let email = Email(text) else { throw BadParameter(name: "email", expected: "an email address") }
            return .contactOfEmail(email)
        }
        if let text = parameters.text("customer_id") {
            guard let id = CustomerID(text) else {
                throw BadParameter(name: "customer_id", expected: "1 to \(CustomerID.maximumLength) characters")
            }
            return .contactOfCustomer(id)
        }
        if let status = try parameters.leadStatus() { return .contacts(.status(status), paging) }
        let sort: ContactSort = try parameters.choice("sort") ?? .recent
        return .contacts(sort == .recent ? .recent : .revenue, paging)
    }

    private func tasks(_ parameters: Parameters) throws(BadParameter) -> Query {
        let priority: TaskPriority? = try parameters.choice("priority")
        let sort: TaskSort = try parameters.choice("sort") ?? .newest
        let list = TaskList(
            try parameters.choice("status") ?? .open, priority: priority?.rawValue, dueFirst: sort == .due)
        return .tasks(list, try parameters.paging())
    }

    private func order(_ verb: String, on task: String, _ decision: Decision) throws(BadParameter) -> Query {
        let named = try decision.text("by", upTo: Decision.longestName)
        let who = named.isEmpty ? "admin" : named
        let reason = try decision.text("reason", upTo: Decision.longestReason)
        let order: TaskOrder
        switch verb {
        case "complete": order = .complete(note: reason.isEmpty ? "done" : reason)
        case "cancel": order = .cancel(reason: reason.isEmpty ? "cancelled" : reason)
        case "reopen": order = .reopen
        default: order = .assign(to: try decision.text("assignee", upTo: Decision.longestName))
        }
        return .order(order, task: task, by: who)
    }

    /// Ids go into the names of keys, so they are checked and nothing else is known about them.
    private static func id(_ text: String) throws(BadParameter) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_")
        }
        guard isPlain, (1...longestID).contains(text.utf8.count) else {
            throw BadParameter(name: "id", expected: "1 to \(longestID) of the characters a-z, 0-9 and _")
        }
        return text
    }

    private static let unauthorized = Response.error(
        .unauthorized, code: Denial.adminTokenRequired.code, message: Denial.adminTokenRequired.message,
        headers: [("WWW-Authenticate", "Bearer")])

    private static func wrongMethod(_ methods: [Verb]) -> Response {
        RouteError.methodNotAllowed(methods.map(\.rawValue).joined(separator: ", ")).response
    }

    private static func refusal(_ parameter: BadParameter) -> Response {
        .error(
            .badRequest, code: "bad_parameter", message: "`\(parameter.name)` must be \(parameter.expected).")
    }
}

/// `sort=` of contacts.
private enum ContactSort: String, CaseIterable { case recent, revenue }
/// `sort=` of tasks.
private enum TaskSort: String, CaseIterable { case newest, due }
/// `priority=` of tasks.
private enum TaskPriority: String, CaseIterable { case urgent, high, normal }
