import CRM
import HTTP
import Loop
import Store

/// What can be listened to.
enum Stream {
    /// Urgent tasks as they open and close, from behind this id on.
    case alerts(lastEventID: String)
    /// Events and their verdicts.
    case events
    /// Everything about a contact.
    case export(String)
}

/// One worker's streams.
final class Streams {
    /// How often everybody is told that a stream lives, in milliseconds.
    static let heartbeat: Int64 = 15_000
    /// How often new events are looked for while somebody listens, in milliseconds: cheaper for the receivers of events
    /// than telling each worker of each event.
    static let look: Int64 = 200

    private let alerts: AlertStream
    private let reader: Reader
    private let log: Log
    private let state: ServiceState
    private let loop: EventLoop
    private let most: Int
    private var watchers: [ObjectIdentifier: ClientConnection] = [:]
    private var next = 0
    private var beats = false

    init(settings: Settings, state: ServiceState, loop: EventLoop, store: Store, log: Log) {
        reader = Reader(store)
        self.log = log
        self.state = state
        self.loop = loop
        most = settings.maxListeners
        alerts = AlertStream(url: settings.redis, loop: loop, store: store)
    }

    /// Sends what is queued to Redis.
    func flush() { alerts.flush() }

    /// Answers `ticket` with a stream.
    func open(_ stream: Stream, on client: ClientConnection, _ ticket: ClientConnection.Ticket) {
        guard state.listeners.add(1, ordering: .relaxed).newValue <= most else {
            state.listeners.subtract(1, ordering: .relaxed)
            return client.answer(ticket, ServerSentEvent.tooMany)
        }
        if case .export(let id) = stream {
            return ExportStream.open(
                id, reader: reader, on: client, ticket, at: state.clock.now(loop), log: log,
                ended: { [state] in state.listeners.subtract(1, ordering: .relaxed) })
        }
        client.stream(ticket, ServerSentEvent.head) { [weak self, weak client] in
            guard let self, let client else { return }
            state.listeners.subtract(1, ordering: .relaxed)
            watchers[ObjectIdentifier(client)] = nil
            alerts.remove(client)
        }
        switch stream {
        case .alerts(let last): alerts.add(client, lastEventID: last)
        case .events: addWatcher(client)
        case .export: break
        }
        if !beats { beat() }
        beats = true
    }

    /// Ends all alerts and live events; browsers connect again by themselves.
    func closeAll() {
        for client in alerts.clients + watchers.values { client.close() }
    }

    private func beat() {
        loop.schedule(after: Self.heartbeat) { [weak self] in
            guard let self else { return }
            alerts.beat()
            for client in Array(watchers.values) { client.send(ServerSentEvent.heartbeat) }
            beat()
        }
    }

    private func addWatcher(_ client: ClientConnection) {
        client.send(ServerSentEvent.opening)
        if watchers.isEmpty {
            next = 0
            watchers[ObjectIdentifier(client)] = client
            poll()
        } else {
            // The others have these already.
            for entry in state.feed.entries(from: 0) where entry.number < next { client.send(Self.event(entry)) }
            watchers[ObjectIdentifier(client)] = client
        }
    }

    private func poll() {
        guard !watchers.isEmpty else { return }
        let entries = state.feed.entries(from: next)
        if let last = entries.last { next = last.number + 1 }
        for entry in entries {
            let bytes = Self.event(entry)
            for client in Array(watchers.values) { client.send(bytes) }
        }
        loop.schedule(after: Self.look) { [weak self] in self?.poll() }
    }

    private static func event(_ entry: EventFeed.Entry) -> [UInt8] {
        ServerSentEvent(name: "event", id: String(entry.number), data: entry.json).bytes
    }
}
