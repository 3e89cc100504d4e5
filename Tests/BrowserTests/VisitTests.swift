import Foundation
import Testing
@testable import TestSupport

extension BrowserTests {
    /// What a visit leaves in the CRM.
    @Suite struct VisitTests {
        @Test func `a login, a page and a car arrive in the shape of the contract`() throws {
            let shop = try Shop()
            let tab = try shop.openAsJohn("/cars?secret=1#part")
            let viewed = try shop.arrival(of: "vehicle.viewed")
            #expect(viewed["data"] == ["vehicle_id": "car_789", "vehicle_name": "Toyota Camry"])
            #expect(viewed["session"]?["browser"] == "Chrome")
            #expect(viewed["session"]?["device"] == "desktop")
            #expect(viewed["session"]?["session_id"]?.string?.hasPrefix("sess_") == true)
            #expect(try shop.arrival(of: "page.viewed")["data"] == ["page": "/cars"])
            try shop.settle(tab)
            let contact = try shop.john()
            #expect(contact["first_name"] == "John")
            #expect(contact["customer_id"] == "user123")
            #expect(contact["website_visits"] == "1")
            #expect(contact["last_vehicle_viewed"] == "Toyota Camry")
            let numbers = try shop.timeline().compactMap { $0["session"]?["seq"]?.number }
            #expect(numbers == [1, 2, 3, 4])
        }

        /// A whole story: each call with what arrives of it.
        @Test func `every event arrives as it was told, and the CRM follows`() throws {
            let shop = try Shop()
            let tab = try shop.visitor.open(shop.site.home + "/")
            try tab.run("crm.identify({ id: 7, email: 'John@Example.com', name: 'John Doe' }, { created: true })")
            let calls: [(type: String, data: JSON)] = [
                ("search.performed", ["location": "Airport", "days": 3]),
                ("vehicle.viewed", ["vehicle_id": "car_789", "vehicle_name": "Toyota Camry"]),
                ("booking.started", ["booking_id": "b1", "vehicle_name": "Toyota Camry", "total_amount": 450]),
                (
                    "booking.step_completed",
                    ["booking_id": "b1", "vehicle_name": "Toyota Camry", "total_amount": 450, "step": 2]
                ),
                ("payment.attempted", ["booking_id": "b1", "amount": 450]),
                ("payment.failed", ["booking_id": "b1", "amount": 450, "reason": "declined"]),
                ("form.submitted", ["form": "contact", "newsletter": .bool(true)]),
                ("chat.message", ["topic": "rental"]),
            ]
            for call in calls { try tab.run("crm.track('\(call.type)', \(call.data.text))") }
            try shop.settle(tab)
            #expect(try shop.john()["lead_status"] == "Hot Lead - Booking In Progress")
            #expect(try shop.openTasks().map { $0["priority"] } == ["high"])
            try tab.run("crm.track('payment.successful', { booking_id: 'b1', amount: 450 })")
            try tab.run("crm.track('booking.completed', { booking_id: 'b1' }); crm.identify({ id: 7, phone: '1' })")
            try shop.settle(tab)
            let timeline = try shop.timeline()
            for call in calls {
                let event = timeline.first { $0["type"]?.string == call.type }
                var data = try #require(event?["data"], "\(call.type)")
                // Of a payment, what the booking in progress adds.
                if call.type.hasPrefix("payment") {
                    for name in ["vehicle_name", "total_amount"] { data = data.without(name) }
                }
                #expect(data == call.data, "\(call.type)")
                #expect(event?["session"]?["session_id"] == timeline.first?["session"]?["session_id"])
            }
            let types = timeline.compactMap { $0["type"]?.string }
            #expect(types.first == "customer.created" && types.contains("customer.updated"))
            #expect(timeline.compactMap { $0["session"]?["seq"]?.number } == (1...timeline.count).map(Double.init))
            let contact = try shop.john()
            #expect(contact["lead_status"] == "Customer - Active")
            #expect(contact["total_revenue"] == "450.00" && contact["customer_id"] == "7")
            #expect(try shop.openTasks().map { $0["type"] } == ["booking_confirmation"])
        }

