import Text
import Redis
import CRM

/// Lays a change out as the arguments of `apply.lua`; the order is the one in the head of that script.
///
/// Each argument becomes a string in Redis' Lua, at 0.1 to 0.2 µs: what an event does not need is left out, and nothing
/// goes twice in two forms.
public struct Arguments {
    /// How long the numbers of a day are kept.
    private let statsMilliseconds: Int64

    /// Arguments for the script that was made by ``ApplyScript`` for the same way of keeping events.
    public init(retention: Retention) { statsMilliseconds = retention.statsSeconds * 1000 }

    /// Adds the number of keys, the keys and the arguments; the name of the script stands before them.
    public func write(_ change: Change, to command: inout CommandBuffer) {
        let event = change.event
        command.add(4)
        writeMark(of: event, to: &command)
        command.add(Keys.customerPrefix, event.customer.id?.text ?? "")
        command.add(Keys.emailPrefix, event.customer.email?.text ?? "")
        // A day that is older than its numbers are kept is not counted: its key would live for as long again.
        let isCounted = event.receivedAt.milliseconds(since: event.time) < statsMilliseconds
        command.add(Keys.statsPrefix, isCounted ? event.time.day : "")

        command.add(event.time.milliseconds)
        event.time.withISO8601 { command.add($0) }
        event.ulid.withText { command.add($0) }
        command.add("events:", event.type.rawValue)
        command.add { Self.appendMember(change, to: &$0) }
        command.add(change.description)

        if !event.emailIdentifies { command.add("apart") }
        if event.isProved, event.source == .browser { command.add("own") }
        if change.beginsAnew { command.add("anew") }
        if let hold = change.hold {
            command.add("hold")
            command.add(hold.due.map { String($0.milliseconds) } ?? "")
            command.add(hold.booking)
        }
        if let expectation = change.expectation {
            command.add("expect")
            command.add(expectation.lastStep.milliseconds)
            command.add(expectation.leaving.map { String($0.at.milliseconds) } ?? "")
            command.add(expectation.leaving.map { String($0.entries) } ?? "")
        }
        if let counter = change.counter {
            command.add("count")
            pair(counter, to: &command)
        }
        write(change.view, at: event.time, isCounted: isCounted, to: &command)
        if let funnel = change.funnel { write(funnel, of: event, to: &command) }
        if !change.fields.isEmpty {
            command.add("fields")
            for field in change.fields {
                command.add(field.name)
                command.add(field.value)
            }
        }
    }

    /// The timeline member from behind the contact's id on, which only the script knows.
    private static func appendMember(_ change: Change, to tail: inout [UInt8]) {
        let event = change.event
        func text(_ part: StaticString) { tail.appendJSON(raw: part) }
        text("\",\"type\":\"")
        tail.append(text: event.type.rawValue)
        text("\",\"description\":")
        tail.appendJSON(change.description)
        text(",\"timestamp\":\"")
        event.time.appendISO8601(to: &tail)
        text("\",\"event_id\":")
        tail.appendJSON(event.id.text)
        text(",\"data\":")
        tail.append(contentsOf: event.data.json)
        text(",\"session\":")
        tail.append(contentsOf: event.session.json)
        if event.source == .server { text(",\"source\":\"server\"") }
        text("}")
    }

    private func pair<Value: BinaryInteger>(_ pair: Change.Pair<Value>, to command: inout CommandBuffer) {
        command.add(pair.name)
        command.add(Int64(pair.value))
    }

    /// Adds the key of the event's mark, but for the customer where the id is that customer's alone.
    private func writeMark(of event: Event, to command: inout CommandBuffer) {
        switch event.namespace {
        case .browser, .customer: command.add(Keys.eventPrefix, event.id.text)
        case .escaped, .backend, .service: command.add(Keys.eventPrefix, event.namespace.prefix + event.id.text)
        }
    }

    private func write(
        _ view: Change.View?, at time: Timestamp, isCounted: Bool, to command: inout CommandBuffer
    ) {
        guard let view else { return }
        command.add("view")
        switch view {
        case .vehicle(let name):
            command.add(name)
            command.add(Keys.vehiclesOfContact)
            command.add(isCounted ? Keys.vehicles(month: time.month) : "")
        case .location(let name):
            command.add(name)
            command.add("")
            command.add(isCounted ? Keys.locations(month: time.month) : "")
        }
    }

    private func write(_ funnel: FunnelChange, of event: Event, to command: inout CommandBuffer) {
        command.add("funnel")
        command.add(funnel.booking.text)
        let mayBeCounted = funnel.counts || funnel.settledBy == .completed
        command.add(mayBeCounted && funnel.booking.isExact ? funnel.booking.text : "")
        if let moment = funnel.orderedAt {
            command.add("at")
            command.add(moment.milliseconds)
        }
        // A booking with an id is among those that were counted, which was asked for already.
        if let fact = funnel.settledBy, !(fact == .completed && funnel.booking.isExact) {
            command.add("settled")
            command.add(fact.rawValue)
            command.add(funnel.booking.kind.rawValue)
            command.add(funnel.booking.isExact ? "1" : "")
        }
        if let fact = funnel.settles { write(fact, of: [funnel.booking] + funnel.standIns, to: &command) }
        for moment in funnel.supersededBy {
            command.add("after")
            command.add(moment.rawValue)
        }
        for moment in funnel.remembers {
            command.add("keep")
            command.add(moment.rawValue)
        }
        if let status = funnel.status {
            command.add("status")
            command.add(status.rawValue)
            command.add(status.slug)
        }
        switch funnel.progress {
        case .unchanged: break
        case .enters(let step):
            command.add("enter")
            step.withUnsafeBufferPointer { command.add($0) }
        case .leaves: command.add("leave")
        }
        if funnel.counts {
            command.add("earn")
            command.add(funnel.revenue.cents)
        }
        for counter in funnel.counters {
            command.add("raise")
            pair(counter, to: &command)
        }
        for number in funnel.stats {
            command.add("tally")
            pair(number, to: &command)
        }
        if let cancels = funnel.cancels { write(cancels, reason: event.type.rawValue, to: &command) }
        if let task = funnel.task { write(task, of: event, to: &command) }
    }

    private func write(_ fact: Fact, of names: [BookingName], to command: inout CommandBuffer) {
        command.add("settle")
        command.add(fact.rawValue)
        command.add(names.contains(where: \.isExact) ? "1" : "")
        for name in names {
            command.add(name.kind.rawValue)
            command.add(name.text)
        }
        command.add(".")
    }

    private func write(_ cancels: FunnelChange.Cancellation, reason: String, to command: inout CommandBuffer) {
        command.add("cancel")
        command.add(cancels.type.rawValue)
        command.add(cancels.sameBooking ? "1" : "0")
        command.add(reason)
        command.add(cancels.type.isUrgent ? Keys.closedChannel : "")
    }

    private func write(_ task: SalesTask, of event: Event, to command: inout CommandBuffer) {
        command.add("task")
        command.add(task.type.rawValue)
        command.add(task.due.milliseconds)
        command.add(task.due.iso8601)
        command.add(task.created.milliseconds)
        command.add(task.created.iso8601)
        command.add(task.type.isUniquePerBooking ? "1" : "0")
        command.add(task.type.isUrgent ? Keys.urgentChannel : "")
        command.add(task.type.priority)
        command.add(task.type.title)
        command.add(task.description)
        command.add(event.id.text)
    }
}
