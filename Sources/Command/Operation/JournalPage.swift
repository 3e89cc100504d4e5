import Service

/// What is in a journal, for people.
struct JournalPage {
    private static let titleWidth = 14

    let screen: Screen

    init(_ screen: Screen) { self.screen = screen }

    func show(_ report: JournalDesk.Report) {
        row("journal", report.directory)
        if let owner = report.owner { row("last used by", "process \(owner)") }
        row("pending", "\(report.pending) events, \(report.pendingBytes) bytes")
        if let oldest = report.oldest { row("oldest", oldest.iso8601) }
        for file in report.damagedFiles { row("damaged", "\(file.name), \(file.bytes) bytes") }
        row("dead letters", String(report.letters.count))
        for letter in report.letters {
            screen.text("\(letter.number)  \(letter.at.iso8601)  \(letter.reason)")
            screen.text(letter.text, indent: 3)
        }
    }

    private func row(_ title: String, _ text: String) { screen.row(title, text, titleWidth: Self.titleWidth) }
}

extension JournalDesk.Report {
    /// For programs.
    var json: [UInt8] {
        var body = JSONBody()
        body.add("directory", directory)
        if let owner { body.add("owner", Int64(owner)) }
        body.add("pending", Int64(pending))
        body.add("pending_bytes", Int64(pendingBytes))
        body.add("oldest_received_at", orNull: oldest?.iso8601)
        body.add("damaged_files", list: damagedFiles) { file, bytes in
            var object = JSONBody()
            object.add("name", file.name)
            object.add("bytes", Int64(file.bytes))
            bytes += object.finished
        }
        body.add("dead_letters", list: letters) { letter, bytes in
            var object = JSONBody()
            object.add("number", Int64(letter.number))
            object.add("at", letter.at.iso8601)
            object.add("reason", letter.reason)
            object.add("event", letter.text)
            bytes += object.finished
        }
        return body.finished
    }
}
