import Text
import CRM
import Service
import Store

extension CommandRow.Operand {
    /// A person, in each way to name one.
    static let contact = CommandRow.Operand(Value("WHO"), "an email, a customer id or a contact id")
}

extension CommandRow {
    static let contact = CommandRow(
        name: "contact", section: .sales, summary: "Shows one contact, its tasks and its timeline.",
        operands: [.contact], ownOptions: [.json()],
        paragraphs: [
            "WHO is an email, the website's own id of the customer, or a contact id. Of tasks and activities the "
                + "newest are shown."
        ],
        statuses: [ExitStatus.notFound: "There is no such contact."], members: [setStatus], run: ContactCommand.run)

    private static let setStatus = CommandRow(
        name: "contact set-status", section: .sales, summary: "Sets the lead status of a contact by hand.",
        operands: [
            .contact, Operand(Value("STATUS", .choice(LeadStatus.settable.map(\.slug))), "what the contact is now"),
        ],
        ownOptions: [
            Option("--reason", Value("TEXT"), "Why, for the record."), .actor, .json(),
        ],
        paragraphs: [
            "Ends the booking in progress, if there is one. lost_not_interested also cancels the tasks for winning the "
                + "contact back. What the customer does later moves the status on."
        ],
        statuses: [ExitStatus.notFound: "There is no such contact."], run: SetStatusCommand.run)
}

/// `crmsync contact`: one contact.
enum ContactCommand {
    private static let nameWidth = 22

    static func run(_ invocation: Invocation) -> Int32 {
        Session.run(invocation) { session in
            session.contactID(invocation.operands[0]) { id in
                session.reader.card(
                    id,
                    session.need { card in
                        guard let card else { return session.noContact(id) }
                        if invocation.has("--json") {
                            session.screen.json(Printout.card(card))
                        } else {
                            show(card, session.screen, session.now)
                        }
                        session.end()
                    })
            }
        }
    }

    private static func show(_ card: ContactCard, _ screen: Screen, _ now: Timestamp) {
        let nameWidth = min(nameWidth, screen.width / 2)
        for (name, value) in card.contact.fields {
            let isTime = name.hasSuffix("_at") || name == "last_activity"
            let age = (isTime ? Span.age(value, now) : nil).map { " (\($0))" } ?? ""
            screen.row(name, value + age, titleWidth: nameWidth)
        }
        screen.line("\n" + screen.paint("Tasks", .bold))
        if card.tasks.isEmpty { screen.line("none") }
        for task in card.tasks { TaskLine.show(task, screen, now) }
        screen.line("\n" + screen.paint("Timeline", .bold))
        for activity in card.activities.map({ Activity($0) }) {
            let age = Span.age(activity.time, now) ?? ""
            screen.parts(
                [
                    Screen.Part(activity.time, .grey), Screen.Part(age, .grey, columns: 12),
                    Screen.Part(activity.text),
                ], indent: 2)
        }
    }
}

/// One entry of a timeline.
struct Activity {
    /// When it happened, as it is stored.
    let time: String
    /// What happened, as a sentence.
    let text: String

    /// Reads a member of a timeline, which is a line of JSON.
    init(_ json: String) {
        var json = json
        (time, text) = json.withUTF8 { bytes in
            guard let root = try? JSONDocument.parse(bytes).root else { return ("", "damaged entry") }
            return (root.member("timestamp")?.string ?? "", root.member("description")?.string ?? "")
        }
    }
}
