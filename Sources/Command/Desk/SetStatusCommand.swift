import CRM
import Service
import Store

/// `crmsync contact set-status`: the lead status that a person sets.
enum SetStatusCommand {
    static func run(_ invocation: Invocation) -> Int32 {
        guard let status = LeadStatus(named: invocation.operands[1]) else { return ExitStatus.usage }
        let decision = LeadStatusDecision(status, by: invocation.actor, reason: invocation.value("--reason") ?? "")
        return Session.run(invocation) { session in
            session.contactID(invocation.operands[0]) { id in
                var ulids = ULIDGenerator()
                session.store.set(
                    decision, of: id, at: session.now, ulid: ulids.next(at: session.now),
                    session.need { outcome in
                        guard outcome != .missing else { return session.noContact(id) }
                        if invocation.has("--json") {
                            session.screen.json(Printout.outcome(outcome))
                        } else {
                            session.screen.text(sentence(outcome, status, id))
                        }
                        session.end()
                    })
            }
        }
    }

    private static func sentence(_ outcome: LeadStatusOutcome, _ status: LeadStatus, _ id: String) -> String {
        if case .changed = outcome { return "\(id) is now \(status.rawValue)" }
        return "\(id) was \(status.rawValue) already"
    }
}
