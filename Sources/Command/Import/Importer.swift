import Text
import CRM
import Loop
import Service
import Store

/// Takes past events from a file, one after the other, through the same door as all events.
///
/// Many are on the way at once. What is noted as done is done from the first line on without a gap, so that an import
/// that was stopped goes on where it has to; what is taken twice then is known by its id.
final class Importer {
    /// Events that are on the way at once: more do not make it faster.
    static let window = 128
    /// Bytes that are read at once.
    static let readBytes = 262_144
    /// How long Redis may be away, in milliseconds.
    static let patience: Int64 = 30_000

    /// Which events may open tasks.
    enum Tasks: String { case recent, all, none }

    private struct Entry {
        let line: LineSplitter.Line
        var change: Change?
        /// `nil` while it is on the way, or has to go again.
        var outcome: LineResult?
        var hasFailed = false
    }

    private enum LineResult {
        case empty
        case applied(Applied)
        case refused(String)
    }

    private let session: Session
    private let file: InputFile
    private let tasks: Tasks
    private let isStrict: Bool
    private let report: ImportReport
    private var splitter: LineSplitter
    private var ulids = ULIDGenerator()
    private var entries: [Entry] = []
    private var isAtEnd = false
    private var isStopping = false
    private var isHalted = false
    private var isFinished = false
    private var failure: String?
    private var away: Moment?
    private var lastTrouble = ""
    private var isWaiting = false
    private var done: (Int32) -> Void = { _ in }

    private var progress: ImportProgress
    private let first: ImportProgress

    init(
        _ session: Session, file: InputFile, from progress: ImportProgress, tasks: Tasks, isStrict: Bool
    ) {
        self.session = session
        self.file = file
        self.progress = progress
        first = progress
        self.tasks = tasks
        self.isStrict = isStrict
        report = ImportReport(from: progress, total: file.size, session.screen)
        splitter = LineSplitter(
            longest: session.settings.maxBodyBytes, lines: progress.lines, offset: progress.offset)
    }

    /// Imports until the end of the file, and tells the exit status.
    func start(_ done: @escaping (Int32) -> Void) {
        self.done = done
        if report.isImpatient { report.show(progress) }
        every(report.pause) { $0.report.show($0.progress) }
        every(1_000) { $0.save() }
        pump()
    }

    /// Ends in order: what is on the way is waited for.
    func stop() {
        isStopping = true
        pump()
    }

    // MARK: Reading

    /// Reads and sends as much as may be on the way, and ends when nothing is left.
    private func pump() {
        settle()
        while !isAtEnd, !isStopping, away == nil, entries.count < Self.window {
            guard let line = nextLine() else { break }
            take(line)
        }
        settle()
        if entries.isEmpty, isAtEnd || isStopping { finish() }
    }

    private func nextLine() -> LineSplitter.Line? {
        while true {
            if let line = splitter.next() { return line }
            guard file.isReady else {
                // A pipe into which nobody writes just now must not hold up the replies.
                wait(20)
                return nil
            }
            do throws(InputError) {
                let bytes = try file.read(Self.readBytes)
                guard bytes.isEmpty else {
                    splitter.add(bytes)
                    continue
                }
            } catch {
                end(because: "\(error)")
                return nil
            }
            isAtEnd = true
            return splitter.rest()
        }
    }

    private func take(_ line: LineSplitter.Line) {
        guard let text = line.text else {
            return settle(line, .refused("too_large: it has more than \(session.settings.maxBodyBytes) bytes"))
        }
        guard text.contains(where: { $0 > 0x20 }) else { return settle(line, .empty) }
        do throws(Rejection) {
            let event = try Event(text: text, arrival: arrival(of: text))
            let isHistory =
                switch tasks {
                case .all: false
                case .none: true
                case .recent: event.isTooLateForTask(at: session.now)
                }
            let change = session.settings.rules.change(for: isHistory ? Event(event, isHistory: true) : event)
            entries.append(Entry(line: line, change: change))
            send(entries.count - 1)
        } catch {
            if line.isLast, case .notJSON = error { return end(because: "the file ends within line \(line.number)") }
            settle(line, .refused("\(error.code): \(error.message)"))
        }
    }

    /// A line about which Redis need not be asked.
    private func settle(_ line: LineSplitter.Line, _ outcome: LineResult) {
        entries.append(Entry(line: line, outcome: outcome))
    }

