import Foundation
import Testing
@testable import TestSupport

extension BrowserTests {
    /// Whom it leaves alone, and where it has to get along with little.
    @Suite struct PrivacyTests {
        private static let everything = """
            crm.track('page.viewed'); crm.track('booking.started', { booking_id: 'b1' });
            new Promise((done) => setTimeout(done, 600))
            """

        /// No request to the service but that for the script, and not a trace in the browser.
        private func expectSilence(_ shop: Shop, _ tab: Tab, but kept: JSON = [], asked: Int = 0) throws {
            try tab.run(Self.everything)
            #expect(tab.requests.filter { $0.contains("/track-event") }.count == asked)
            #expect(try tab.run("Object.keys(localStorage).concat(Object.keys(sessionStorage))") == kept)
        }

        @Test func `a visitor who is not logged in causes no request and leaves no trace`() throws {
            let shop = try Shop()
            let tab = try shop.visitor.open(shop.site.home + "/cars")
            try tab.click("#ask")
            try expectSilence(shop, tab)
            try tab.go(shop.site.home + "/")
            try expectSilence(shop, tab)
            #expect(try shop.client.contents().values.isEmpty)
        }

        @Test func `a logout clears all`() throws {
            let shop = try Shop()
            let tab = try shop.openAsJohn("/")
            try tab.run("crm.track('booking.started', \(Shop.camry)); crm.logout()")
            try shop.arrival(of: "booking.started")
            let asked = tab.requests.filter { $0.contains("/track-event") }.count
            try expectSilence(shop, tab, asked: asked)
            try tab.go(shop.site.home + "/cars")
            try tab.end(.closed)
            #expect(try !shop.types().contains("booking.abandoned"))
        }

        @Test func `a refusal clears all, lasts, and can be taken back`() throws {
            let shop = try Shop()
            let tab = try shop.openAsJohn("/")
            try shop.settle(tab)
            try tab.run("crm.consent(false); \(Shop.john)")
            try tab.go(shop.site.home + "/cars")
            try tab.run(Shop.john)
            let asked = tab.requests.filter { $0.contains("/track-event") }.count
            try expectSilence(shop, tab, but: ["crmsync.consent"], asked: asked)
            try tab.run("crm.consent(true); \(Shop.john)")
            try shop.settle(tab)
        }

        @Test func `where consent is required nothing happens before it`() throws {
            let shop = try Shop(tag: "data-consent=required")
            let tab = try shop.visitor.open(shop.site.home + "/")
            try tab.run(Shop.john)
            try expectSilence(shop, tab)
            try tab.run("crm.consent(true); \(Shop.john)")
            try shop.john()
        }

        @Test(arguments: ["globalPrivacyControl: { value: true }", "doNotTrack: { value: '1' }"])
        func `signals of the browser are honoured where the site says so`(signal: String) throws {
            let script = "Object.defineProperties(Navigator.prototype, { \(signal) })"
            let strict = try Shop(tag: "data-respect-signals")
            let tab = try strict.visitor.open(strict.site.home + "/", before: script)
            try tab.run(Shop.john)
            try expectSilence(strict, tab)
            _ = try Shop().openAsJohn("/", before: script)
        }

        @Test func `a page of an allowed origin is heard, one of another is not, and takes no harm`() throws {
            let port = try freePort()
            let shop = try Shop(["PORT": String(port), "ALLOWED_ORIGINS": "https://shop.example"])
            let tab = try shop.visitor.open(shop.site.home + "/", before: Self.catchErrors)
            try tab.run(Shop.john)
            try tab.run("new Promise((done) => setTimeout(done, 800))")
            #expect(tab.requests.contains { $0.contains("/track-events") })
            #expect(try tab.run("window.errors") == [])
            #expect(try shop.client.contents().values.isEmpty)
            shop.killService()
            let allowed = try Shop(["ALLOWED_ORIGINS": "\(shop.site.home),http://127.0.0.1:1"])
            let other = try shop.visitor.open(shop.site.home + "/module")
            let module = allowed.tracker.replacingOccurrences(of: "tracker.js", with: "tracker.mjs")
            try other.run("import('\(module)').then((m) => m.default.identify({ email: 'john@example.com' }))")
            try allowed.john()
        }

        @Test func `a write key is sent along`() throws {
            let shop = try Shop(["WRITE_KEYS": "pk_1234567890abcd"], tag: "data-key=pk_1234567890abcd")
            _ = try shop.openAsJohn("/")
        }

