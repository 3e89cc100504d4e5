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
            let event = try shop.arrival(of: "booking.abandoned", within: 20)
            #expect(event["data"]?["booking_id"] == "b1")
            #expect(event["data"]?["vehicle_name"] == "Toyota Camry")
            // A closing that takes long, as on a busy machine, may be a page change: then it is waited for another
            // word.
            #expect(try Self.delay(of: event) < (event["source"] == "server" ? 5 : 2))
            #expect(try shop.urgentTasks().map { $0["booking"] } == ["b1"])
            #expect(try shop.john()["lead_status"] == "Hot Lead - Abandoned")
        }

        /// A page that is slow to be asked whether it may go: its closing looks like a page change.
        private func slowDown(_ tab: Tab, milliseconds: Int) throws {
            try tab.run("addEventListener('beforeunload', () => \(Self.busy(milliseconds)))")
        }
        private static func busy(_ milliseconds: Int) -> String {
            "{ const end = performance.now() + \(milliseconds); while (performance.now() < end); }"
        }

        /// Whether the tracker was in doubt so far.
        private var wasInDoubt: Bool { shop.receiver.output.contains("booking.abandoned result=held") }

        @Test(arguments: [8, 80])
        func `a tab whose closing looks like a page change is noticed all the same`(milliseconds: Int) throws {
            try slowDown(tab, milliseconds: milliseconds)
            try tab.end(.closed)
            let event = try shop.arrival(of: "booking.abandoned", within: 30)
            #expect(wasInDoubt)
            #expect(event["source"] == "server")
            #expect(event["data"]?["booking_id"] == "b1")
            #expect(event["data"]?["reason"] == "left")
            #expect(try shop.urgentTasks().map { $0["booking"] } == ["b1"])
            try expectNoGap()
        }

        /// No number of the visit is missing: that would mean that something was lost.
        private func expectNoGap(sourceLocation: SourceLocation = #_sourceLocation) throws {
            let numbers = Set(try shop.timeline().compactMap { $0["session"]?["seq"]?.number })
            #expect(numbers == Set((1...numbers.count).map(Double.init)), sourceLocation: sourceLocation)
        }

        @Test(arguments: [8, 80])
        func `reloads that look like a closing are none, however many`(milliseconds: Int) throws {
            for presses in [1, 3, 1, 1, 2] {
                try slowDown(tab, milliseconds: milliseconds)
                try tab.reload(presses: presses)
            }
            try eventually("the tracker was in doubt") { wasInDoubt }
            try awaitWatch()
            #expect(try shop.timeline().filter { $0["type"] == "booking.abandoned" } == [])
            #expect(try shop.timeline().filter { $0["data"]?["resumed"] == true } == [])
            try expectNoGap()
            // And the booking is still watched.
            try slowDown(tab, milliseconds: 8)
            try tab.end(.closed)
            try shop.arrival(of: "booking.abandoned", within: 20)
        }

        /// Waits until the service has decided about every doubt so far.
        private func awaitWatch() throws {
            try eventually("nothing is in doubt", within: 30) {
                try shop.client.sortedSet("crm_index_bookings_leaving").isEmpty
            }
        }

        @Test func `a page that comes back slowly over the network has not left`() throws {
            shop.site.delay(by: 3)
            try tab.reload()
            #expect(wasInDoubt)
            shop.site.delay(by: 0)
            try awaitWatch()
            try shop.settle(tab)
            #expect(try shop.timeline().filter { $0["type"] == "booking.abandoned" } == [])
        }

        @Test func `a page that comes back too late calls the alert off`() throws {
            try slowDown(tab, milliseconds: 8)
            // Its first script takes long, and the tracker comes after it.
            try tab.call(
                "Page.addScriptToEvaluateOnNewDocument", ["source": .string(Self.busy(4000))])
            try tab.reload()
            try shop.arrival(of: "booking.abandoned", within: 20)
            try eventually("the task is closed") { try shop.urgentTasks().isEmpty }
            #expect(try shop.timeline().last { $0["type"] == "booking.started" }?["data"]?["resumed"] == true)
            #expect(try shop.john()["lead_status"] == "Hot Lead - Booking In Progress")
        }

        @Test(arguments: [false, true])
        func `who reloads and closes at once has left`(hasNewPage: Bool) throws {
            // Either the new page is still on its way, or it is there and its tracker is not: its first script takes
            // longer than the half second that the browser gives a page to end.
            shop.site.delay(by: hasNewPage ? 0 : 1)
            try slowDown(tab, milliseconds: 8)
            try tab.call("Page.addScriptToEvaluateOnNewDocument", ["source": .string(Self.busy(3000))])
            try tab.reload(awaitsPage: false)
            if hasNewPage { try eventually("the old page is gone") { wasInDoubt } }
            try tab.end(.closed)
            try shop.arrival(of: "booking.abandoned", within: 30)
            #expect(try shop.urgentTasks().map { $0["booking"] } == ["b1"])
        }

        @Test func `what is on its way when a tab is closed comes with its end, for that may never arrive`() throws {
            let shop = try Shop()
            let noAnswer = "window.fetch = () => new Promise(() => { window.isSending = true })"
            let tab = try shop.visitor.open(shop.site.home + "/book/1", before: noAnswer)
            try tab.run("\(Shop.john); crm.track('booking.started', \(Shop.camry))")
            try tab.awaits("window.isSending")
            try slowDown(tab, milliseconds: 8)
            try tab.end(.closed)
            try shop.john()
            let event = try shop.arrival(of: "booking.abandoned", within: 20)
            #expect(event["data"]?["booking_id"] == "b1")
        }

        @Test func `a booking that was completed is not left by a slow closing`() throws {
            try slowDown(tab, milliseconds: 8)
            try tab.run("crm.track('booking.completed', \(Shop.camry))")
            try tab.end(.closed)
            try shop.arrival(of: "booking.completed")
            let other = try shop.visitor.open(shop.site.home + "/")
            try shop.settle(other)
            #expect(!wasInDoubt)
            #expect(try !shop.types().contains("booking.abandoned"))
        }

        @Test func `a tab beside the one that is closed does not hide it, as long as nothing happens there`() throws {
            let other = try shop.visitor.open(shop.site.home + "/")
            try shop.settle(other)
            try slowDown(tab, milliseconds: 8)
            try tab.end(.closed)
            try shop.arrival(of: "booking.abandoned", within: 20)
        }

        /// As Safari and Firefox are: neither the Navigation API nor a word of which browser it is.
        private static let plainBrowser =
            "Object.defineProperty(window, 'navigation', { value: undefined }); "
            + "Object.defineProperty(navigator, 'userAgentData', { value: undefined })"

        @Test(arguments: [Tab.End.navigated, .discarded])
        func `so does a browser that tells less`(end: Tab.End) throws {
            let shop = try Shop()
            let tab = try shop.openAsJohn("/book/1", before: Self.plainBrowser)
            try tab.run("crm.track('booking.started', \(Shop.camry))")
            try shop.arrival(of: "booking.started")
            try tab.end(end, other: shop.site.otherHome + "/")
            let event = try shop.arrival(of: "booking.abandoned", within: 30)
            #expect(event["source"] == "server")
        }

        @Test func `a reload in a browser that tells less is not leaving`() throws {
            let shop = try Shop()
            let tab = try shop.openAsJohn("/book/1", before: Self.plainBrowser)
            try tab.run("crm.track('booking.started', \(Shop.camry))")
            try shop.arrival(of: "booking.started")
            for _ in 1...3 { try tab.reload() }
            try eventually("nothing is in doubt", within: 30) {
                try shop.client.sortedSet("crm_index_bookings_leaving").isEmpty
            }
            try shop.settle(tab)
            #expect(try shop.timeline().filter { $0["type"] == "booking.abandoned" } == [])
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
