/// What is known about a Redis. `nil` stands for what this user may not ask: managed Redis often denies it.
public struct RedisFacts: Equatable, Sendable {
    /// Why an event cannot be applied now: the error of the real script, or why there is no connection.
    public var failure: String?
    /// Whether there is a connection.
    public var isConnected = false
    /// What this user may and may not do.
    public var rights: Rights?
    /// The fields of `INFO`.
    public var info: [String: String]?
    /// The parameters of `CONFIG GET`.
    public var configuration: [String: String]?
    /// A key of all contacts that is not of its type or holds a number that is none.
    public var damagedKey: String?
    /// The version of the database's layout, from `crm_meta`.
    public var schema: String?
    /// Whether that is not the layout of this version.
    public var isOfOtherLayout: Bool { !Layout.isOwn(schema) }

    /// Nothing is known yet.
    public init() {}

    /// The fields of an `INFO` reply: lines `name:value` between headings and blank lines.
    static func fields(ofInfo text: String) -> [String: String] {
        var fields: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[String(line[..<colon])] = String(line[line.index(after: colon)...])
        }
        return fields
    }

    /// The parameters of a `CONFIG GET` reply, names and values in turn.
    static func parameters(_ reply: [String]) -> [String: String] {
        var parameters: [String: String] = [:]
        for index in stride(from: 0, to: reply.count - 1, by: 2) { parameters[reply[index]] = reply[index + 1] }
        return parameters
    }
}
