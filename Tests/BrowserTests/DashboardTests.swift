import Foundation
import Testing
@testable import TestSupport

extension BrowserTests {
    /// What sales people see all day.
    @Suite struct DashboardTests {
        private static let token = "a-token-of-the-desk-0123456789"
        private let shop: Shop
        private let tab: Tab

        init() throws {
            shop = try Shop(["ADMIN_TOKEN": Self.token])
            tab = try shop.visitor.open(shop.dashboard)
            for domain in ["Runtime", "Log"] { try tab.call(domain + ".enable") }
        }

        private func enter(_ token: String) throws {
            try tab.awaits("document.activeElement.id === 'token'")
            try tab.type(token)
            try tab.press("Enter", code: 13)
        }

        private func signIn() throws {
            try enter(Self.token)
            try tab.awaits("!document.querySelector('#rooms').hidden && document.querySelector('#figures dd') !== null")
        }

        private static let ann: JSON = [
            "id": "ann1", "email": "ann@example.com", "name": "Ann Lee", "phone": "+49 30 1234",
        ]
        private static let fiat: JSON = ["booking_id": "b1", "vehicle_name": "Fiat 500", "total_amount": 120]

        /// Ann is in the middle of a booking and leaves.
        private func abandon(_ customer: JSON = ann, _ booking: JSON = fiat) throws {
            try shop.post("booking.started", customer, booking)
            try shop.post("booking.abandoned", customer, booking)
        }

        /// Statistics show a name once this many contacts gave it.
        private static let givers = 3

        /// The other contacts that it takes for a name to be shown.
        private func others() -> [JSON] {
            (1..<Self.givers).map { ["email": .string("other\($0)@example.com")] }
        }

        /// Whether a part of the page shows a text.
        private func shows(_ selector: String, _ text: String) -> String {
            "(document.querySelector('\(selector)')?.textContent || '').includes('\(text)')"
        }

        /// What the browser's console complains about.
        private var complaints: [String] {
            let console = tab.told("Runtime.consoleAPICalled").filter {
                $0["type"] == "error" || $0["type"] == "warning"
            }
            let log = tab.told("Log.entryAdded").filter { $0["entry"]?["level"] == "error" }
            return (console + log + tab.told("Runtime.exceptionThrown")).map(\.text)
        }

        @Test func `a wrong token is told; the right one stays in the tab and nowhere else`() throws {
            try enter("wrong")
            try tab.awaits(shows("#door-note", "not the ADMIN_TOKEN"))
            #expect(try tab.run("[document.querySelector('#rooms').hidden, sessionStorage.length]") == [true, 0])
            try signIn()
            #expect(try tab.run("Object.values(sessionStorage)") == [.string(Self.token)])
            #expect(try tab.run("[localStorage.length, document.cookie]") == [0, ""])
            try tab.reload()
            try tab.awaits("!document.querySelector('#rooms').hidden")
            #expect(!tab.requests.contains { $0.contains(Self.token) })
            #expect(try tab.run("document.documentElement.outerHTML").string?.contains(Self.token) == false)
            let other = try shop.visitor.open(shop.dashboard)
            try other.awaits("document.activeElement.id === 'token'")
            try tab.click("#leave")
            try tab.awaits("document.activeElement.id === 'token' && sessionStorage.length === 0")
        }

        @Test func `a status set by hand is on the timeline, and what it ends is gone`() throws {
            try signIn()
            try abandon()
            try tab.awaits(shows("#tasks", "Ann Lee"))
            try tab.run(
                "document.querySelector('#who').value = 'ann1', document.querySelector('#find').requestSubmit()")
            try tab.awaits("document.querySelector('#new-status') !== null")
            let choices = "[...document.querySelectorAll('#new-status option')].map((option) => option.value).join()"
            #expect(try tab.run(choices) == ",new_lead,customer_active,contacted,qualified,lost_not_interested")
            try tab.run("document.querySelector('#new-status').value = 'lost_not_interested'")
            try tab.run("document.querySelector('#status-reason').focus()")
            try tab.type("bought <b>elsewhere")
            try tab.press("Enter", code: 13)
            try tab.awaits(shows("#person-card .status", "Lost - Not Interested"))
            try tab.awaits(shows(".timeline", "Status set to Lost - Not Interested by admin: bought <b>elsewhere"))
            #expect(try tab.run("document.querySelector('.todo') === null") == true)
            try tab.awaits("!(document.querySelector('#tasks')?.textContent || '').includes('Ann Lee')")
            #expect(complaints == [])
        }

