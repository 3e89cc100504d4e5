import Foundation

/// Settings from a file, which SIGHUP reads again: the environment of a process never changes.
///
/// One `NAME=value` a line; blank lines and lines that begin with `#` count for nothing. A value may stand between
/// single or double quotes. What the environment sets outranks the file.
enum SettingsFile {
    /// The setting that names the file.
    static let name = "SETTINGS_FILE"
    /// The most bytes of such a file.
    static let maxBytes = 65_536

    /// The variables with those of the file that they name.
    ///
    /// - Throws: where the file cannot be read, or a line is no setting.
    static func merged(_ variables: [String: String]) throws(Settings.Invalid) -> [String: String] {
        guard let path = variables[name], !path.isEmpty else { return variables }
        return try parse(contents(of: path)).merging(variables) { $1 }
    }

    /// The settings of a text.
    static func parse(_ text: String) throws(Settings.Invalid) -> [String: String] {
        var settings: [String: String] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else {
                throw Settings.Invalid(name: name, problem: "line \(index + 1) is not NAME=value")
            }
            guard isSetting(parts[0]) else {
                let meant = Misspelling.setting(meantBy: parts[0]).map { "; \($0) is one" } ?? ""
                throw Settings.Invalid(name: name, problem: "line \(index + 1): \(parts[0]) is no setting\(meant)")
            }
            guard settings[parts[0]] == nil else {
                throw Settings.Invalid(name: name, problem: "line \(index + 1): \(parts[0]) is there twice")
            }
            settings[parts[0]] = unquoted(parts[1])
        }
        return settings
    }

    private static func isSetting(_ word: String) -> Bool {
        if SecretFiles.settings.contains(where: { word == $0 + SecretFiles.suffix }) { return true }
        return Settings.names.contains(word) && word != name
    }

    private static func unquoted(_ text: String) -> String {
        let value = text.trimmingCharacters(in: .whitespaces)
        guard value.count >= 2, let quote = value.first, quote == "'" || quote == "\"", value.last == quote else {
            return value
        }
        return String(value.dropFirst().dropLast())
    }

    private static func contents(of path: String) throws(Settings.Invalid) -> String {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw Settings.Invalid(name: name, problem: "names a file that cannot be read: \(path)")
        }
        let data = (try? file.read(upToCount: maxBytes + 1)) ?? Data()
        guard data.count <= maxBytes, let text = String(data: data, encoding: .utf8) else {
            throw Settings.Invalid(
                name: name, problem: "must name a file of at most \(maxBytes) bytes of text: \(path)")
        }
        return text
    }
}
