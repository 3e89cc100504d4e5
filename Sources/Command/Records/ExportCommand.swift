import Service
import Store

extension CommandRow {
    static let exporting = CommandRow(
        name: "export", section: .data, summary: "Prints everything that is kept about a person, as JSON.",
        operands: [.contact],
        paragraphs: [
            "Prints the contact, its timeline, its tasks and the keys that lead to it, as one JSON object. Exit status "
                + "0 means that all of it was written, so crmsync export WHO >FILE && crmsync erase WHO --yes is safe."
        ],
        statuses: [ExitStatus.notFound: "There is no such contact."], run: ExportCommand.run)
}

/// `crmsync export`: everything about a person.
enum ExportCommand {
    static func run(_ invocation: Invocation) -> Int32 {
        Session.run(invocation) { session in
            session.contactID(invocation.operands[0]) { id in
                write(Export(session.reader, of: id), of: id, ExportWriter(), session)
            }
        }
    }

    /// Writes the parts as they are read; whoever reads after a pipe sets the pace.
    private static func write(_ export: Export, of id: String, _ writer: ExportWriter, _ session: Session) {
        export.next(
            session.need { part in
                var writer = writer
                if let part {
                    session.screen.piece(writer.write(part, at: session.now))
                    return write(export, of: id, writer, session)
                }
                guard writer.hasBegun else { return session.noContact(id) }
                session.screen.json(writer.end())
                session.end()
            })
    }
}
