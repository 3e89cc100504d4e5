import CRM
import Service
import Store

extension CommandRow {
    static let journal = CommandRow(
        name: "journal", section: .service, summary: "Shows what is queued on disk, and the dead letters.",
        ownOptions: [.json()],
        paragraphs: [
            "Shows the events in JOURNAL_DIR that wait for Redis, and the dead letters: events that Redis refuses for "
                + "a reason that no retry heals, such as a key of the wrong type. The service may run meanwhile. Run "
                + "it as the user of the service.",
            "crmsync journal retry applies dead letters again; crmsync journal drop deletes them.",
        ],
        statuses: [ExitStatus.failed: "JOURNAL_DIR is not set or cannot be used."],
        members: [
            CommandRow(
                name: "journal retry", section: .service,
                summary: "Applies dead letters again, and removes those that go through.", operands: [.letter],
                statuses: [
                    ExitStatus.failed: "A dead letter is still refused, or Redis or JOURNAL_DIR cannot be used."
                ],
                run: JournalCommand.retry),
            CommandRow(
                name: "journal drop", section: .service, summary: "Deletes dead letters.", operands: [.letter],
                statuses: [ExitStatus.failed: "JOURNAL_DIR cannot be used."], readsRedis: false,
                run: JournalCommand.drop),
        ],
        readsRedis: false, run: JournalCommand.show)
}

extension CommandRow.Operand {
    fileprivate static let letter = CommandRow.Operand(
        Value("NUMBER", .number(1...1_000_000)), "the number of a dead letter; all unless given", isOptional: true)
}

/// `crmsync journal`: what is queued on disk, and what was given up.
enum JournalCommand {
    static func show(_ invocation: Invocation) -> Int32 {
        withDesk(invocation) { desk throws(JournalDesk.Failure) in
            let report = try desk.report()
            let screen = Screen(invocation.environment)
            if invocation.has("--json") { screen.json(report.json) } else { JournalPage(screen).show(report) }
            return screen.end()
        }
    }

    static func drop(_ invocation: Invocation) -> Int32 {
        withDesk(invocation) { desk throws(JournalDesk.Failure) in
            let count = try desk.remove(try desk.letters(number(invocation)))
            let screen = Screen(invocation.environment)
            screen.line("dropped \(count)")
            return screen.end()
        }
    }

    static func retry(_ invocation: Invocation) -> Int32 {
        withDesk(invocation) { desk throws(JournalDesk.Failure) in
            let letters = try desk.letters(number(invocation))
            guard !letters.isEmpty else {
                let screen = Screen(invocation.environment)
                screen.line("no dead letters")
                return screen.end()
            }
            return Session.run(invocation) { DeadLetterRetry($0, desk, letters).next() }
        }
    }

    private static func number(_ invocation: Invocation) -> Int? { invocation.operands.first.flatMap { Int($0) } }

    private static func withDesk(
        _ invocation: Invocation, _ body: (JournalDesk) throws(JournalDesk.Failure) -> Int32
    ) -> Int32 {
        Session.withSettings(invocation) { settings in
            do throws(JournalDesk.Failure) {
                return try body(try JournalDesk(settings))
            } catch {
                return CommandLineTool.fail("\(error)")
            }
        }
    }
}

/// Applies dead letters one after another, with the script of every event, and removes those that go through.
private final class DeadLetterRetry {
    private let session: Session
    private let desk: JournalDesk
    private var rest: ArraySlice<JournalDesk.Letter>
    private var ulids = ULIDGenerator()
    private var applied: [JournalDesk.Letter] = []
    private var hasFailed = false

    init(_ session: Session, _ desk: JournalDesk, _ letters: [JournalDesk.Letter]) {
        (self.session, self.desk, rest) = (session, desk, letters[...])
    }

    func next() {
        guard let letter = rest.popFirst() else { return end() }
        do throws(Rejection) {
            session.store.apply(try desk.change(for: letter, ulids: &ulids)) { [self] result in
                switch result {
                case .success(let fate):
                    applied.append(letter)
                    session.screen.text("applied to \(desk.place(of: fate))")
                case .failure(let error): refuse(error.reason)
                }
                next()
            }
        } catch {
            refuse(error.message)
            next()
        }
    }

    private func refuse(_ reason: String) {
        hasFailed = true
        session.screen.text("still refused: \(reason)")
    }

    private func end() {
        do throws(JournalDesk.Failure) {
            _ = try desk.remove(applied)
            session.end(hasFailed ? ExitStatus.failed : ExitStatus.done)
        } catch {
            session.fail("\(error)")
        }
    }
}
