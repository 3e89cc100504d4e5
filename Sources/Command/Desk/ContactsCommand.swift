import CRM
import Service
import Store

extension CommandRow {
    static let contacts = CommandRow(
        name: "contacts", section: .sales,
        summary: "Lists contacts: the recent ones, those in a status, the best ones.",
        ownOptions: [
            Option(
                "--status", Value("STATUS", .choice(LeadStatus.allCases.map(\.slug))),
                "Lists the contacts in one lead status, the last to enter it first."),
            Option(
                "--sort", Value("ORDER", .choice(["recent", "revenue"])),
                "recent: the last active first, which is the default. revenue: those with revenue, the highest first."),
            Option("--limit", Value("N", .number(1...Reader.maxPage)), "Lists at most N contacts instead of 50."),
            .json(),
        ],
        paragraphs: ["A status has an order of its own, so --status and --sort exclude each other."],
        run: ContactsCommand.run)
}

/// `crmsync contacts`: lists of contacts.
enum ContactsCommand {
    static func run(_ invocation: Invocation) -> Int32 {
        let status = invocation.value("--status").flatMap { slug in LeadStatus.allCases.first { $0.slug == slug } }
        let order = invocation.value("--sort")
        guard status == nil || order == nil else {
            let error = UsageError("--status and --sort exclude each other", see: invocation.row)
            return CommandLineTool.fail("\(error)", status: ExitStatus.usage)
        }
        let list: ContactList = status.map { .status($0) } ?? (order == "revenue" ? .revenue : .recent)
        return Session.run(invocation) { session in
            session.reader.contacts(
                list, limit: invocation.number("--limit", default: 50), after: nil,
                session.need { page in
                    if invocation.has("--json") {
                        session.screen.json(Printout.contacts(page))
                    } else {
                        for contact in page.items { show(contact, session.screen, session.now) }
                        if page.items.isEmpty { session.screen.line("No contacts.") }
                        if page.next != nil {
                            session.screen.line("\(session.screen.glyphs.ellipsis) and more; see --limit")
                        }
                    }
                    session.end()
                })
        }
    }

    private static func show(_ contact: StoredHash, _ screen: Screen, _ now: Timestamp) {
        let status = contact["lead_status"] ?? ""
        let colour: Screen.Colour? = status.hasPrefix("Hot") ? .yellow : status.hasPrefix("Customer") ? .green : nil
        let name = TaskLine.person(contact)
        let money = contact["total_revenue"].map { $0 == "0.00" ? "" : $0 } ?? ""
        screen.parts(
            [
                Screen.Part(Span.age(contact["last_activity"], now) ?? "", .grey, columns: 12),
                Screen.Part(status, colour, columns: 30),
                Screen.Part(name.isEmpty ? contact["customer_id"] ?? "" : name), Screen.Part(money),
                Screen.Part(contact["id"] ?? "", .grey),
            ], indent: 4)
    }
}