        @Test func `what happens while it is open appears within two seconds`() throws {
            try signIn()
            #expect(try tab.run(shows("#no-tasks", "All done")) == true)
            try abandon()
            try tab.awaits(shows("#tasks", "Ann Lee"), within: 2)
            try tab.awaits(shows("#feed", "Abandoned booking"), within: 2)
            try tab.awaits("\(shows("#figures", "120.00")) && \(shows("#risks", "120.00"))", within: 2)
            #expect(try tab.run("document.title") == "(1) CRM desk")
            #expect(try tab.run("document.querySelector('#tasks .way').href") == "tel:+49301234")
            #expect(
                try tab.run("document.querySelector('#tasks .due').textContent").string?.hasPrefix("due in 59") == true)
            // Ann comes back: nobody has to call her.
            try shop.post("booking.started", Self.ann, Self.fiat)
            try tab.awaits("document.querySelector('#tasks li') === null", within: 2)
            // What is not urgent comes by itself, too, and goes.
            try shop.post("payment.failed", Self.ann, ["booking_id": "b1", "amount": 120])
            try tab.awaits("document.querySelector('#tasks li.high') !== null")
            try shop.post("payment.successful", Self.ann, ["booking_id": "b1", "amount": 120])
            try tab.awaits("document.querySelector('#tasks li') === null")
            #expect(complaints == [])
        }

        @Test func `a task that is done leaves the desk and Redis, and can be taken back`() throws {
            try abandon()
            try signIn()
            try tab.awaits(shows("#tasks", "Ann Lee"))
            try tab.click("#tasks .main")
            try tab.awaits("document.querySelector('#tasks li') === null")
            let task = try #require(try shop.urgentTask())
            #expect(task["status"] == "done" && task["closed_by"] == "admin")
            #expect(try shop.urgentTasks().isEmpty)
            try tab.click("#which label:nth-of-type(4)")
            try tab.awaits(shows("#tasks", "done"))
            try tab.click("#undo")
            try eventually("it is open again") { try shop.urgentTasks().count == 1 }
            try tab.click("#which label:nth-of-type(1)")
            try tab.awaits(shows("#tasks", "Ann Lee"))
            #expect(complaints == [])
        }

        @Test func `somebody is found, with all that happened, and with what is missing of it`() throws {
            for (number, car) in [(1, "Fiat 500"), (2, "Volvo XC90"), (5, "VW Golf")] {
                try shop.post(
                    "vehicle.viewed", Self.ann, ["vehicle_name": .string(car)],
                    session: ["session_id": "sess_1", "seq": .number(Double(number))])
            }
            try signIn()
            for (who, isThere) in [("ann@example.com", true), ("ann1", true), ("bob@example.com", false)] {
                try tab.run("document.querySelector('#find').reset(); document.querySelector('#who').focus()")
                try tab.type(who)
                try tab.press("Enter", code: 13)
                guard isThere else { continue }
                try tab.awaits("document.querySelector('#person').open && document.activeElement.id === 'person-name'")
                #expect(try tab.run("document.querySelector('#person-name').textContent") == "Ann Lee")
                let entries = try tab.run(
                    "[...document.querySelectorAll('.timeline .vehicle-viewed span')].map((e) => e.textContent)")
                #expect(entries == ["Viewed VW Golf", "Viewed Volvo XC90", "Viewed Fiat 500"])
                #expect(try tab.run(shows("#person-card", "2 events of these visits never arrived")) == true)
                try tab.press("Escape", code: 27)
                try tab.awaits("!document.querySelector('#person').open && document.activeElement.id === 'who'")
            }
            try tab.awaits(shows("#said", "Nobody found"))
            #expect(complaints == [])
        }

