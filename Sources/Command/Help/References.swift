import CRM
import Service
import Store

/// Reference texts, made of the declarations that the program works with.
enum References {
    /// Settings in their sections.
    static var settings: [Block] {
        let notes = [
            "Every setting is an environment variable. A value that cannot be used stops the start with exit status "
                + "\(ExitStatus.configuration) and a message that names the variable. So does an empty value of a "
                + "setting that protects something (marked *): unset it instead.",
            "Lists are separated by commas. Flags are 1 or 0. Numbers of seconds and minutes may have fractions.",
        ]
        return notes.map { .paragraph($0) }
            + Setting.Section.allCases.flatMap { section -> [Block] in
                [.heading(section.rawValue), .terms(Setting.all.filter { $0.section == section }.map(term))]
            }
    }

    /// A setting with its default and the first sentence of its meaning.
    static func shortTerm(_ setting: Setting) -> (term: String, text: String) {
        let sentence = setting.meaning.split(separator: ". ").first.map { $0.hasSuffix(".") ? $0 : $0 + "." } ?? ""
        return (setting.name, "\(sentence) Default: \(setting.standard.text).")
    }

    /// A setting with its default and meaning.
    static func term(_ setting: Setting) -> (term: String, text: String) {
        let mark = setting.protects ? "*" : ""
        let limits = setting.form.limits.isEmpty ? "" : "; \(setting.form.limits)"
        let reload = setting.reloads ? " SIGHUP reloads it." : ""
        let file = setting.isSecret ? " Or by file: \(setting.name)_FILE." : ""
        return (setting.name + mark, "\(setting.meaning) Default: \(setting.standard.text)\(limits).\(file)\(reload)")
    }

    /// What a website may post, and what each event does.
    static var events: [Block] {
        var blocks: [Block] = [
            .paragraph(
                "POST {base}/track-event takes one event as a JSON object; POST {base}/track-events takes "
                    + "{\"events\":[...]}. {base} is BASE_PATH."),
            .heading("Fields"), .terms(EventField.all.map { ($0.name, $0.meaning) }),
        ]
        for type in EventType.allCases {
            let reads = type.dataFields.joined(separator: ", ")
            var terms = [("means", type.meaning), ("reads", reads.isEmpty ? "nothing of event_data" : reads)]
            var notes: [String] = []
            if type.isBrowsing { notes.append("dropped with RESPECT_GPC=1 if the browser asks not to be tracked") }
            if type.movesMoney { notes.append("with MONEY_EVENTS=server believed of a server key alone") }
            if type.makesTask { notes.append("opens no task if it is late or comes from a robot") }
            if !notes.isEmpty { terms.append(("limits", notes.joined(separator: "; "))) }
            terms += type.effects.enumerated().map { ($0 == 0 ? "does" : "", $1) }
            blocks += [.heading(type.rawValue), .terms(terms)]
        }
        return blocks
    }

    /// Keys in their groups.
    static var keys: [Block] {
        [
            .paragraph(
                "Times are ISO 8601 in UTC with milliseconds; times in sorted sets are epoch milliseconds; money is a "
                    + "decimal string with two digits.")
        ]
            + KeyRow.Group.allCases.flatMap { group -> [Block] in
                [
                    .heading(group.rawValue),
                    .terms(KeyRow.all.filter { $0.group == group }.map { ($0.name, "\($0.type): \($0.holds)") }),
                ]
            }
    }

    /// Error codes with status and sentence.
    static var errors: [Block] {
        [
            .paragraph(
                "Every error is {\"success\":false,\"error\":\"<code>\",\"message\":\"<what is wrong and what to "
                    + "do>\"}. A code is stable; a sentence may change.")
        ]
            + ErrorRow.Group.allCases.flatMap { group -> [Block] in
                [
                    .heading(group.rawValue),
                    .terms(
                        ErrorRow.all.filter { $0.group == group }.map { ($0.code, "\($0.status): \($0.message)") }),
                ]
            }
    }

    /// Metrics in the order of the page.
    static var metrics: [Block] {
        [
            .paragraph("GET /metrics in the text format of Prometheus. No metric holds personal data."),
            .heading("Metrics"), .terms(Metric.all.map { ($0.name, "\($0.kind.rawValue): \($0.help)") }),
        ]
    }

    /// Exit statuses of all commands.
    static var statuses: [Block] {
        [.heading("Exit status"), .terms(ExitStatus.all.map { (String($0.code), $0.meaning) })]
    }
}
