/// Settings that are read again while the service runs.
extension Settings {
    /// What `new` changes of these settings, as far as it may change while the service runs.
    ///
    /// - Returns: the settings from now on, and the names of those that a restart would change.
    /// - Throws: the first variable whose value cannot be used; these settings then stay in force.
    func reloaded(with new: Settings) throws(Invalid) -> (settings: Settings, fixed: [String]) {
        let fixed = Setting.all.filter { !$0.reloads }.map(\.name).filter { given[$0] != new.given[$0] }
        var variables = new.given.variables
        for name in fixed { variables[name] = given[name] }
        var settings = try Settings(resolved: variables)
        // A token that was made at the start is known to whoever read the log.
        if settings.adminTokenIsRandom { settings.adminTokens = adminTokens }
        // The system's limit on open files stays.
        settings.maxConnections = min(settings.maxConnections, maxDescribed ?? .max)
        settings.maxDescribed = maxDescribed
        return (settings, fixed)
    }

    /// The variables that settings were read from. They hold secrets, so nothing prints them.
    struct Given: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
        fileprivate let variables: [String: String]

        init(_ variables: [String: String]) {
            self.variables = variables.filter { Settings.names.contains($0.key) }
        }

        subscript(name: String) -> String? { variables[name] }
        var description: String { "…" }
        var debugDescription: String { "…" }
    }
}
