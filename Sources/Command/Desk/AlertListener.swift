import Text
import CRM
import Glibc
import Redis
import Service
import Store

/// Reports urgent tasks: first those that are open, then those that open and close.
final class AlertListener {
    private let session: Session
    private let isJSON: Bool
    private let program: String?
    private var subscriber: Subscriber?
    private var known: Set<String> = []

    init(_ session: Session, isJSON: Bool, program: String?) {
        self.session = session
        self.isJSON = isJSON
        self.program = program
    }

    func listen() {
        subscriber = Subscriber(
            url: session.settings.redis, loop: session.loop, channels: Keys.alertChannels,
            listening: { [unowned self] in catchUp() },
            heard: { [unowned self] channel, text in
                report(Array(text.utf8), isOpen: Keys.isUrgentChannel(channel))
            }
        )
    }

    /// Reads what is open, page by page.
    private func catchUp(_ open: [DeskTask] = [], after cursor: Cursor? = nil) {
        let list = TaskList(.open, priority: TaskType.abandonedBooking.priority)
        session.reader.tasks(list, limit: Reader.maxPage, after: cursor, now: session.now) {
            [unowned self] result in
            switch result {
            case .success(let page) where page.next == nil: report(open + page.items)
            case .success(let page): catchUp(open + page.items, after: page.next)
            case .failure: session.loop.schedule(after: 1000) { [weak self] in self?.catchUp() }
            }
        }
    }

    /// Reports what is open and not known yet, then what was closed while nobody listened.
    private func report(_ open: [DeskTask]) {
        for task in open.reversed() where !known.contains(task.task["id"] ?? "") {
            report(Printout.alert(task), isOpen: true)
        }
        let missing = known.subtracting(open.compactMap { $0.task["id"] })
        session.reader.tasks(named: Array(missing)) { [unowned self] result in
            guard case .success(let tasks) = result else { return }
            // One that opened in this very moment is not closed, although it was not among the open ones.
            for task in tasks where task.task["status"] != "open" {
                report(Printout.alert(task), isOpen: false)
            }
            for id in missing.subtracting(tasks.compactMap { $0.task["id"] }) {
                report(Printout.alert(.gone(id)), isOpen: false)
            }
        }
    }

    private func report(_ alert: [UInt8], isOpen: Bool) {
        let screen = session.screen
        alert.withUnsafeBufferPointer { bytes in
            let root = try? JSONDocument.parse(bytes).root
            let task = root?.member("task")
            func field(_ value: JSONValue?) -> String { value?.string ?? "" }
            let id = field(task?.member("id"))
            if isOpen { known.insert(id) } else { known.remove(id) }
            guard !isJSON else { return }
            let contact = root?.member("contact")
            let name = [
                contact?.member("first_name"), contact?.member("last_name"), contact?.member("phone"),
                contact?.member("email"),
            ]
            let head = isOpen ? Screen.Part("URGENT \(id)", .red) : Screen.Part("closed \(id)", .green)
            let what = isOpen ? field(task?.member("description")) : field(task?.member("closed_reason"))
            screen.parts([
                head, Screen.Part(name.map(field).filter { !$0.isEmpty }.joined(separator: " ")), Screen.Part(what),
            ])
        }
        if isJSON { screen.json(alert) }
        screen.flush()
        if isOpen, let program { run(program, alert) }
    }

    /// One after another, so that a burst of alerts is no burst of processes.
    private func run(_ program: String, _ alert: [UInt8]) {
        guard let pipe = popen(program, "w") else {
            _ = CommandLineTool.fail("cannot run \(program)")
            return
        }
        fwrite(alert + [10], 1, alert.count + 1, pipe)
        let status = pclose(pipe)
        if status != 0 { _ = CommandLineTool.fail("\(program) ended with status \(status >> 8)") }
    }
}
