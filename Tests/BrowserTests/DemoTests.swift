import Foundation
import Testing
@testable import TestSupport

extension BrowserTests {
    /// The story of `make demo`.
    @Suite struct DemoTests {
        @Test func `the demonstration tells its story`() throws {
            let shop = try Shop(["DEMO": "1"])
            let address = "http://127.0.0.1:\(shop.receiver.port)\(Shop.base)/demo"
            let tab = try shop.visitor.open(address)
            // Nobody is logged in yet: this booking is nobody's.
            try tab.click("#cars li:nth-child(2) button:nth-of-type(2)")
            try tab.click("#login-form button[value=register]")
            try tab.click("#search-form button")
            try tab.click("#cars li:nth-child(1) button:nth-of-type(1)")
            try tab.click("#cars li:nth-child(1) button:nth-of-type(2)")
            try tab.click("#next")
            #expect(try shop.arrival(of: "search.performed")["data"]?["location"] == "Airport")
            try shop.arrival(of: "booking.step_completed")
            #expect(try shop.types().filter { $0 == "booking.started" }.count == 1)

            try tab.end(.discarded)
            try eventually("sales has the task") { try shop.urgentTasks().count == 1 }
            let back = try shop.visitor.open(address)
            try back.awaits("document.querySelector('#who').textContent.includes('John Doe')")
            try eventually("the task is called off") { try shop.urgentTasks().isEmpty }

            try back.click("#fail")
            try eventually("the failed payment is a task") { try shop.openTasks().map { $0["priority"] } == ["high"] }
            try back.click("#pay")
            try eventually("the booking is a task for customer service") {
                try shop.openTasks().map { $0["type"] } == ["booking_confirmation"]
            }
            #expect(try shop.john()["total_revenue"] == "450.00")
            try back.click("#logout")
            #expect(try back.run("Object.keys(localStorage)") == [])
        }
    }
}
