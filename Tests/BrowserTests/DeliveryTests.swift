import Foundation
import Synchronization
import Testing
@testable import TestSupport

extension BrowserTests {
    /// Events arrive, once, whatever the network does.
    @Suite struct DeliveryTests {
        @Test func `what happened while the service was down arrives from the next page, once`() throws {
            let shop = try Shop()
            let tab = try shop.openAsJohn("/")
            try shop.settle(tab)
            shop.killService()
            for number in 1...20 { try tab.run("crm.track('form.submitted', { number: \(number) })") }
            try tab.run("crm.track('booking.completed', \(Shop.camry))")
            try tab.run("new Promise((done) => setTimeout(done, 500))")
            try shop.startService()
            try tab.go(shop.site.home + "/cars")
            try shop.settle(tab)
            let numbers = try shop.timeline().compactMap { $0["data"]?["number"]?.number }
            #expect(numbers.sorted() == (1...20).map(Double.init))
            #expect(try shop.john()["total_bookings"] == "1")
            try tab.awaits("!Object.keys(localStorage).some((n) => n.startsWith('crmsync.e.'))")
        }

        @Test func `two tabs send one queue, and nothing twice`() throws {
            let shop = try Shop()
            let tabs = [try shop.openAsJohn("/"), try shop.visitor.open(shop.site.home + "/")]
            for number in 0..<30 { try tabs[number % 2].run("crm.track('form.submitted', { number: \(number) })") }
            for tab in tabs { try shop.settle(tab) }
            let numbers = try shop.timeline().compactMap { $0["data"]?["number"]?.number }
            #expect(numbers.sorted() == (0..<30).map(Double.init))
            let metrics = try shop.receiver.connect().get("/metrics").text
            #expect(!metrics.contains(/duplicate"[^\n]* [1-9]/), "\(metrics)")
        }

        /// Some answers, and then 200, from a server of the test's own.
        private func answers(_ first: [Pages.Page]) throws -> (Pages, bodies: Bodies) {
            let bodies = Bodies()
            let cross = [("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", "Retry-After")]
            let site = try Pages { path, body in
                guard path.hasSuffix("track-events") else { return nil }
                let count = bodies.add(body)
                var page = count <= first.count ? first[count - 1] : Pages.Page(body: "{}")
                page.headers += cross
                return page
            }
            return (site, bodies)
        }

        /// What was posted.
        final class Bodies: Sendable {
            private let texts = Mutex<[(at: Date, text: String)]>([])
            func add(_ text: String) -> Int {
                texts.withLock {
                    $0.append((Date(), text)); return $0.count
                }
            }
            var all: [(at: Date, text: String)] { texts.withLock { $0 } }
        }

        /// Two events at least go out together: those that one task of the page tracks.
        private func visit(_ server: Pages) throws -> (Shop, Tab) {
            let shop = try Shop(tag: "data-endpoint='\(server.home)/'")
            let tab = try shop.visitor.open(shop.site.home + "/")
            try tab.run("crm.identify({ email: 'john@example.com' }); crm.track('chat.message')")
            return (shop, tab)
        }

        private static let isEmpty = "!Object.keys(localStorage).some((n) => n.startsWith('crmsync.e.'))"

        @Test(arguments: [408, 500, 503])
        func `an answer that may change is asked for again`(status: Int) throws {
            let (server, bodies) = try answers([.init(body: "", status: status)])
            let (_, tab) = try visit(server)
            try tab.awaits(Self.isEmpty)
            #expect(bodies.all.count >= 2)
            let ids = bodies.all.prefix(2).map { $0.text.firstMatch(of: /"event_id":"([^"]+)"/).map { String($0.1) } }
            #expect(ids[0] == ids[1])
        }

        @Test func `the wait that the server asks for is kept`() throws {
            let (server, bodies) = try answers([.init(body: "", headers: [("Retry-After", "2")], status: 429)])
            let (_, tab) = try visit(server)
            try tab.awaits(Self.isEmpty)
            let all = bodies.all
            #expect(all[1].at.timeIntervalSince(all[0].at) >= 2)
        }

        @Test func `a stream of events does not put off their sending`() throws {
            let shop = try Shop()
            let tab = try shop.openAsJohn("/")
            try shop.settle(tab)
            try tab.run("let n = 0; window.timer = setInterval(() => crm.track('form.submitted', { n: n++ }), 50)")
            try shop.arrival(of: "form.submitted")
            try tab.run("clearInterval(window.timer)")
        }

