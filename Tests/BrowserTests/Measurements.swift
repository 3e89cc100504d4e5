import Foundation
import Testing
@testable import TestSupport

extension BrowserTests {
    /// The numbers that the guide quotes: `make bench PARTS=browser`.
    @Suite(.enabled(if: ProcessInfo.processInfo.environment["MEASURE"] != nil)) struct Measurements {
        private static let rounds = ProcessInfo.processInfo.environment["ROUNDS"].flatMap(Int.init) ?? 100

        @Test(arguments: [Tab.End.discarded, .navigated])
        func `the share of abandoned bookings that arrive`(end: Tab.End) throws {
            try measure("\(end)") { shop, tab in try tab.end(end, other: shop.site.otherHome + "/") }
        }

        @Test func `the share of closed tabs that arrive`() throws {
            try measure("closed") { _, tab in try tab.end(.closed) }
        }

        /// Counts how many of many bookings, each in a tab of its own, are abandoned soon after their end.
        private func measure(_ kind: String, end: (Shop, Tab) throws -> Void) throws {
            let shop = try Shop()
            try shop.settle(shop.openAsJohn("/"))
            var seconds: [Double] = []
            for round in 1...Self.rounds {
                let tab = try shop.visitor.open(shop.site.home + "/book/1")
                try tab.run("\(Shop.john); crm.track('booking.started', { booking_id: '\(kind)-\(round)' })")
                try tab.run("new Promise((done) => setTimeout(done, 400))")
                let began = ContinuousClock.now
                try end(shop, tab)
                let isThere = {
                    try shop.timeline().contains {
                        $0["type"] == "booking.abandoned" && $0["data"]?["booking_id"]?.string == "\(kind)-\(round)"
                    }
                }
                if (try? eventually("it arrives", within: 3, isThere)) != nil {
                    seconds.append((ContinuousClock.now - began) / .seconds(1))
                }
                _ = try? tab.end(.discarded)
            }
            func within(_ limit: Double) -> Int { seconds.count { $0 <= limit } }
            print(
                "MEASURED booking.abandoned, \(kind): \(within(1)) within 1 s, \(within(2)) within 2 s, "
                    + "\(within(3)) within 3 s of \(Self.rounds)")
        }

        /// Has visitors, each with a browser of their own, begin a booking, and ten at a time end it; gives their
        /// emails.
        private func bookings(in shop: Shop, end: ([Tab]) throws -> Void) throws -> [String] {
            var emails: [String] = []
            while emails.count < Self.rounds {
                var tabs: [Tab] = []
                for _ in 0..<min(10, Self.rounds - emails.count) {
                    let email = "visitor\(emails.count)@example.com"
                    try shop.newVisitor()
                    let tab = try shop.visitor.open(shop.site.home + "/book/1")
                    try tab.run("crm.identify({ email: '\(email)' }); crm.track('booking.started', \(Shop.camry))")
                    try eventually("it is started") { try shop.types(of: email).contains("booking.started") }
                    tabs.append(tab)
                    emails.append(email)
                }
                try end(tabs)
            }
            return emails
        }

        @Test func `the share after a reload, which should be none`() throws {
            let shop = try Shop()
            let emails = try bookings(in: shop) { tabs in
                for tab in tabs { try tab.reload() }
                // What was in doubt is decided by then.
                try eventually("nothing is in doubt", within: 20) {
                    try shop.client.sortedSet("crm_index_bookings_leaving").isEmpty
                }
                for tab in tabs {
                    try tab.run("sessionStorage.clear()")
                    try tab.end(.discarded)
                }
            }
            let left = try emails.count { try shop.types(of: $0).contains("booking.abandoned") }
            print("MEASURED booking.abandoned, reloaded: \(left) of \(emails.count)")
        }

        /// A browser that is killed says nothing. Ten visitors at a time are in the middle of a booking when it
        /// happens.
        @Test func `the share after a killed browser, and what the service notices by itself`() throws {
            let shop = try Shop(["ABANDON_AFTER_MINUTES": "1.5"])
            let emails = try bookings(in: shop) { _ in shop.killBrowser() }
            try shop.newVisitor()
            var bySource = ["browser": 0, "server": 0]
            try eventually("the service has noticed all", within: 150) {
                bySource = ["browser": 0, "server": 0]
                for email in emails {
                    let source = try shop.timeline(of: email).first { $0["type"] == "booking.abandoned" }
                        .map { $0["source"]?.string ?? "browser" }
                    if let source { bySource[source, default: 0] += 1 }
                }
                usleep(200_000)
                return bySource.values.reduce(0, +) == emails.count
            }
            print(
                "MEASURED booking.abandoned, browser killed: \(bySource["browser"] ?? 0) of \(emails.count) from the browser, "
                    + "\(bySource["server"] ?? 0) by ABANDON_AFTER_MINUTES")
        }

        @Test func `the time of the main thread for an event`() throws {
            let shop = try Shop()
            let tab = try shop.openAsJohn("/")
            try shop.settle(tab)
            try tab.call("Performance.enable")
            // What the measuring itself takes.
            let (_, empty) = try time("1", in: tab)
            let (times, busy) = try time(
                "crm.track('vehicle.viewed', { vehicle_id: 'car_789', vehicle_name: 'Toyota Camry' })", in: tab)
            print("MEASURED crm.track: median \(times[100]) ms, 99 % \(times[198]) ms, worst \(times[199]) ms")
            print("MEASURED all tasks of the page for an event, with storing and sending: \(busy - empty) ms")
        }

        /// Does it 200 times, 20 ms apart: how long each took, sorted, and what the main thread was at work for each,
        /// until all was sent, in milliseconds.
        private func time(_ script: String, in tab: Tab) throws -> (times: [Double], busy: Double) {
            let before = try tab.busySeconds
            let times = try tab.run(
                """
                new Promise((done) => { const times = []; const one = () => { const began = performance.now();
                \(script);
                times.push(performance.now() - began); times.length < 200 ? setTimeout(one, 20) : setTimeout(() => done(times), 1000)
                }; one() })
                """)
            let sorted = (times.array ?? []).compactMap(\.number).sorted()
            return (sorted, (try tab.busySeconds - before) / Double(sorted.count) * 1000)
        }

        @Test func `what comes over the network, and when the dashboard is seen`() throws {
            let shop = try Shop(["ADMIN_TOKEN": "a-token-of-the-desk"])
            let connection = try shop.receiver.connect()
            try connection.send("GET", "\(Shop.base)/tracker.js", headers: [("Accept-Encoding", "gzip")])
            print("MEASURED tracker.js: \(try connection.readResponse().body.count) bytes, gzip")
            var paints: [Double] = []
            var weight = (bytes: 0.0, files: 0)
            for _ in 0..<20 {
                // With nothing in its cache.
                try shop.newVisitor()
                let tab = try shop.visitor.open(shop.dashboard)
                try tab.awaits("performance.getEntriesByType('paint').length === 2")
                let paint = try tab.run("performance.getEntriesByName('first-contentful-paint')[0].startTime")
                paints.append(paint.number ?? .nan)
                let finished = tab.told("Network.loadingFinished").compactMap { $0["encodedDataLength"]?.number }
                weight = (finished.reduce(0, +), finished.count)
            }
            let sorted = paints.sorted()
            print("MEASURED dashboard: \(Int(weight.bytes)) bytes in \(weight.files) answers, heads and all")
            print("MEASURED dashboard, first contentful paint: median \(sorted[10]) ms, worst \(sorted[19]) ms")
        }
    }
}

extension Tab {
    /// Seconds that the main thread has been at work.
    fileprivate var busySeconds: Double {
        get throws {
            let metrics = try call("Performance.getMetrics")["metrics"]?.array ?? []
            return metrics.first { $0["name"] == "TaskDuration" }?["value"]?.number ?? 0
        }
    }
}
