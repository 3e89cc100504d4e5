import CRM
import HTTP

/// One row of the table of routes for reading: what answers a method at a path, and the parameters that it takes.
struct ReadRoute: Sendable {
    /// What a route may do.
    enum Verb: String, Sendable {
        case get = "GET, HEAD"
        case post = "POST"
        case delete = "DELETE"

        /// The verb of a method; `nil` for a method that no route takes.
        init?(_ method: Method) {
            switch method {
            case .get, .head: self = .get
            case .post: self = .post
            case .delete: self = .delete
            default: return nil
            }
        }
    }

    /// A request that has come to its route.
    struct Asked {
        let request: Request
        let parameters: Parameters
        /// The id in the path; empty where the route has none.
        let id: String
    }

    /// What stands in a path for an id.
    static let placeholder = "{id}"

    let verb: Verb
    /// Without the base path, as `openapi.json` has it.
    let path: String
    /// All names that its query may have.
    let parameters: [String]
    let action: @Sendable (Asked) throws(BadParameter) -> Action

    private let segments: [Substring]

    init(
        _ verb: Verb, _ path: String, _ parameters: [String] = [],
        _ action: @escaping @Sendable (Asked) throws(BadParameter) -> Action
    ) {
        self.verb = verb
        self.path = path
        self.parameters = parameters
        self.action = action
        segments = path.split(separator: "/")
    }

    /// Whether the path of a request, below the base path, is the route's.
    func matches(_ path: [String]) -> Bool {
        path.count == segments.count && zip(segments, path).allSatisfy { $0 == Self.placeholder || $0 == $1 }
    }

    /// What the request asks for.
    func answer(_ request: Request, path: [String]) throws(BadParameter) -> Action {
        for name in request.head.queryNames where !parameters.contains(name) {
            throw BadParameter(
                name: String(name.prefix(Self.maxNameLength)),
                expected: parameters.isEmpty
                    ? "left out: this path takes no parameters"
                    : "left out: this path takes " + parameters.joined(separator: ", "))
        }
        let place = segments.firstIndex { $0 == Self.placeholder }
        let id: String = if let place { try Self.id(path[place]) } else { "" }
        return try action(Asked(request: request, parameters: Parameters(request), id: id))
    }

    /// Characters of an unknown parameter's name that the answer repeats.
    private static let maxNameLength = 64
    /// Characters of an id in a path. Ids are opaque; ours have 34.
    private static let maxIDLength = 64

    /// Ids go into the names of keys, so they are checked and nothing else is known about them.
    static func id(_ text: String) throws(BadParameter) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_")
        }
        guard isPlain, (1...maxIDLength).contains(text.utf8.count) else {
            throw BadParameter(name: "id", expected: "1 to \(maxIDLength) of the characters a-z, 0-9 and _")
        }
        return text
    }
}