        @Test func `what customers write stays text`() throws {
            let evil = "<img src=x onerror=window.hacked=1>"
            let customer: JSON = [
                "email": "evil@example.com", "name": .string("\u{202E}" + evil + "</li>"),
                "phone": "javascript:window.hacked=1",
            ]
            let booking: JSON = [
                "booking_id": .string(evil), "vehicle_name": "<script>window.hacked=1</script>", "total_amount": 1,
            ]
            try signIn()
            for giver in [customer] + others() {
                try shop.post("search.performed", giver, ["location": .string(evil)])
                try shop.post("vehicle.viewed", giver, booking)
            }
            try abandon(customer, booking)
            try tab.awaits(shows("#tasks", "<img src=x"))
            try tab.awaits(
                "\(shows("#vehicles", "<script>")) && \(shows("#locations", "<img")) && \(shows("#risks", "<img"))")
            #expect(try tab.run("document.querySelector('#tasks h3 bdi').textContent.includes('\u{202E}')") == true)
            try tab.click("#tasks h3 .link")
            try tab.awaits("document.querySelector('#person').open && \(shows("#person-card", "<script>"))")
            let counts = try tab.run(
                "[document.images.length, document.scripts.length, document.querySelectorAll('[onerror]').length]")
            #expect(counts == [0, 1, 0])
            #expect(
                try tab.run("[typeof window.hacked, [...document.querySelectorAll('a[href^=j]')].length]") == [
                    "undefined", 0,
                ])
            #expect(complaints == [])
        }

        @Test func `the page's policy lets nothing in and nothing out`() throws {
            let result = try tab.run(
                """
                (async () => { const blocked = []; document.addEventListener('securitypolicyviolation', (e) => blocked.push(e.effectiveDirective));
                const script = document.createElement('script'); script.textContent = 'window.hacked = 1'; document.body.append(script);
                const image = new Image(); image.src = '\(shop.site.home)/x.png'; document.body.append(image);
                const frame = document.createElement('iframe'); frame.src = '\(shop.site.home)/'; document.body.append(frame);
                await fetch('\(shop.site.home)/').catch(() => {}); await new Promise((done) => setTimeout(done, 100));
                return [typeof window.hacked, ...blocked.sort()] })()
                """)
            #expect(result == ["undefined", "connect-src", "frame-src", "img-src", "script-src-elem"])
        }

        @Test func `all can be reached by keyboard, and has a name for those who hear it`() throws {
            try abandon()
            try signIn()
            try tab.awaits(shows("#tasks", "Ann Lee"))
            try tab.run("document.activeElement.blur()")
            var reached: [String] = []
            for _ in 0..<30 {
                try tab.press("Tab", code: 9)
                let name = try tab.run(
                    "(({ activeElement: e }) => e.id || e.name || e.dataset.key?.replace(/^.*_[a-z0-9]{26}/, '') || e.className || e.tagName)(document)"
                )
                reached.append(name.string ?? "")
            }
            for part in ["who", "leave", "which", "see", "way", "cancel", "complete", "SUMMARY", "feed"] {
                #expect(reached.contains(part), "\(part) of \(reached)")
            }
            try tab.call("Accessibility.enable")
            let nodes = try tab.call("Accessibility.getFullAXTree")["nodes"]?.array ?? []
            let roles: Set = ["button", "link", "textbox", "searchbox", "radio", "region", "list", "image", "dialog"]
            let nameless = nodes.filter { node in
                guard node["ignored"] != true, let role = node["role"]?["value"]?.string, roles.contains(role) else {
                    return false
                }
                return role != "list" && (node["name"]?["value"]?.string ?? "").isEmpty
            }
            #expect(nodes.count > 50)
            #expect(nameless == [])
        }

        @Test(arguments: ["light", "dark"], [1280, 390, 320])
        func `it is readable and fits`(theme: String, width: Int) throws {
            let long: JSON = [
                "email": "\(String(repeating: "x", count: 60))@example.com",
                "name": .string(String(repeating: "Name", count: 30)),
            ]
            try abandon(
                long,
                [
                    "booking_id": "b2", "vehicle_name": .string(String(repeating: "W", count: 80)),
                    "total_amount": 123456.78,
                ])
            for giver in [long] + others() {
                try shop.post("vehicle.viewed", giver, ["vehicle_name": .string(String(repeating: "W", count: 80))])
            }
            try tab.call(
                "Emulation.setDeviceMetricsOverride",
                ["width": .number(Double(width)), "height": 800, "deviceScaleFactor": 1, "mobile": .bool(width < 500)])
            try tab.call(
                "Emulation.setEmulatedMedia", ["features": [["name": "prefers-color-scheme", "value": .string(theme)]]])
            try signIn()
            try tab.awaits(
                "document.querySelector('#tasks li') !== null && document.querySelector('#vehicles b') !== null")
            #expect(try tab.run("document.documentElement.scrollWidth <= innerWidth") == true)
            try tab.click("#tasks h3 .link")
            try tab.awaits("document.querySelector('#person').open")
            #expect(
                try tab.run(
                    "(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)(document.querySelector('#person'))")
                    == true)
            #expect(try tab.run(Self.faint) == [])
        }

        /// The texts that stand out too little from what is behind them (WCAG 2, level AA: 4.5).
        private static let faint = """
            (() => { const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
            const color = (text) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1); return canvas.getImageData(0, 0, 1, 1).data };
            const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, part, i) => { const v = c[i] / 255; return sum + part * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4) }, 0);
            const behind = (e) => { for (; e; e = e.parentElement) { const c = color(getComputedStyle(e).backgroundColor); if (c[3] === 255) return c } return color('canvas') };
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); const found = [];
            while (walker.nextNode()) { const e = walker.currentNode.parentElement; if (!walker.currentNode.data.trim() || !e.checkVisibility() || e instanceof SVGElement) continue;
            const [a, b] = [light(color(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x); const ratio = (a + 0.05) / (b + 0.05);
            if (ratio < 4.5) found.push(walker.currentNode.data.trim().slice(0, 30) + ' ' + ratio.toFixed(2)) } return found })()
            """
    }
}

extension Shop {
    /// The latest abandoned-booking task, whatever became of it.
    fileprivate func urgentTask() throws -> [String: String]? {
        let ids = try client.run("ZRANGE", "crm_index_tasks_done", "0", "-1").texts
        return try ids.last.map { try client.hash("crm_task_\($0)") }
    }
}
