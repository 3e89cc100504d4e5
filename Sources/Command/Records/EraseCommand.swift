import Service
import Store

extension CommandRow {
    static let erase = CommandRow(
        name: "erase", section: .data, summary: "Erases everything about a person and prints a receipt.",
        operands: [.contact],
        ownOptions: [
            Option("--yes", "Confirms the erasure.", required: "what it erases cannot be restored"),
            Option(
                "--rewrite-aof",
                "Asks Redis to rewrite its append-only file (BGREWRITEAOF), which keeps what was erased until then."),
        ],
        paragraphs: [
            "The erasure cannot be undone. Late events of the person are dropped for 30 days, and for as long the same "
                + "command with the contact's id prints the receipt again."
        ],
        statuses: [ExitStatus.notFound: "There is no such contact."], run: EraseCommand.run)
}

/// `crmsync erase`: erases a person.
enum EraseCommand {
    static func run(_ invocation: Invocation) -> Int32 {
        Session.run(invocation) { session in
            session.contactID(invocation.operands[0]) { id in
                Erasure.carryOut(
                    id, settings: session.settings, store: session.store, at: session.now,
                    session.need { erasure in
                        guard let erasure else { return session.noContact(id) }
                        session.screen.json(Printout.erasure(erasure, id: id))
                        guard invocation.has("--rewrite-aof") else { return session.end() }
                        session.store.rewriteFile(
                            session.need { note in
                                CommandLineTool.complain(note)
                                session.end()
                            })
                    })
            }
        }
    }
}