        @Test func `clicks and forms tell what their attributes say and no more`() throws {
            let shop = try Shop()
            let tab = try shop.openAsJohn("/cars")
            try tab.click("#ask")
            try tab.click("#find")
            let search = try shop.arrival(of: "search.performed")
            #expect(
                search["data"]
                    == [
                        "location": "Airport", "gearbox": "manual", "vehicle_id": "car_789",
                        "vehicle_name": "Toyota Camry",
                    ])
            let chat = try shop.arrival(of: "chat.message")
            #expect(chat["data"]?["topic"] == "this car")
            #expect(try shop.john()["last_search_location"] == "Airport")
            let all = try shop.client.contents().text
            #expect(!all.contains("private words") && !all.contains("hunter2"))
        }

        @Test(arguments: ["", "Object.defineProperty(window, 'navigation', { value: undefined })"])
        func `a page of one page tells of every path, once`(before: String) throws {
            let shop = try Shop()
            let tab = try shop.openAsJohn("/", before: before)
            _ = try shop.arrival(of: "page.viewed")
            for path in ["/a?x=1", "/a?x=2", "/b"] {
                try tab.run("history.pushState({}, '', '\(path)')")
                try tab.run("new Promise((done) => requestIdleCallback(() => setTimeout(done)))")
            }
            try tab.run("history.back()")
            try tab.awaits("location.search === '?x=2'")
            try tab.run("new Promise((done) => requestIdleCallback(() => setTimeout(done)))")
            try shop.settle(tab)
            let pages = try shop.timeline().filter { $0["type"] == "page.viewed" }.map { $0["data"]?["page"] }
            #expect(pages == ["/", "/a", "/b", "/a"])
        }

        @Test func `a page that identifies on every load counts one visit`() throws {
            let shop = try Shop()
            let tab = try shop.openAsJohn("/")
            try tab.go(shop.site.home + "/cars")
            try tab.run(Shop.john)
            try tab.run("crm.identify({ id: 'user123', phone: '+49 30 1234' })")
            try shop.settle(tab)
            #expect(try shop.types().filter { $0.hasPrefix("customer.") } == ["customer.login", "customer.updated"])
            #expect(try shop.john()["phone"] == "+49 30 1234")
        }

        @Test func `a tag can name the customer, and a registration creates one`() throws {
            let shop = try Shop(tag: "data-customer='{\"email\":\"john@example.com\"}'")
            let tab = try shop.visitor.open(shop.site.home + "/")
            try shop.john()
            try tab.run("crm.identify({ email: 'ann@example.com' }, { created: true })")
            try eventually("Ann is there") {
                try shop.client.run("GET", "crm_contact_email_ann@example.com").text != nil
            }
        }

        @Test func `a second tag tells nothing twice`() throws {
            let shop = try Shop()
            let tab = try shop.openAsJohn("/")
            try tab.run(
                """
                new Promise((done) => { const tag = document.createElement('script'); tag.onload = done;
                tag.src = '\(shop.tracker)?again'; document.head.append(tag) })
                """)
            try tab.run("history.pushState({}, '', '/a')")
            try tab.run("new Promise((done) => requestIdleCallback(() => setTimeout(done)))")
            try shop.settle(tab)
            #expect(try shop.types().filter { $0 == "page.viewed" }.count == 2)
        }

        @Test func `it works as a module, without a tag`() throws {
            let shop = try Shop()
            let tab = try shop.visitor.open(shop.site.home + "/module")
            let module = shop.tracker.replacingOccurrences(of: "tracker.js", with: "tracker.mjs")
            try tab.run("import('\(module)').then((m) => m.default.identify({ email: 'john@example.com' }))")
            try shop.john()
        }

        @Test func `calls that came before the script was there are made`() throws {
            let shop = try Shop()
            _ = try shop.visitor.open(
                shop.site.home + "/", before: "window.crm = [['identify', { email: 'john@example.com' }]]")
            try shop.john()
        }
    }
}

extension JSON {
    /// The object without one field.
    fileprivate func without(_ name: String) -> JSON {
        var fields = object ?? [:]
        fields[name] = nil
        return .object(fields)
    }
}
