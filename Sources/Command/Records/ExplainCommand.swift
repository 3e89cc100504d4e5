import Service
import Store

extension CommandRow {
    static let explain = CommandRow(
        name: "explain", section: .data, summary: "Shows what an event would do, and why; writes nothing.",
        operands: [Operand(Value("FILE", .file), "a file with one event, or - for standard input")],
        ownOptions: [
            Option("--server", "Reads the event as if it came with a server key (MONEY_EVENTS=server)."), .json(),
        ],
        paragraphs: [
            "Reads an event as POST /track-event does, and shows which contact, which status, which tasks and alerts, "
                + "which writes to Redis, and by which rules. Without Redis it shows what the rules say, and what is "
                + "not known."
        ],
        statuses: [ExitStatus.rejected: "The event would be rejected."], run: ExplainCommand.run)
}

/// `crmsync explain`: what an event would do, and why. Nothing is written.
enum ExplainCommand {
    /// Bytes of an event, far more than any service accepts.
    static let maxBytes = 1 << 20

    static func run(_ invocation: Invocation) -> Int32 {
        let text: [UInt8]
        do throws(InputError) {
            text = try InputFile.contents(of: invocation.operands[0], upTo: maxBytes)
        } catch {
            return CommandLineTool.fail("\(error)")
        }
        func explain(_ session: Session, _ store: Store?) {
            Explanation.explain(
                text, fromBackend: invocation.has("--server"), settings: session.settings, store: store, at: session.now
            ) { explanation in
                if invocation.has("--json") {
                    session.screen.json(Printout.explanation(explanation))
                } else {
                    ExplanationPage(session.screen).show(explanation)
                }
                session.end(status(of: explanation))
            }
        }
        return Session.run(invocation, without: .runs { explain($0, nil) }) { explain($0, $0.store) }
    }

    private static func status(of explanation: Explanation) -> Int32 {
        switch explanation.prediction {
        case .known: ExitStatus.done
        case .rejected, .refused: ExitStatus.rejected
        case .unknown: ExitStatus.failed
        }
    }
}
