import CRM
import TestSupport
import Testing

@testable import Service

/// How refusals are counted and sampled, with a clock that the test moves.
@Suite struct RefusalHistoryTests {
    private let start: Int64 = 1_800_000_000_000
    private let refusal = Refusal(Denial.originNotAllowed, of: .event)

    private func time(_ milliseconds: Int64) -> Timestamp { Timestamp(clamping: start + milliseconds) }

    @Test func `ten a second are shown and the eleventh is not, for each reason`() {
        let history = RefusalHistory()
        let most = RefusalHistory.maxShownPerSecond
        #expect(
            (0...most).map { _ in history.count(refusal, at: time(0)) } == [Bool](repeating: true, count: most) + [
                false
            ])
        #expect(history.count(Refusal(Denial.writeKeyRequired, of: .event), at: time(0)))
        #expect(!history.count(refusal, at: time(999)))
        #expect(history.count(refusal, at: time(1000)))
    }

    @Test func `the number of those that are not shown is taken once a second, or at the end`() {
        let history = RefusalHistory()
        for _ in 0..<(RefusalHistory.maxShownPerSecond + 5) { _ = history.count(refusal, at: time(0)) }
        #expect(history.takeOmitted(at: time(900)).isEmpty)
        // A flood that goes on does not put it off.
        for _ in 0..<(RefusalHistory.maxShownPerSecond + 2) { _ = history.count(refusal, at: time(1000)) }
        #expect(history.takeOmitted(at: time(1100)).map(\.count) == [7])
        #expect(history.takeOmitted(at: time(1200)).isEmpty)
        _ = history.count(refusal, at: time(1300))
        #expect(history.takeOmitted(at: time(1400)).isEmpty)
        let rest = history.takeOmitted(at: time(1500), all: true)
        #expect(rest.map(\.count) == [1] && rest.map(\.code) == ["origin_not_allowed"])
        #expect(history.takeOmitted(at: time(9000)).isEmpty)
    }

    @Test func `the last hour is sixty minutes, the most frequent reason first`() {
        let history = RefusalHistory()
        _ = history.count(refusal, at: time(0))
        for _ in 0..<3 { _ = history.count(Refusal(Rejection.customerRequired, of: .event), at: time(30 * 60_000)) }
        func rows(_ minutes: Int64) -> [String] {
            history.lastHour(at: time(minutes * 60_000)).map { "\($0.code) \($0.count)" }
        }
        #expect(rows(59) == ["customer_required 3", "origin_not_allowed 1"])
        #expect(rows(60) == ["customer_required 3"])
        #expect(rows(90) == [])
        _ = history.count(refusal, at: time(60 * 60_000))
        #expect(rows(60) == ["customer_required 3", "origin_not_allowed 1"], "its old place is used anew")
        #expect(rows(-5) == [], "a clock that was set back shows nothing of the future")
    }

    @Test func `the last one of a reason is remembered for an hour`() {
        let history = RefusalHistory()
        _ = history.count(refusal, at: time(0))
        var provenance = Provenance()
        provenance.origin = "https://shop.example"
        history.remember(RefusalNote(at: time(0), refusal: refusal, provenance: provenance))
        #expect(history.lastHour(at: time(1000)).first?.last?.provenance.origin == "https://shop.example")
        history.count(code: refusal.code, at: time(3_600_000))
        #expect(history.lastHour(at: time(3_600_000)).first?.last == nil)
    }

    @Test(arguments: [
        ("e-17", "e-17"), ("event_01m85d33jk7xrym92h8zjky77e", "event_01m85d33jk7xrym92h8zjky77e"), ("a:b.c", "a:b.c"),
        ("ann@example.com", "(withheld)"), ("Ann Smith", "(withheld)"), ("4111-1111-1111-1111", "(withheld)"),
        ("", "(withheld)"), ("\u{202E}x", "(withheld)"), ("\u{1B}[31m", "(withheld)"),
        (String(repeating: "a", count: 128), String(repeating: "a", count: 128)),
        (String(repeating: "a", count: 129), "(withheld)"),
    ])
    func `a word is logged if it is plainly technical`(text: String, logged: String) {
        #expect(LogText.word(text) == logged)
    }

    @Test(arguments: [
        ("https://shop.example", "https://shop.example"), ("http://[::1]:8080", "http://[::1]:8080"), ("null", "null"),
        ("https://ann@shop.example", "(withheld)"), ("https://shop.example/ann", "(withheld)"), ("", "(withheld)"),
        ("https://shop.example x=1", "(withheld)"), ("https://\u{202E}", "(withheld)"),
        ("https://" + String(repeating: "a", count: 92), "https://" + String(repeating: "a", count: 92)),
        ("https://" + String(repeating: "a", count: 93), "https://" + String(repeating: "a", count: 91) + "…"),
    ])
    func `an origin is logged without anything beyond it`(text: String, logged: String) {
        #expect(LogText.origin(text) == logged)
    }

    @Test(arguments: [
        ("Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (X11; Linux x86_64)"),
        ("Bot (+mailto:ann@example.com) 2", "Bot (withheld) 2"), ("a\u{1B}[31m\u{202E}b", "a?[31m?b"),
        ("pay 4111 1111 1111 1111 now", "pay [card] now"),
        (String(repeating: "a", count: 100), String(repeating: "a", count: 100)),
        (String(repeating: "a", count: 101), String(repeating: "a", count: 99) + "…"),
    ])
    func `a user agent is logged masked, short and in ASCII`(text: String, logged: String) {
        #expect(LogText.agent(text) == logged)
    }

    @Test(arguments: [
        ("/track-event", "/track-event"), ("/", "/"), ("/shop/track-event/", "/shop/track-event/"),
        ("/ann@example.com/track-event", "(withheld)"), ("/%0A", "(withheld)"),
        ("/" + String(repeating: "a", count: 128), "(withheld)"),
    ])
    func `a path is logged if each of its parts is plainly technical`(text: String, logged: String) {
        #expect(LogText.path(text) == logged)
    }
}
