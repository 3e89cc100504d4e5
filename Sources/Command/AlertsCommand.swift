import Redis
import CRM
import Glibc
import Service
import Store

/// `crmsync alerts`: urgent tasks as they open and close, for as long as somebody looks.
///
/// First what is open, then what happens. After a loss of Redis it comes back by itself and catches up.
enum AlertsCommand {
    /// Runs the command; `nil` when its words are not understood.
    static func run(_ words: [String], _ environment: [String: String]) -> Int32? {
        guard let options = Options(words, flags: ["--json"], values: ["--exec"]), options.rest.isEmpty else {
            return nil
        }
        var listener: AlertListener?
        return Session.run(environment, waits: true) { session in
            listener = AlertListener(session, isJSON: options.has("--json"), program: options.value("--exec"))
            listener?.listen()
        }
    }

    private final class AlertListener {
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
                    print(alert: Array(text.utf8), isOpen: Keys.isUrgentChannel(channel))
                }
            )
        }

        /// Reads what is open, page by page.
        private func catchUp(_ open: [DeskTask] = [], after cursor: Cursor? = nil) {
            let list = TaskList(.open, priority: TaskType.abandonedBooking.priority)
            session.reader.tasks(list, limit: Reader.maxPage, after: cursor, now: session.now) {
                [unowned self] result in
                switch result {
                case .success(let page) where page.next == nil: bring(open + page.items)
                case .success(let page): catchUp(open + page.items, after: page.next)
                case .failure: session.loop.schedule(after: 1000) { [weak self] in self?.catchUp() }
                }
            }
        }

        /// Tells what is open and not known yet, then what was closed while nobody listened.
        private func bring(_ open: [DeskTask]) {
            for task in open.reversed() where !known.contains(task.task["id"] ?? "") {
                print(alert: Printout.alert(task), isOpen: true)
            }
            let missing = known.subtracting(open.compactMap { $0.task["id"] })
            session.reader.tasks(named: Array(missing)) { [unowned self] result in
                guard case .success(let tasks) = result else { return }
                // One that opened in this very moment is not closed, although it was not among the open ones.
                for task in tasks where task.task["status"] != "open" {
                    print(alert: Printout.alert(task), isOpen: false)
                }
                for id in missing.subtracting(tasks.compactMap { $0.task["id"] }) {
                    print(alert: Printout.alert(.gone(id)), isOpen: false)
                }
            }
        }

        private func print(alert: [UInt8], isOpen: Bool) {
            let screen = session.screen
            alert.withUnsafeBufferPointer { bytes in
                let root = try? JSONDocument.parse(bytes).root
                let task = root?.member("task")
                func field(_ value: JSONValue?) -> String { Screen.plain(value?.string ?? "") }
                let id = field(task?.member("id"))
                if isOpen { known.insert(id) } else { known.remove(id) }
                guard !isJSON else { return }
                let contact = root?.member("contact")
                let name = [
                    contact?.member("first_name"), contact?.member("last_name"), contact?.member("phone"),
                    contact?.member("email"),
                ]
                let head = isOpen ? screen.paint("URGENT", .red) : screen.paint("closed", .green)
                let what = isOpen ? field(task?.member("description")) : field(task?.member("closed_reason"))
                screen.line("\(head) \(id)  \(name.map(field).filter { !$0.isEmpty }.joined(separator: " "))  \(what)")
            }
            if isJSON { screen.raw(alert) }
            screen.flush()
            if isOpen, let program { run(program, alert) }
        }

        /// One after the other, so that a burst of alerts is no burst of processes.
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
}