        @Test func `a policy without inline scripts is enough`() throws {
            // A policy that names the service's port: the port has to be known first.
            let port = try freePort()
            let service = "http://127.0.0.1:\(port)"
            let policy = "default-src 'none'; script-src \(service); connect-src \(service)"
            let shop = try Shop(["PORT": String(port)], headers: [("Content-Security-Policy", policy)])
            let watch =
                Self.catchErrors
                + "; document.addEventListener('securitypolicyviolation', (e) => errors.push(e.blockedURI))"
            let tab = try shop.openAsJohn("/cars", before: watch)
            try tab.run("document.querySelector('form').removeAttribute('onsubmit')")
            try tab.click("#ask")
            try shop.arrival(of: "chat.message")
            let errors = try tab.run("errors.filter((e) => e !== 'inline')")
            #expect(errors == [])
        }

        private static let catchErrors = """
            window.errors = []; addEventListener('error', (e) => errors.push(e.message));
            addEventListener('unhandledrejection', (e) => errors.push(String(e.reason)))
            """

        @Test(arguments: [
            "for (const n of ['localStorage', 'sessionStorage']) Object.defineProperty(window, n, { get() { throw new Error() } })",
            "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') }",
            "Object.defineProperty(window, 'localStorage', { value: null })",
            "Object.assign(localStorage, { 'crmsync.customer': '{', 'crmsync.session': '7', 'crmsync.e.zz': '[' })",
            "navigator.locks.request = () => Promise.reject(new DOMException('', 'SecurityError'))",
            "Object.defineProperty(window, 'navigation', { value: {} }); Object.freeze(history)",
            "delete Navigator.prototype.locks; delete Navigator.prototype.sendBeacon; delete window.requestIdleCallback",
        ])
        func `a browser that is broken harms neither the page nor the events`(script: String) throws {
            let shop = try Shop()
            let tab = try shop.openAsJohn("/", before: Self.catchErrors + ";" + script)
            try tab.run("crm.track('booking.started', \(Shop.camry))")
            try shop.arrival(of: "booking.started")
            try shop.settle(tab)
            #expect(try tab.run("window.errors") == [])
            #expect(try shop.types().filter { $0 == "booking.started" }.count == 1)
        }

        @Test func `what other scripts put in the place of the browser's own does no harm`() throws {
            let shop = try Shop()
            // As old libraries did it.
            let old = "Array.prototype.toJSON = function () { return String(this) }; Object.prototype.added = 1;"
            let tab = try shop.openAsJohn("/book/1", before: Self.catchErrors + ";" + old)
            try tab.run(
                """
                const fail = () => { throw new Error('not yours') };
                window.fetch = fail; JSON.parse = fail; JSON.stringify = fail; history.pushState = fail
                """)
            try tab.run("crm.track('booking.started', \(Shop.camry))")
            #expect(try shop.arrival(of: "booking.started")["data"]?["booking_id"] == "b1")
            #expect(try tab.run("window.errors.length") == 0)
            try tab.end(.discarded)
            try shop.arrival(of: "booking.abandoned", within: 20)
        }

        @Test func `a fetch that is no fetch loses nothing`() throws {
            let shop = try Shop()
            let tab = try shop.visitor.open(
                shop.site.home + "/", before: "window.fetch = async () => ({ ok: true, json: async () => ({}) })")
            try tab.run("\(Shop.john); crm.track('form.submitted')")
            try tab.run("new Promise((done) => setTimeout(done, 600))")
            try tab.end(.closed)
            try shop.arrival(of: "form.submitted")
        }

        @Test func `before the page is idle nothing is done, and of all globals one is new`() throws {
            let shop = try Shop()
            try shop.settle(shop.openAsJohn("/"))
            let tab = try shop.visitor.open(
                shop.site.home + "/cars",
                before: """
                    window.touched = 0; window.work = []; const { getItem } = Storage.prototype;
                    Storage.prototype.getItem = function (name) { touched++; return getItem.call(this, name) };
                    window.requestIdleCallback = (one) => { work.push(one) };
                    window.before = null; before = new Set(Object.getOwnPropertyNames(window))
                    """)
            #expect(try tab.run("touched") == 0)
            #expect(try tab.run("Object.getOwnPropertyNames(window).filter((name) => !before.has(name))") == ["crm"])
            try tab.run("window.requestIdleCallback = (one) => setTimeout(one); for (const one of work) one()")
            try shop.arrival(of: "vehicle.viewed")
        }

        @Test func `nonsense does not throw into the page`() throws {
            let shop = try Shop()
            let tab = try shop.openAsJohn("/", before: Self.catchErrors)
            try tab.run(
                """
                crm.identify(); crm.identify(null); crm.identify({}); crm.track(); crm.track('x', 5); crm.push(['nothing'], 5, ['track', 'form.submitted', { kept: 1 }]);
                crm.identify({ id: 'user123' }, null); crm.track('form.submitted', { get bad() { throw new Error() } });
                const ring = {}; ring.ring = ring; crm.track('page.viewed', ring); crm.debug(true); crm.track('page.viewed', ring)
                """)
            try shop.settle(tab)
            #expect(try tab.run("window.errors") == [])
            #expect(try shop.arrival(of: "form.submitted")["data"] == ["kept": 1])
        }
    }
}
