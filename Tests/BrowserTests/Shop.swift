import Foundation
import Synchronization
import Testing
@testable import TestSupport

/// One shop on the web: a Redis, the service, a website that loads its tracker, and a visitor's browser.
final class Shop {
    static let base = "/make-server-b43c05fb"
    /// Starting a browser takes a second: all tests share one, each with a profile of its own, one after the other.
    private nonisolated(unsafe) static var browser: Chromium?

    let redis: PrivateRedis
    let client: RedisClient
    let site: Pages
    private(set) var visitor: Profile
    private(set) var receiver: Receiver
    private let settings: [String: String]

    /// - Parameters:
    ///   - tag: attributes of the script tag.
    ///   - headers: headers of all pages.
    init(_ settings: [String: String] = [:], tag: String = "", headers: [(String, String)] = []) throws {
        let redis = try PrivateRedis()
        let port = try settings["PORT"].flatMap(Int.init) ?? freePort()
        self.redis = redis
        self.settings = settings.merging(["PORT": String(port)]) { own, _ in own }
        receiver = try Receiver(redis: redis.url, settings: self.settings)
        client = try redis.client()
        let tracker = "http://127.0.0.1:\(port)\(Self.base)/tracker.js"
        site = try Pages { path, _ in
            guard let body = Self.bodies[path] else { return nil }
            let script = path == "/module" ? "" : "<script defer src=\"\(tracker)\" \(tag)></script>"
            return .init(body: "<!doctype html><title>Shop</title>\(script)\(body)", headers: headers)
        }
        visitor = try Self.running().newProfile()
    }

    private static func running() throws -> Chromium {
        if let browser { return browser }
        let started = try Chromium()
        browser = started
        return started
    }

    /// The browser ends at once, and the visitor starts another.
    func killBrowser() {
        Self.browser?.killHard()
        Self.browser = nil
    }

    func newVisitor() throws { visitor = try Self.running().newProfile() }

    deinit {
        // A visitor who is still there would go on sending to a port that may be another test's by then.
        receiver.killHard()
    }

    /// The whole world of the tests: any page, any step of a booking.
    private static let bodies = [
        "/": "<a id=cars href=/cars>cars</a> <a id=book href=/book/1>book</a>",
        "/cars": """
        <main data-crm-vehicle-id="car_789" data-crm-vehicle-name="Toyota Camry">
        <div data-crm-event="vehicle.viewed"></div>
        <button id=ask data-crm-event="chat.message" data-crm-topic="this car">ask</button>
        <form id=search data-crm-event="search.performed" onsubmit="return false" action="/cars">
        <input data-crm-field="location" value="Airport"> <input name=q value="private words">
        <input type=radio name=g data-crm-field="gearbox" value="manual" checked>
        <input type=radio name=g data-crm-field="gearbox" value="automatic">
        <input type=checkbox data-crm-field="child_seat" value="yes">
        <input type=password data-crm-field="hidden_word" value="hunter2"><button id=find>find</button></form></main>
        """,
        "/book/1": "<a id=next href=/book/2>next</a> <a id=away href=/cars>cars</a> <a id=out href=/>home</a>",
        "/book/2": "<a id=back href=/book/1>back</a>",
        "/pay": "<p>pay</p>",
        "/module": "<p>a page without the tag</p>",
    ]

    /// The service ends as in a power cut, and comes back on the same port.
    func killService() { receiver.killHard() }
    func startService() throws { receiver = try Receiver(redis: redis.url, settings: settings) }

    var dashboard: String { "http://127.0.0.1:\(receiver.port)\(Self.base)/admin" }
    var tracker: String { "http://127.0.0.1:\(receiver.port)\(Self.base)/tracker.js" }

    /// Opens a tab on the site in which John has logged in, and waits until the CRM knows.
    func openAsJohn(_ path: String = "/", before script: String? = nil) throws -> Tab {
        let tab = try visitor.open(site.home + path, before: script)
        try tab.run(Self.john)
        _ = try john()
        return tab
    }

    static let john = "crm.identify({ id: 'user123', email: 'john@example.com', name: 'John Doe' })"
    static let camry = "{ booking_id: 'b1', vehicle_name: 'Toyota Camry', total_amount: 450 }"

    /// John's contact, as soon as it is there.
    @discardableResult
    func john() throws -> [String: String] {
        try eventually("John is in the CRM") { try id != nil }
        return try client.hash("crm_contact_\(id ?? "")")
    }

    private var id: String? { get throws { try client.run("GET", "crm_contact_email_john@example.com").text } }

    /// John's timeline, oldest first.
    func timeline() throws -> [JSON] {
        try client.sortedSet("crm_activity_\(try id ?? "")").map { try JSON(parsing: $0.member) }
    }

    /// The types of somebody's events, oldest first.
    func types(of email: String) throws -> [String] { try timeline(of: email).compactMap { $0["type"]?.string } }
    func timeline(of email: String) throws -> [JSON] {
        let id = try client.run("GET", "crm_contact_email_\(email)").text ?? ""
        return try client.sortedSet("crm_activity_\(id)").map { try JSON(parsing: $0.member) }
    }

    /// The types of John's events, oldest first.
    func types() throws -> [String] { try timeline().compactMap { $0["type"]?.string } }

    /// Waits until John's timeline has an event of that type, and gives the last one.
    @discardableResult
    func arrival(of type: String, within seconds: Double = 10) throws -> JSON {
        var found: JSON?
        try eventually("\(type) arrives; so far \((try? types()) ?? [])", within: seconds) {
            found = try timeline().last { $0["type"]?.string == type }
            return found != nil
        }
        return found ?? .null
    }

    /// Sends one event as the website's back end would.
    func post(_ type: String, _ customer: JSON, _ data: JSON = [:], session: JSON = [:]) throws {
        let event: JSON = [
            "event_type": .string(type), "customer": customer, "event_data": data, "session": session,
        ]
        let connection = try receiver.connect()
        try connection.send(
            "POST", "\(Self.base)/track-event", headers: [("Content-Type", "application/json")], body: event.text)
        let answer = try connection.readResponse()
        guard answer.status == 200 else { throw Failure("\(type): \(answer.text)") }
    }

    /// The open tasks.
    func openTasks() throws -> [[String: String]] {
        try client.sortedSet("crm_index_tasks_open").map { try client.hash("crm_task_\($0.member)") }
    }
    func urgentTasks() throws -> [[String: String]] { try openTasks().filter { $0["priority"] == "urgent" } }

    /// Sends one more event from a page, and waits for it: what the page had to send before is then there, too.
    func settle(_ tab: Tab, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let mark = "mark-\(UInt32.random(in: 0...UInt32.max))"
        try tab.run("crm.track('chat.message', { mark: '\(mark)' })")
        try eventually("the mark arrives; so far \((try? types()) ?? [])") {
            try timeline().contains { $0["data"]?["mark"]?.string == mark }
        }
    }
}

/// One person at one browser at a time: two cores are not enough for more.
@Suite(.serialized) enum BrowserTests {}
