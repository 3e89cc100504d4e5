import CRM

/// What the operator can choose about how events are kept.
public struct Retention: Sendable {
    /// Entries kept of each timeline, the newest.
    public var timelineLimit: Int
    /// Seconds that an event id is remembered.
    public var dedupeSeconds: Int64
    /// Seconds that the numbers of days and months are kept.
    public var statsSeconds: Int64 = 400 * 86_400

    /// How events are kept.
    public init(timelineLimit: Int = 1000, dedupeSeconds: Int64 = 48 * 3600) {
        self.timelineLimit = timelineLimit
        self.dedupeSeconds = dedupeSeconds
    }
}

/// Lays a change out as the arguments of `apply.lua`; the order is the one in the head of that script.
package struct Arguments {
    /// Most names in a contact's own ranking, and in a ranking of all: names come from outside.
    static let mostNamesOfContact: Int64 = 100
    static let mostNamesOfMonth: Int64 = 10_000

    let retention: Retention

    /// A layout for what the operator chose.
    package init(retention: Retention) { self.retention = retention }

    private static let newContact: String = {
        var json: [UInt8] = [UInt8(ascii: "[")]
        for (index, field) in Rules.newContact.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            json.appendJSON(field.name)
            json.append(UInt8(ascii: ","))
            json.appendJSON(field.value)
        }
        json.append(UInt8(ascii: "]"))
        return String(decoding: json, as: UTF8.self)
    }()

    /// Adds keys and arguments behind `EVALSHA <script>`.
    package func write(_ change: Change, to command: inout CommandBuffer) {
        let event = change.event
        let ulid = event.ulid.description
        command.add(4)
        command.add(Keys.event(event.id.text))
        command.add(Keys.customer(event.customer.id?.text ?? ""))
        command.add(Keys.email(event.customer.email?.text ?? ""))
        command.add(Keys.stats(day: event.time.day))

        command.add(event.time.milliseconds)
        command.add(event.time.iso8601)
        command.add("contact_" + ulid)
        command.add(retention.dedupeSeconds)
        command.add(Int64(retention.timelineLimit))
        command.add(event.customer.id?.text ?? "")
        command.add(event.customer.email?.text ?? "")
        command.add(event.emailIdentifies ? "1" : "0")
        command.add(Rules.firstStatus.rawValue)
        command.add(Rules.firstStatus.slug)
        command.add(Self.newContact)
        writeMember(change, ulid: ulid, to: &command)
        command.add(retention.statsSeconds)
        command.add(change.beginsAnew ? "1" : "0")

        pairs(change.fields, to: &command)
        pairs(change.counters, to: &command)
        command.add(2)
        command.add("events")
        command.add(1)
        command.add("events:" + event.type.rawValue)
        command.add(1)
        views(change.views, month: event.time.month, to: &command)
        command.add(change.expectedStep.map { String($0.milliseconds) } ?? "")
        if let funnel = change.funnel {
            command.add(1)
            write(funnel, event: event, ulid: ulid, to: &command)
        } else {
            command.add(0)
        }
    }

    /// The timeline member in two parts: the script puts the contact's id between them.
    private func writeMember(_ change: Change, ulid: String, to command: inout CommandBuffer) {
        let event = change.event
        command.add("{\"id\":\"activity_\(ulid)\",\"contact_id\":\"")
        var tail: [UInt8] = []
        tail.reserveCapacity(256 + event.data.json.count + event.session.json.count)
        func text(_ part: StaticString) { tail.appendJSON(raw: part) }
        text("\",\"type\":\"")
        tail.append(contentsOf: event.type.rawValue.utf8)
        text("\",\"description\":")
        tail.appendJSON(change.description)
        text(",\"timestamp\":\"")
        tail.append(contentsOf: event.time.iso8601.utf8)
        text("\",\"event_id\":")
        tail.appendJSON(event.id.text)
        text(",\"data\":")
        tail.append(contentsOf: event.data.json)
        text(",\"session\":")
        tail.append(contentsOf: event.session.json)
        if event.source == .server { text(",\"source\":\"server\"") }
        text("}")
        tail.withUnsafeBufferPointer { command.add($0) }
    }

    private func pairs(_ pairs: [Change.Pair<String>], to command: inout CommandBuffer) {
        command.add(Int64(pairs.count))
        for pair in pairs {
            command.add(pair.name)
            command.add(pair.value)
        }
    }

    private func pairs<Value: BinaryInteger>(_ pairs: [Change.Pair<Value>], to command: inout CommandBuffer) {
        command.add(Int64(pairs.count))
        for pair in pairs {
            command.add(pair.name)
            command.add(Int64(pair.value))
        }
    }

    private func views(_ views: [Change.View], month: String, to command: inout CommandBuffer) {
        command.add(Int64(views.count))
        for view in views {
            let (key, scope, name, limit, seconds): (String, String, String, Int64, Int64) =
                switch view {
                case .contactVehicle(let name): (Keys.vehiclesOfContact, "contact", name, Self.mostNamesOfContact, 0)
                case .monthVehicle(let name):
                    (Keys.vehicles(month: month), "shared", name, Self.mostNamesOfMonth, retention.statsSeconds)
                case .monthLocation(let name):
                    (Keys.locations(month: month), "shared", name, Self.mostNamesOfMonth, retention.statsSeconds)
                }
            command.add(key)
            command.add(scope)
            command.add(name)
            command.add(limit)
            command.add(seconds)
        }
    }

    private func write(_ funnel: FunnelChange, event: Event, ulid: String, to command: inout CommandBuffer) {
        command.add(funnel.booking)
        command.add(funnel.bookingID ?? "")
        command.add(funnel.counts ? "1" : "0")
        command.add(Int64(funnel.supersededBy.count))
        for moment in funnel.supersededBy { command.add(moment.rawValue) }
        command.add(Int64(funnel.remembers.count))
        for moment in funnel.remembers { command.add(moment.rawValue) }
        command.add(funnel.status?.rawValue ?? "")
        command.add(funnel.status?.slug ?? "")
        switch funnel.progress {
        case .unchanged:
            command.add("")
            command.add("")
        case .enters(let step):
            command.add("enter")
            step.withUnsafeBufferPointer { command.add($0) }
        case .leaves:
            command.add("leave")
            command.add("")
        }
        pairs(funnel.counters, to: &command)
        command.add(funnel.revenue.cents)
        pairs(funnel.stats, to: &command)
        write(funnel.cancels, reason: event.type.rawValue, to: &command)
        write(funnel.task, event: event, booking: funnel.booking, ulid: ulid, to: &command)
    }

    private func write(_ cancels: FunnelChange.Cancellation?, reason: String, to command: inout CommandBuffer) {
        command.add(cancels?.type.rawValue ?? "")
        command.add(cancels?.sameBooking == true ? "1" : "0")
        command.add(reason)
        command.add(cancels?.type.isUrgent == true ? Keys.closedChannel : "")
    }

    private func write(
        _ task: SalesTask?, event: Event, booking: String, ulid: String, to command: inout CommandBuffer
    ) {
        guard let task else { return command.add(0) }
        let fields: [Change.Pair<String>] = [
            ("title", task.type.title), ("description", task.description), ("priority", task.type.priority),
            ("due_at", task.due.iso8601), ("created_at", event.time.iso8601), ("event_id", event.id.text),
            ("booking", booking),
        ]
        pairs(fields, to: &command)
        command.add("task_" + ulid)
        command.add(task.type.rawValue)
        command.add(task.due.milliseconds)
        command.add(task.type.isUniquePerBooking ? "1" : "0")
        command.add(task.type.isUrgent ? Keys.urgentChannel : "")
    }
}
