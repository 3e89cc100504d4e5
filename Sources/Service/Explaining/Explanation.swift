import CRM
import Store

/// What an event would do, for people and programs.
public struct Explanation: Sendable {
    /// What would come of it.
    public enum Prediction: Sendable {
        /// It is no event of ours, and would be answered with this error.
        case rejected(Rejection)
        /// Redis would refuse it, and it would become a dead letter.
        case refused(String)
        /// Redis cannot be asked.
        case unknown(String)
        /// Everything that would happen.
        case known(DryRun)
    }

    /// The event as it was read: masked, and with its final time; `nil` where it is rejected.
    public let event: Event?
    /// What would come of it.
    public let prediction: Prediction
    /// The contact as it is now; `nil` for a new one, or an unknown one.
    public let contact: StoredHash?
    /// The rules that apply.
    public let reasons: [String]

    /// One word: `applied`, `superseded`, `duplicate`, `held`, `void`, `erased`, `rejected`, `refused` or `unknown`.
    public var word: String {
        switch prediction {
        case .rejected: "rejected"
        case .refused: "refused"
        case .unknown: "unknown"
        case .known(let run): Fate(run.applied).label
        }
    }

    /// Why, in one sentence.
    public var why: String {
        switch prediction {
        case .rejected(let rejection): "\(rejection.code): \(rejection.message)"
        case .refused(let reason): reason
        case .unknown(let reason): reason
        case .known(let run) where run.applied.outcome?.isConflict == true:
            "customer.id and customer.email name different contacts; the id's is taken, a warning is logged"
        case .known(let run): Fate(run.applied).words.explanation.description
        }
    }

    /// What would happen; `nil` where that is not known or nothing would.
    public var run: DryRun? { if case .known(let run) = prediction { run } else { nil } }

    /// Which contact it is about; `nil` where nobody knows.
    public var contactID: String? { run?.applied.contactID }

    /// The contact's email, as it would be.
    public var email: String? {
        guard let run, let id = contactID else { return nil }
        return run.after(Keys.contact(id))["email"] ?? contact?["email"]
    }

    /// The fields of the contact that would change, with what they are now.
    public var changes: [(name: String, before: String?, after: String)] {
        guard let run, let id = contactID else { return [] }
        return run.after(Keys.contact(id)).fields.compactMap { field in
            let old = run.before[Keys.contact(id)]?[field.name]
            return old == field.value ? nil : (field.name, old, field.value)
        }
    }

    /// The contact's status now and then.
    public var status: (before: String?, after: String?) {
        guard let run, let id = contactID else { return (nil, nil) }
        let before = contact?["lead_status"]
        return (before, run.after(Keys.contact(id))["lead_status"] ?? before)
    }

    /// The tasks that would open, and those that would be closed, as they would be.
    public var tasks: (opened: [StoredHash], closed: [StoredHash]) {
        let tasks = run.map { run in run.tasks.map { run.after($0) } } ?? []
        return (tasks.filter { $0["status"] == "open" }, tasks.filter { $0["status"] != "open" })
    }
}

extension Explanation {
    /// Reads an event as the service does, and asks Redis what it would do.
    ///
    /// - Parameters:
    ///   - fromBackend: as if it came with a server key.
    ///   - store: `nil` where Redis is away; then only what the rules say is known.
    public static func explain(
        _ text: [UInt8], fromBackend: Bool, settings: Settings, store: Store?, at now: Timestamp,
        _ completion: @escaping (Explanation) -> Void
    ) {
        var ulids = ULIDGenerator()
        let arrival = Arrival(receivedAt: now, ulid: ulids.next(at: now), source: fromBackend ? .backend : .browser)
        let event: Event
        do throws(Rejection) { event = try Event(text: text, arrival: arrival) } catch {
            return completion(Explanation(event: nil, prediction: .rejected(error), contact: nil, reasons: []))
        }
        let change = settings.rules.change(for: event)
        var reasons = change.reasons
        if event.type.movesMoney, event.source == .browser, !settings.browsersMoveMoney {
            reasons.append("MONEY_EVENTS=server: a browser is not believed about money; timeline only")
        }
        if settings.rules.lacksAmount(event) {
            reasons.append("the booking has no amount: 0.00 is counted, and a warning is logged")
        }
        func answer(_ prediction: Prediction, _ contact: StoredHash? = nil) {
            completion(Explanation(event: event, prediction: prediction, contact: contact, reasons: reasons))
        }
        guard let store else { return answer(.unknown("Redis at \(settings.redis.place) cannot be reached")) }
        store.explain(change) { result in
            switch result {
            case .failure(.refused(let reason)): answer(.refused(reason))
            case .failure(let error): answer(.unknown(error.reason))
            case .success(let run): stored(of: run, store) { answer(.known(run), $0) }
            }
        }
    }

    /// The contact as it is now, which the dry run tells only where it would change it.
    private static func stored(of run: DryRun, _ store: Store, _ done: @escaping (StoredHash?) -> Void) {
        guard let id = run.applied.contactID, run.applied.outcome?.isNewContact != true else { return done(nil) }
        if let contact = run.before[Keys.contact(id)] { return done(contact) }
        Reader(store).card(id) { done((try? $0.get())?.contact) }
    }
}
