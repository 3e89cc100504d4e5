import Foundation
@testable import TestSupport

/// A real Chromium without a window, driven over its DevTools protocol.
///
/// The protocol goes through two pipes (`--remote-debugging-pipe`): JSON messages with a zero byte behind each, from us
/// on the browser's descriptor 3, to us on its descriptor 4. Named pipes make that work with any way to start a
/// process.
final class Chromium {
    private let folder: TemporaryFolder
    private let process: ChildProcess
    private let input: Int32
    private let output: Int32
    private var received: [UInt8] = []
    private var lastID = 0
    /// Events of the protocol that came while something else was waited for.
    private(set) var events: [JSON] = []

    /// Starts a browser with a profile of its own.
    init() throws {
        folder = try TemporaryFolder()
        let pipes = ["in", "out"].map(folder.file)
        for pipe in pipes where mkfifo(pipe, 0o600) != 0 { throw Failure("no pipe: \(errno)") }
        // Opened for both directions, neither end waits for the other.
        input = open(pipes[0], O_RDWR | O_CLOEXEC)
        output = open(pipes[1], O_RDWR | O_CLOEXEC | O_NONBLOCK)
        let script = "exec 3<\"$0\" 4>\"$1\"; shift; exec chromium \"$@\""
        let arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-extensions", "--disable-background-networking", "--disable-component-update",
            "--remote-debugging-pipe", "--user-data-dir=\(folder.file("profile"))", "about:blank",
        ]
        process = try ChildProcess(
            "sh", ["-c", script] + pipes + arguments, environment: ["HOME": folder.path], output: folder.file("log"),
            errors: folder.file("log"))
        _ = try call("Browser.getVersion", within: 30)
    }

    deinit {
        process.killHard()
        close(input)
        close(output)
    }

    /// Ends the browser as the kernel or the battery does.
    func killHard() { process.killHard() }

    /// Storage of its own, shared by the tabs in it, as if for a person of its own.
    func newProfile() throws -> Profile {
        let answer = try call("Target.createBrowserContext", ["disposeOnDetach": .bool(false)])
        guard let id = answer["browserContextId"]?.string else { throw Failure("no context: \(answer.text)") }
        return Profile(browser: self, id: id)
    }

    /// Asks the browser for something and waits for its answer.
    @discardableResult
    func call(
        _ method: String, _ parameters: [String: JSON] = [:], session: String? = nil, within seconds: Double = 10
    ) throws -> JSON {
        let id = try send(method, parameters, session: session)
        let deadline = Deadline.after(seconds)
        while true {
            let message = try nextMessage(by: deadline, method)
            guard message["id"]?.number == Double(id) else {
                if message["method"] != nil { events.append(message) }
                // A page that never stops talking is no answer either.
                if deadline.hasPassed { throw Failure("waited in vain for \(method)") }
                continue
            }
            if let error = message["error"] { throw Failure("\(method): \(error.text)") }
            return message["result"] ?? .null
        }
    }

    /// Asks for something whose answer may never come, such as the end of the page that would give it.
    @discardableResult
    func send(_ method: String, _ parameters: [String: JSON] = [:], session: String? = nil) throws -> Int {
        lastID += 1
        var message: [String: JSON] = ["id": .number(Double(lastID)), "method": .string(method)]
        message["params"] = .object(parameters)
        message["sessionId"] = session.map { .string($0) }
        let bytes = Array(JSON.object(message).text.utf8) + [0]
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Failure("the browser takes no message") }
            sent += count
        }
        return lastID
    }

    private func nextMessage(by deadline: Deadline, _ what: String) throws -> JSON {
        while true {
            if let end = received.firstIndex(of: 0) {
                defer { received.removeFirst(end + 1) }
                return try JSON(parsing: String(decoding: received[..<end], as: UTF8.self))
            }
            var entry = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, min(200, deadline.millisecondsLeft)) > 0 else {
                if let end = process.poll() { throw Failure("the browser ended (\(end)): \(log)") }
                if deadline.hasPassed { throw Failure("waited in vain for \(what)") }
                continue
            }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = read(output, &buffer, buffer.count)
            if count > 0 { received += buffer[..<count] }
        }
    }

    private var log: String { (try? String(contentsOfFile: folder.file("log"), encoding: .utf8)) ?? "" }
}

/// A person with a browser: cookies and storage that nobody else sees.
final class Profile {
    fileprivate let browser: Chromium
    private let id: String

    fileprivate init(browser: Chromium, id: String) {
        self.browser = browser
        self.id = id
    }

    deinit { _ = try? browser.call("Target.disposeBrowserContext", ["browserContextId": .string(id)]) }