    private func arrival(of text: [UInt8]) -> Arrival {
        // The same line is the same event, wherever it stands.
        let line = text.last == 13 ? text.dropLast() : text[...]
        let id = "import_" + Array(SHA256.hash(line).prefix(16)).lowercaseHex
        return Arrival(
            receivedAt: session.now, ulid: ulids.next(at: session.now), idempotencyKey: id, source: .backend,
            isArchived: true)
    }

    // MARK: Sending

    private func send(_ index: Int) {
        guard let change = entries[index].change else { return }
        let number = entries[index].line.number
        session.store.apply(change) { [unowned self] result in
            guard let index = entries.firstIndex(where: { $0.line.number == number }) else { return }
            switch result {
            case .success(let applied): entries[index].outcome = .applied(applied)
            case .failure(.refused(let reason)): entries[index].outcome = .refused("Redis refuses it: \(reason)")
            case .failure(.broken(let reason)):
                entries[index].outcome = .refused("Redis applied it in part; run crmsync check: \(reason)")
            case .failure(let error):
                entries[index].hasFailed = true
                lastTrouble = error.reason
                if away == nil { away = session.loop.now }
            }
            answered()
        }
    }

    private func answered() {
        guard away != nil else {
            if entries.count(where: { $0.outcome == nil }) <= Self.window / 2 { pump() }
            return
        }
        guard entries.allSatisfy({ $0.outcome != nil || $0.hasFailed }) else { return }
        if entries.contains(where: \.hasFailed) { return wait(200) }
        away = nil
        pump()
    }

    /// Sends again what failed, in order, when Redis is back; its ids make that harmless.
    private func retry(since: Moment) {
        settle()
        if isStopping || session.loop.now.since(since) > Self.patience * 1_000_000 {
            if !isStopping { failure = "Redis takes no events: \(lastTrouble)" }
            entries = []
            return finish()
        }
        guard session.store.isReady else { return wait(200) }
        let failed = entries.indices.filter { entries[$0].hasFailed }
        for index in failed { entries[index].hasFailed = false }
        for index in failed { send(index) }
    }

    private func wait(_ milliseconds: Int64) {
        guard !isWaiting else { return }
        isWaiting = true
        session.loop.schedule(after: milliseconds) { [unowned self] in
            isWaiting = false
            if let away { retry(since: away) } else { pump() }
        }
    }

    // MARK: What is done

    /// Counts the lines at the front that are done with.
    private func settle() {
        let count = entries.firstIndex { $0.outcome == nil } ?? entries.count
        for entry in entries[..<count] where !isHalted {
            if case .refused(let reason) = entry.outcome { report.refuse(entry.line.number, reason) }
            if isStrict, case .refused = entry.outcome {
                // It counts as not done, so that it can be mended; those behind it will be known by their ids.
                isHalted = true
                end(because: "stopped at line \(entry.line.number), which is refused")
                continue
            }
            progress.offset = entry.line.end
            progress.lines = entry.line.number
            switch entry.outcome {
            case .applied(let applied): progress.count(applied)
            case .refused: progress.refused += 1
            case .empty, nil: break
            }
        }
        entries.removeFirst(count)
    }

    private func end(because reason: String) {
        failure = failure ?? reason
        isStopping = true
    }

    private func every(_ milliseconds: Int64, _ action: @escaping (Importer) -> Void) {
        session.loop.schedule(after: milliseconds) { [weak self] in
            guard let self, !isFinished else { return }
            action(self)
            every(milliseconds, action)
        }
    }

    private func save() {
        guard file.size != nil else { return }
        do throws(InputError) { try progress.save(for: file) } catch { end(because: "\(error)") }
    }

    private func finish() {
        guard !isFinished else { return }
        isFinished = true
        save()
        report.sum(progress, on: session.screen)
        if let failure {
            done(CommandLineTool.fail(failure))
        } else if isAtEnd {
            done(progress.refused > first.refused ? ExitStatus.rejected : ExitStatus.done)
        } else {
            done(ExitStatus.interrupted)
        }
    }
}

extension ImportProgress {
    fileprivate mutating func count(_ fate: Applied) {
        switch fate {
        case .erased, .dropped: dropped += 1
        case .duplicate: known += 1
        case .deferred: applied += 1
        case .applied(let outcome):
            applied += 1
            if outcome.taskID != nil { tasks += 1 }
        }
    }
}
