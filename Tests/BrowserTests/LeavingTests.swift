import Foundation
import Testing
@testable import TestSupport

extension BrowserTests {
    /// The call that sales makes within minutes: it has to come when a booking is left, and only then.
    @Suite struct LeavingTests {
        private let shop: Shop
        private let tab: Tab

        /// John is in the middle of a booking.
        init() throws {
            shop = try Shop(["ABANDON_AFTER_MINUTES": "0"])
            tab = try shop.openAsJohn("/book/1")
            try tab.run("crm.track('booking.started', \(Shop.camry))")
            try shop.arrival(of: "booking.started")
        }

        @Test(arguments: Tab.End.allCases)
        func `a booking that is left makes the urgent task by itself`(end: Tab.End) throws {
            try tab.end(end, other: shop.site.otherHome + "/")
            if end == .closed { try closeAgainWhereInDoubt() }
            let event = try shop.arrival(of: "booking.abandoned", within: 20)
            #expect(event["data"]?["booking_id"] == "b1")
            #expect(event["data"]?["vehicle_name"] == "Toyota Camry")
            #expect(try Self.delay(of: event) < 2)
            #expect(try shop.urgentTasks().map { $0["booking"] } == ["b1"])
            #expect(try shop.john()["lead_status"] == "Hot Lead - Abandoned")
        }