    /// Opens a tab and waits until its page has loaded. `before` is a script that runs before any of the pages' own.
    func open(_ url: String, before script: String? = nil) throws -> Tab {
        let created = try browser.call(
            "Target.createTarget", ["url": "about:blank", "browserContextId": .string(id)])
        guard let target = created["targetId"] else { throw Failure("no tab: \(created.text)") }
        let attached = try browser.call("Target.attachToTarget", ["targetId": target, "flatten": .bool(true)])
        guard let session = attached["sessionId"]?.string else { throw Failure("no session: \(attached.text)") }
        let tab = Tab(profile: self, target: target, session: session)
        for domain in ["Page", "Network"] { try tab.call(domain + ".enable") }
        if let script { try tab.call("Page.addScriptToEvaluateOnNewDocument", ["source": .string(script)]) }
        try tab.go(url)
        return tab
    }
}

/// One tab.
final class Tab {
    private let profile: Profile
    private let target: JSON
    private let session: String
    private var browser: Chromium { profile.browser }

    fileprivate init(profile: Profile, target: JSON, session: String) {
        self.profile = profile
        self.target = target
        self.session = session
    }

    @discardableResult
    func call(_ method: String, _ parameters: [String: JSON] = [:]) throws -> JSON {
        try browser.call(method, parameters, session: session)
    }

    /// Goes to an address, as if it had been typed, and waits for the page.
    func go(_ url: String) throws {
        try call("Page.navigate", ["url": .string(url)])
        try awaits("document.readyState === 'complete' && location.href === \(JSON.string(url).text)")
    }

    /// Presses the browser's own button, impatiently perhaps, and waits for the page.
    func reload(presses: Int = 1, awaitsPage: Bool = true) throws {
        try run("window.isOld = true")
        for _ in 1...presses { try browser.send("Page.reload", session: session) }
        guard awaitsPage else { return }
        try awaits("!window.isOld && document.readyState === 'complete'")
    }

    /// Presses the browser's back button, and waits for the page.
    func back(to path: String) throws {
        let history = try call("Page.getNavigationHistory")
        let index = Int(history["currentIndex"]?.number ?? 0)
        guard let entry = history["entries"]?.array?[index - 1]["id"] else { throw Failure("no way back") }
        try call("Page.navigateToHistoryEntry", ["entryId": entry])
        try awaits("document.readyState === 'complete' && location.pathname === '\(path)'")
    }

    /// How a tab ends.
    enum End: CaseIterable, Sendable {
        /// By its cross, or with its window: `beforeunload` is asked first.
        case closed
        /// Without asking the page.
        case discarded
        /// By an address typed, to another site.
        case navigated
    }

    func end(_ end: End, other: String = "about:blank") throws {
        switch end {
        case .closed: try browser.send("Page.close", session: session)
        case .discarded:
            // The tracker takes a page that it has known for less than 300 ms for one on its way to the next.
            try run("new Promise((done) => setTimeout(done, 350))")
            try browser.call("Target.closeTarget", ["targetId": target])
        case .navigated: try browser.send("Page.navigate", ["url": .string(other)], session: session)
        }
    }

    /// Runs a script in the page and gives its value.
    @discardableResult
    func run(_ script: String) throws -> JSON {
        let answer = try call(
            "Runtime.evaluate",
            ["expression": .string(script), "awaitPromise": .bool(true), "returnByValue": .bool(true)])
        if let problem = answer["exceptionDetails"] { throw Failure("\(script): \(problem.text)") }
        return answer["result"]?["value"] ?? .null
    }

    /// Waits until a script's value is true. A page that is on its way out or in gives none yet.
    func awaits(_ script: String, within seconds: Double = 10) throws {
        try eventually("in the page: \(script)", within: seconds) { (try? run(script)) == .bool(true) }
    }

    /// Clicks as a person does, with the user's activation and all.
    func click(_ selector: String) throws {
        let found = try run(
            "(() => { const e = document.querySelector('\(selector)'); e.scrollIntoView(); const r = "
                + "e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] })()")
        guard let place = found.array else { throw Failure("no \(selector)") }
        for type in ["mousePressed", "mouseReleased"] {
            try call(
                "Input.dispatchMouseEvent",
                ["type": .string(type), "x": place[0], "y": place[1], "button": "left", "clickCount": 1])
        }
    }

    /// Types a text into what has the focus.
    func type(_ text: String) throws { try call("Input.insertText", ["text": .string(text)]) }

    /// Presses a key, as DOM and as Windows number them.
    func press(_ key: String, code: Double) throws {
        let name: [String: JSON] = ["key": .string(key), "code": .string(key), "windowsVirtualKeyCode": .number(code)]
        let text: [String: JSON] = key == "Enter" ? ["text": "\r"] : [:]
        try call("Input.dispatchKeyEvent", name.merging(text) { $1 }.merging(["type": "keyDown"]) { $1 })
        try call("Input.dispatchKeyEvent", name.merging(["type": "keyUp"]) { $1 })
    }

    /// What the browser has told of this tab under that name, in order.
    func told(_ method: String) -> [JSON] {
        browser.events.filter { $0["method"]?.string == method && $0["sessionId"]?.string == session }
            .compactMap { $0["params"] }
    }

    /// What the pages of this tab have asked the network for since it was opened.
    var requests: [String] { told("Network.requestWillBeSent").compactMap { $0["request"]?["url"]?.string } }
}
