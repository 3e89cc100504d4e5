/// A Lua program for Redis: a file of `Scripts`, with its includes and constants in their places.
///
/// A line `--@ include/x.lua` stands for that file. Constants, which are the same in each call, become one line of
/// locals after the first line, which Redis wants to begin with `#!lua`.
public struct Script: Sendable {
    /// The name of its file.
    public let name: String
    /// The whole text, for `EVAL` and `SCRIPT LOAD`.
    public let text: String

    /// - Parameter constants: names, and values as Lua writes them.
    init(_ name: String, constants: [(name: String, value: String)] = []) {
        self.name = name
        guard let file = Self.files[name] else { preconditionFailure("there is no script \(name)") }
        var text = Self.assembled(file)
        if !constants.isEmpty {
            guard let end = text.firstIndex(of: "\n") else { preconditionFailure("\(name) has no second line") }
            let names = constants.map(\.name).joined(separator: ", ")
            let values = constants.map(\.value).joined(separator: ", ")
            text = text[...end] + "local \(names) = \(values) " + text[text.index(after: end)...]
        }
        self.text = text
    }

    private static func assembled(_ file: [UInt8]) -> String {
        let mark = "--@ "
        return String(decoding: file, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map {
            line in
            guard line.hasPrefix(mark) else { return String(line) }
            let name = String(line.dropFirst(mark.count))
            guard let include = files[name] else { preconditionFailure("there is no \(name) to include") }
            return assembled(include)
        }.joined(separator: "\n")
    }

    /// A string as Lua writes it.
    static func quoted(_ text: String) -> String {
        text.reduce(into: "'") { quoted, character in
            switch character {
            case "'", "\\": quoted += "\\\(character)"
            case "\n": quoted += "\\n"
            default: quoted.append(character)
            }
        } + "'"
    }

    private static let files: [String: [UInt8]] = [
        "apply.lua": PackageResources.apply_lua, "backlog.lua": PackageResources.backlog_lua,
        "check.lua": PackageResources.check_lua, "due.lua": PackageResources.due_lua,
        "erase-step.lua": PackageResources.erase_step_lua, "erase.lua": PackageResources.erase_lua,
        "erased.lua": PackageResources.erased_lua, "explain.lua": PackageResources.explain_lua,
        "lost.lua": PackageResources.lost_lua, "meta.lua": PackageResources.meta_lua,
        "names-top.lua": PackageResources.names_top_lua, "names.lua": PackageResources.names_lua,
        "page.lua": PackageResources.page_lua, "repair.lua": PackageResources.repair_lua,
        "repeat-alert.lua": PackageResources.repeat_alert_lua, "retention.lua": PackageResources.retention_lua,
        "rights.lua": PackageResources.rights_lua, "status.lua": PackageResources.status_lua,
        "task.lua": PackageResources.task_lua,
        "trim.lua": PackageResources.trim_lua,
        "include/announce.lua": PackageResources.announce_lua,
        "include/close-task.lua": PackageResources.close_task_lua,
        "include/funnel-read.lua": PackageResources.funnel_read_lua,
        "include/funnel-write.lua": PackageResources.funnel_write_lua, "include/quota.lua": PackageResources.quota_lua,
    ]
}

extension Script {
    static let backlog = Script("backlog.lua")
    /// Reads one record in one step.
    public static let check = Script("check.lua")
    static let due = Script("due.lua")
    static let erase = Script("erase.lua")
    static let eraseStep = Script("erase-step.lua")
    static let erased = Script("erased.lua")
    static let explain = Script("explain.lua")
    static let lost = Script("lost.lua")
    static let meta = Script("meta.lua")
    static let names = Script("names.lua")
    static let namesTop = Script("names-top.lua")
    static let page = Script("page.lua")
    /// Repairs one record, where it is still as ``check`` saw it.
    public static let repair = Script("repair.lua")
    static let repeatAlert = Script("repeat-alert.lua")
    static let retention = Script("retention.lua")
    static let rights = Script("rights.lua")
    static let status = Script("status.lua")
    static let task = Script("task.lua")
    static let trim = Script("trim.lua")

    /// Scripts that change something or read for others, all but those of ``ApplyScript``, `check`, and those that ask
    /// for rights.
    static let ofService = [
        backlog, due, erase, eraseStep, erased, lost, names, namesTop, page, repeatAlert, retention, status, task, trim,
    ]
}
