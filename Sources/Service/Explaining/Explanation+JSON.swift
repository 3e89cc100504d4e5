import Text
import CRM
import Store

extension Printout {
    /// An explanation, for programs.
    public static func explanation(_ explanation: Explanation) -> [UInt8] {
        var body = JSONBody()
        body.add("verdict", explanation.word)
        body.add("reason", explanation.why)
        if case .rejected(let rejection) = explanation.prediction {
            body.add("error", rejection.code)
            if let field = rejection.field { body.add("field", field) }
        }
        if let event = explanation.event {
            body.add("event_type", event.type.rawValue)
            body.add("event_id", event.id.text)
            body.add("timestamp", event.time.iso8601)
        }
        if let run = explanation.run { add(explanation, run, to: &body) }
        body.add("rules", list: explanation.reasons) { $1.appendJSON($0) }
        body.add("writes", list: explanation.run?.writes ?? []) { words, bytes in
            bytes.append(UInt8(ascii: "["))
            for (index, word) in words.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes.appendJSON(word)
            }
            bytes.append(UInt8(ascii: "]"))
        }
        return body.finished
    }

    private static func add(_ explanation: Explanation, _ run: DryRun, to body: inout JSONBody) {
        if let id = explanation.contactID {
            body.add("contact") { bytes in
                var contact = JSONBody()
                contact.add("id", id)
                contact.add("new", run.applied.outcome?.isNewContact == true)
                if let email = explanation.email { contact.add("email", email) }
                bytes += contact.finished
            }
        }
        let status = explanation.status
        body.add("status") { bytes in
            var object = JSONBody()
            object.add("before", orNull: status.before)
            object.add("after", orNull: status.after)
            bytes += object.finished
        }
        body.add("changes") { bytes in
            var changes = JSONBody()
            for change in explanation.changes {
                changes.add(change.name) { bytes in
                    var object = JSONBody()
                    object.add("before", orNull: change.before)
                    object.add("after", change.after)
                    bytes += object.finished
                }
            }
            bytes += changes.finished
        }
        let tasks = explanation.tasks
        body.add("tasks_opened", records: tasks.opened)
        body.add("tasks_closed", records: tasks.closed)
        body.add("alerts", list: run.messages) { message, bytes in
            var object = JSONBody()
            object.add("channel", message.channel)
            object.add("message") { $0 += message.text.utf8 }
            bytes += object.finished
        }
        if let entry = run.timelineEntry { body.add("timeline") { $0 += entry.utf8 } }
    }
}