        /// Seconds from when it happened, by the page's clock, to when it arrived: its id begins with that time.
        private static func delay(of event: JSON) throws -> Double {
            let digits = Array("0123456789abcdefghjkmnpqrstvwxyz")
            let id = try #require(event["id"]?.string?.split(separator: "_").last)
            let arrived = id.prefix(10).reduce(0) { $0 * 32 + Double(digits.firstIndex(of: $1) ?? 0) }
            let happened = try Date(
                #require(event["timestamp"]?.string),
                strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
            return arrived / 1000 - happened.timeIntervalSince1970
        }

        /// A closing that takes long, as on a busy machine, may be a page change: the tracker then leaves it to the service.
        private func closeAgainWhereInDoubt() throws {
            for _ in 1...4 where (try? shop.arrival(of: "booking.abandoned", within: 3)) == nil {
                let tab = try shop.visitor.open(shop.site.home + "/book/1")
                try tab.run("crm.track('booking.started', \(Shop.camry))")
                try shop.settle(tab)
                try tab.end(.closed)
            }
        }

        @Test func `so does a link to another site`() throws {
            try tab.run("document.querySelector('#out').href = '\(shop.site.otherHome)/'")
            try tab.click("#out")
            try shop.arrival(of: "booking.abandoned", within: 20)
        }

        @Test func `so does a page of the site that is not of the booking`() throws {
            // A page change right after a booking event is its next step: this one comes later.
            try tab.run(
                "sessionStorage['crmsync.booking'] = sessionStorage['crmsync.booking'].replace(/\"at\":/, '\"at\":1,\"x\":')"
            )
            try tab.click("#away")
            #expect(try shop.arrival(of: "booking.abandoned", within: 20)["data"]?["reason"] == "away")
        }

        @Test func `a booking that is completed is not abandoned`() throws {
            try tab.run("crm.track('booking.completed', \(Shop.camry))")
            try tab.end(.closed)
            try shop.arrival(of: "booking.completed")
            let other = try shop.visitor.open(shop.site.home + "/")
            try shop.settle(other)
            #expect(try !shop.types().contains("booking.abandoned"))
            #expect(try shop.john()["total_revenue"] == "450.00")
        }

        @Test func `a reload, a step, the way back and the way forth are not leaving`() throws {
            for _ in 1...3 { try tab.reload() }
            try tab.click("#next")
            try tab.awaits("location.pathname === '/book/2' && !!window.crm")
            try tab.run("crm.track('booking.step_completed', { booking_id: 'b1', step: 2 })")
            try tab.back(to: "/book/1")
            try tab.run("setTimeout(() => history.forward(), 0)")
            try tab.awaits("location.pathname === '/book/2'")
            try tab.run("window.isOld = true; setTimeout(() => location.reload(), 0)")
            try tab.awaits("!window.isOld")
            try tab.reload(presses: 3)
            // Longer than the wait before a page counts as away from the booking.
            try tab.run("new Promise((done) => setTimeout(done, 1200))")
            try shop.settle(tab)
            #expect(try shop.timeline().filter { $0["type"] == "booking.abandoned" } == [])
            // And the booking is still watched.
            try tab.end(.discarded)
            try shop.arrival(of: "booking.abandoned", within: 20)
        }

        @Test func `who comes back calls the alert off`() throws {
            try tab.run("addEventListener('pageshow', (event) => { window.wasKept = event.persisted })")
            try tab.go(shop.site.otherHome + "/")
            try shop.arrival(of: "booking.abandoned", within: 20)
            try tab.back(to: "/book/1")
            // The page itself came back, from the back/forward cache.
            #expect(try tab.run("window.wasKept") == true)
            try eventually("the task is closed") { try shop.urgentTasks().isEmpty }
            #expect(try shop.timeline().last { $0["type"] == "booking.started" }?["data"]?["resumed"] == true)
        }

        @Test func `a tab that is hidden for long has left, and is back when it is seen again`() throws {
            try tab.run("crm.init({ hiddenAfter: 0.1 })")
            try hide(true)
            #expect(try shop.arrival(of: "booking.abandoned", within: 20)["data"]?["reason"] == "hidden")
            try hide(false)
            try eventually("the task is closed") { try shop.urgentTasks().isEmpty }
        }

        /// A browser without windows hides no tab: the page is told that it did.
        private func hide(_ isHidden: Bool) throws {
            try tab.run(
                "Object.defineProperty(document, 'visibilityState', { value: '\(isHidden ? "hidden" : "visible")', "
                    + "configurable: true }); document.dispatchEvent(new Event('visibilitychange'))")
        }

        @Test func `a link that the site marks leads to the payment, not away`() throws {
            try tab.run(
                "const a = document.querySelector('#out'); a.href = '\(shop.site.otherHome)/'; a.dataset.crmStay = ''")
            try tab.click("#out")
            try tab.awaits("location.hostname === 'localhost'")
            let other = try shop.visitor.open(shop.site.home + "/")
            try shop.settle(other)
            #expect(try !shop.types().contains("booking.abandoned"))
        }

        @Test func `a booking that got its id when it was completed in another tab is over`() throws {
            let shop = try Shop()
            let tab = try shop.openAsJohn("/book/1")
            try tab.run("crm.track('booking.started', { vehicle_id: 'car_1' })")
            let other = try shop.visitor.open(shop.site.home + "/pay")
            try other.run("crm.track('booking.completed', { booking_id: 'R-7', vehicle_id: 'car_1', total_amount: 9 })")
            try tab.end(.closed)
            try shop.settle(other)
            #expect(try !shop.types().contains("booking.abandoned"))
        }

        @Test func `a payment of another booking learns nothing from this one`() throws {
            try tab.run("crm.track('payment.failed', { booking_id: 'b2', amount: 1 })")
            #expect(try shop.arrival(of: "payment.failed")["data"] == ["booking_id": "b2", "amount": 1])
        }

        @Test func `the booking of one person is never that of the next one at this browser`() throws {
            let other = try shop.visitor.open(shop.site.home + "/")
            try other.run("crm.logout(); crm.identify({ email: 'ann@example.com' })")
            try tab.end(.closed)
            try other.run("crm.track('chat.message')")
            var types: [String] = []
            try eventually("Ann's message arrives; so far \(types)") {
                types = try shop.types(of: "ann@example.com")
                return types.contains("chat.message")
            }
            #expect(!types.contains("booking.abandoned"))
            #expect(try !shop.types().contains("booking.abandoned"))
        }

        @Test func `closing another tab of the site is not leaving`() throws {
            let other = try shop.visitor.open(shop.site.home + "/")
            try shop.settle(other)
            try other.end(.closed)
            try shop.settle(tab)
            #expect(try !shop.types().contains("booking.abandoned"))
        }
    }
}
