import Foundation

/// Secrets that are given by file: `ADMIN_TOKEN_FILE=/run/secrets/admin_token` stands for `ADMIN_TOKEN` with the
/// contents of that file, so that no secret is in the environment, where other programs may see it.
enum SecretFiles {
    /// Settings that may be given by file. `REDIS_URL` may hold a password.
    static let settings = Set(Setting.all.filter(\.isSecret).map(\.name))
    /// What follows the name of the setting.
    static let suffix = "_FILE"
    /// The most bytes of such a file.
    static let maxBytes = 65_536

    /// The variables with each file's contents in place. Line breaks separate keys of a list, as commas do.
    ///
    /// - Throws: where a setting is given twice, or its file cannot be read.
    static func resolved(_ variables: [String: String]) throws(Settings.Invalid) -> [String: String] {
        var resolved = variables
        for setting in settings.sorted() {
            let name = setting + suffix
            guard let path = variables[name] else { continue }
            guard !path.isEmpty else {
                throw Settings.Invalid(name: name, problem: "is empty: give it the path of a file, or unset it")
            }
            guard variables[setting] == nil else {
                throw Settings.Invalid(name: name, problem: "is set beside \(setting): keep one of them")
            }
            resolved[setting] = try contents(of: path, for: name)
        }
        return resolved
    }

    private static func contents(of path: String, for name: String) throws(Settings.Invalid) -> String {
        let file: FileHandle
        do { file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path)) } catch {
            throw Settings.Invalid(name: name, problem: "names a file that cannot be read: \(path)")
        }
        let data = (try? file.read(upToCount: maxBytes + 1)) ?? Data()
        guard data.count <= maxBytes, let text = String(data: data, encoding: .utf8) else {
            throw Settings.Invalid(
                name: name, problem: "must name a file of at most \(maxBytes) bytes of text: \(path)")
        }
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
        let values = lines.filter { !$0.isEmpty }
        guard !values.isEmpty else {
            throw Settings.Invalid(name: name, problem: "names a file with nothing in it: \(path)")
        }
        return values.joined(separator: ",")
    }
}