        @Test func `an event does not end the pause after a failure`() throws {
            let (server, bodies) = try answers(Array(repeating: .init(body: "", status: 500), count: 2))
            let (_, tab) = try visit(server)
            try tab.run("window.timer = setInterval(() => crm.track('form.submitted'), 50)")
            try eventually("it is asked three times") { bodies.all.count >= 3 }
            try tab.run("clearInterval(window.timer)")
            let times = bodies.all.map(\.at)
            #expect(times[1].timeIntervalSince(times[0]) >= 1)
            #expect(times[2].timeIntervalSince(times[1]) >= 2)
        }

        @Test func `what leaves with the page fits its budget, the newest first and nothing twice`() throws {
            let (server, _) = try answers(Array(repeating: .init(body: "", status: 500), count: 1000))
            let shop = try Shop(tag: "data-endpoint='\(server.home)/'")
            let tab = try shop.visitor.open(
                shop.site.home + "/",
                before: """
                    window.sent = []; let left = 64e3;
                    navigator.sendBeacon = (url, text) => { const { length } = new Blob([text]); if (length > left) return false;
                    left -= length; sent.push(JSON.parse(text).events.map((e) => e.event_data.n)); return true }
                    """)
            try tab.run("crm.identify({ email: 'john@example.com' }, { created: true })")
            try tab.run(
                "for (let n = 1; n <= 90; n++) crm.track('form.submitted', { n, text: '\u{20AC}'.repeat(400) })")
            try tab.run("dispatchEvent(new Event('pagehide'))")
            try tab.run("crm.track('chat.message', { n: 91 })")
            try tab.run("dispatchEvent(new Event('pagehide'))")
            let batches = try (tab.run("sent").array ?? []).map { ($0.array ?? []).compactMap(\.number) }
            try #require(batches.count >= 2)
            let sizes = batches.map(\.count)
            #expect(sizes[0] >= 30 && sizes[0] < 60)
            #expect(batches[0] == batches[0].sorted() && batches[0].last == 90)
            let all = batches.flatMap { $0 }
            #expect(Set(all).count == all.count && all.contains(91))
        }

        @Test(arguments: [400, 401, 422])
        func `an answer that will not change ends it`(status: Int) throws {
            let (server, bodies) = try answers([.init(body: "{}", status: status)])
            let (_, tab) = try visit(server)
            try tab.awaits("performance.now() > 600 && \(Self.isEmpty)")
            let first = try #require(bodies.all.first?.text.firstMatch(of: /"event_id":"([^"]+)"/)?.1)
            #expect(!bodies.all.dropFirst().contains { $0.text.contains(first) })
        }

        @Test func `each result of a batch counts for its own event`() throws {
            let results = #"{"results":[{"success":false,"error":"unavailable"},{"success":false,"error":"x"}]}"#
            let (server, bodies) = try answers([.init(body: results)])
            let (_, tab) = try visit(server)
            try tab.awaits(Self.isEmpty)
            let batches = try bodies.all.map { try JSON(parsing: $0.text)["events"]?.array ?? [] }
            try #require(batches.count >= 2 && batches[0].count >= 2)
            #expect(batches[1].contains { $0["event_id"] == batches[0][0]["event_id"] })
            #expect(!batches[1].contains { $0["event_id"] == batches[0][1]["event_id"] })
            #expect(batches[0][0]["sent_at"]?.string != nil)
        }

        @Test func `the queue holds the newest hundred events of a day`() throws {
            let shop = try Shop()
            let tab = try shop.openAsJohn("/")
            try shop.settle(tab)
            shop.killService()
            try tab.run("localStorage['crmsync.e.0000000-old'] = '{\"event_type\":\"page.viewed\"}'")
            try tab.run("for (let n = 1; n <= 130; n++) crm.track('form.submitted', { n })")
            try tab.awaits("Object.keys(localStorage).filter((n) => n.startsWith('crmsync.e.')).length === 100")
            try shop.startService()
            try tab.reload()
            try tab.awaits(Self.isEmpty)
            let numbers = try shop.timeline().compactMap { $0["data"]?["n"]?.number }
            #expect(numbers.count >= 98 && numbers.allSatisfy { $0 > 30 })
        }
    }
}
