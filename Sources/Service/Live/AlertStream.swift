import Text
import Redis
import CRM
import HTTP
import Loop
import Store

/// One worker's listeners to urgent tasks, and the one connection to Redis that feeds them.
///
/// The connection is made for the first listener and closed after the last. Each listener gets the open urgent tasks
/// that it does not know, a list of all that are open (what it knows beyond them is closed), and from then on what
/// happens. The same is done again when the connection was lost.
final class AlertStream {
    /// Most open tasks that a listener catches up with, the latest.
    static let maxCaughtUp = 200
    /// Bytes of these tasks, the latest: with more than it may let wait a listener would be dropped each time it comes
    /// back.
    static let maxCaughtUpBytes = ClientConnection.maxOutput / 2

    private final class Listener {
        let client: ClientConnection
        /// The latest task that it knows; empty: none.
        var last: String
        /// What came while it was catching up; `nil` when it is up to date.
        var waiting: [ServerSentEvent]? = []
        var waitingBytes = 0

        init(_ client: ClientConnection, last: String) {
            self.client = client
            self.last = last
        }
    }

    private let url: RedisURL
    private let loop: EventLoop
    private let reader: Reader
    private var subscriber: Subscriber?
    private var isListening = false
    private var listeners: [ObjectIdentifier: Listener] = [:]

    init(url: RedisURL, loop: EventLoop, store: Store) {
        self.url = url
        self.loop = loop
        reader = Reader(store)
    }

    /// Begins to feed a client that has its head already.
    func add(_ client: ClientConnection, lastEventID: String) {
        listeners[ObjectIdentifier(client)] = Listener(client, last: lastEventID)
        client.send(ServerSentEvent.opening)
        if subscriber == nil {
            subscriber = Subscriber(
                url: url, loop: loop, channels: Keys.alertChannels,
                listening: { [unowned self] in
                    isListening = true
                    catchUp()
                }, heard: { [unowned self] in hear($0, $1) })
        } else if isListening {
            catchUp()
        }
    }

    /// Forgets a client that is gone.
    func remove(_ client: ClientConnection) {
        listeners[ObjectIdentifier(client)] = nil
        guard listeners.isEmpty else { return }
        subscriber?.close()
        subscriber = nil
        isListening = false
    }

    /// Tells everybody that the stream lives.
    func beat() {
        for listener in Array(listeners.values) { listener.client.send(ServerSentEvent.heartbeat) }
    }

    /// All who listen.
    var clients: [ClientConnection] { listeners.values.map(\.client) }

    /// Sends what is queued to Redis.
    func flush() { subscriber?.flush() }

    private func hear(_ channel: String, _ text: String) {
        let event = ServerSentEvent(
            name: Keys.isUrgentChannel(channel) ? "urgent" : "closed",
            id: Keys.isUrgentChannel(channel) ? Self.taskID(text) : nil, data: Array(text.utf8))
        for listener in Array(listeners.values) {
            if listener.waiting != nil {
                listener.waiting?.append(event)
                listener.waitingBytes += event.data.count
                if listener.waitingBytes > ClientConnection.maxOutput { listener.client.close() }
            } else {
                send(event, to: listener)
            }
        }
    }

    private func send(_ event: ServerSentEvent, to listener: Listener) {
        if let id = event.id { listener.last = max(id, listener.last) }
        listener.client.send(event.bytes)
    }

    /// One reading for all who need it.
    private func catchUp() {
        for listener in listeners.values where listener.waiting == nil { listener.waiting = [] }
        let now = Timestamp(clamping: loop.wallClock)
        let list = TaskList(.open, priority: TaskType.abandonedBooking.priority)
        reader.tasks(list, limit: Self.maxCaughtUp, after: nil, now: now) { [weak self] result in
            guard let self else { return }
            switch result {
            case .success(let page):
                for listener in Array(listeners.values) where listener.waiting != nil {
                    bring(page.items, to: listener)
                }
            case .failure:
                // Redis is away or ill; the commands of this worker's own connection come back by themselves.
                loop.schedule(after: 1000) { [weak self] in
                    if let self, isListening, !listeners.isEmpty { catchUp() }
                }
            }
        }
    }

    private func bring(_ tasks: [DeskTask], to listener: Listener) {
        let known = listener.last
        let inOrder = tasks.map { ($0, $0.task["id"] ?? "") }.sorted { $0.1 < $1.1 }
        var news: [ServerSentEvent] = []
        var bytes = 0
        for (task, id) in inOrder.reversed() where id > known || task.task["reopened_at"] != nil {
            var body = JSONBody()
            body.add("task", task.task)
            body.add("contact", task.contact)
            let event = ServerSentEvent(name: "urgent", id: id, data: body.finished)
            bytes += event.data.count
            guard bytes <= Self.maxCaughtUpBytes else { break }
            news.append(event)
        }
        for event in news.reversed() { send(event, to: listener) }
        let told = Set(news.compactMap(\.id))
        var open = JSONBody()
        open.add("open", list: inOrder) { $1.appendJSON($0.1) }
        send(ServerSentEvent(name: "open", data: open.finished), to: listener)
        let waiting = listener.waiting ?? []
        listener.waiting = nil
        listener.waitingBytes = 0
        for event in waiting where event.id.map({ !told.contains($0) }) ?? true { send(event, to: listener) }
    }

    /// The id of the task in a message, `{"task":{…,"id":"task_…",…},"contact":…}`.
    private static func taskID(_ message: String) -> String? {
        var message = message
        return message.withUTF8 { bytes in
            (try? JSONDocument.parse(bytes))?.root.member("task")?.member("id")?.string
        }
    }
}
