import Foundation
import Testing
@testable import TestSupport

extension BrowserTests {
    /// The numbers that the README quotes: `MEASURE=1 swift test --disable-xctest --filter Measurements`.
    @Suite(.enabled(if: ProcessInfo.processInfo.environment["MEASURE"] != nil)) struct Measurements {
        private static let rounds = 100

        @Test(arguments: Tab.End.allCases)
        func `the share of abandoned bookings that arrive`(end: Tab.End) throws {
            try measure("\(end)") { shop, tab in try tab.end(end, other: shop.site.otherHome + "/") }
        }

        @Test func `the share after a reload, which should be none`() throws {
            try measure("reloaded") { _, tab in try tab.reload() }
        }

        @Test func `the share after a killed browser`() throws {
            try measure("killed", rounds: 20) { shop, _ in shop.killBrowser() }
        }

        /// Counts how many of many bookings, each in a tab of its own, are abandoned within two seconds of their end.
        private func measure(_ kind: String, rounds: Int = rounds, end: (Shop, Tab) throws -> Void) throws {
            let shop = try Shop(["ABANDON_AFTER_MINUTES": "0"])
            let first = try shop.openAsJohn("/")
            try shop.settle(first)
            var arrived = 0
            for round in 1...rounds {
                let tab = try shop.visitor.open(shop.site.home + "/book/1")
                try tab.run("crm.identify({ id: 'user123', email: 'john@example.com' })")
                try tab.run("crm.track('booking.started', { booking_id: '\(kind)-\(round)' })")
                try tab.run("new Promise((done) => setTimeout(done, 400))")
                try end(shop, tab)
                let isThere = {
                    try shop.timeline().contains {
                        $0["type"] == "booking.abandoned" && $0["data"]?["booking_id"]?.string == "\(kind)-\(round)"
                    }
                }
                if (try? eventually("it arrives", within: 2, isThere)) != nil { arrived += 1 }
                if kind == "reloaded" { try tab.run("sessionStorage.clear()") }
                if kind != "killed" { try tab.end(.discarded) } else { try shop.newVisitor() }
            }
            print("MEASURED booking.abandoned, \(kind): \(arrived) of \(rounds)")
        }

        @Test func `the time of the main thread for an event`() throws {
            let shop = try Shop()
            let tab = try shop.openAsJohn("/")
            try shop.settle(tab)
            try tab.call("Performance.enable")
            let before = try tab.busySeconds
            let times = try tab.run(
                """
                new Promise((done) => { const times = []; const one = () => { const began = performance.now();
                crm.track('vehicle.viewed', { vehicle_id: 'car_789', vehicle_name: 'Toyota Camry' });
                times.push(performance.now() - began); times.length < 200 ? setTimeout(one, 20) : setTimeout(() => done(times), 1000)
                }; one() })
                """)
            let sorted = (times.array ?? []).compactMap(\.number).sorted()
            let busy = (try tab.busySeconds - before) / Double(sorted.count) * 1000
            print("MEASURED crm.track: median \(sorted[100]) ms, 99 % \(sorted[198]) ms, worst \(sorted[199]) ms")
            print("MEASURED all tasks of the page for an event, with storing and sending: \(busy) ms")
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
