import TestSupport
import Testing

@testable import CRM

/// What a booking or payment is worth, as websites send it.
@Suite struct AmountTests {
    private static let now = Timestamp(clamping: 1_795_477_835_347)

    private func event(_ data: String, type: String = "booking.completed") throws -> Event {
        var ulids = ULIDGenerator()
        let arrival = Arrival(receivedAt: Self.now, ulid: ulids.next(at: Self.now))
        return try withJSON(#"{"event_type":"\#(type)","customer":{"id":"u1"},"event_data":\#(data)}"#) {
            try Event($0, arrival: arrival)
        }
    }

    private func queuedAndBack(_ event: Event) throws -> Event {
        var ulids = ULIDGenerator()
        return try Event(
            queued: event.encoded, receivedAt: Self.now, flags: event.queueFlags, ulid: ulids.next(at: Self.now))
    }

    /// The amount of a completed booking; nil where it has none.
    private func cents(_ data: String) throws -> Int64? { try event(data).amount?.cents }

    @Test(
        arguments: [
            // 19.99 * 19 * 1.07, whose decimals are a card number by Luhn.
            (#""406.39669999999995""#, 40_640), ("406.39669999999995", 40_640), (#""41111111.11111111e-5""#, 41_111),
            (#""0.4111111111111111""#, 41), (#"" 450.00\n""#, 45_000), (#""45\u0030""#, 45_000), ("4.5e2", 45_000),
        ] as [(String, Int64)])
    func `an amount is read before anything is masked, and kept as sent`(amount: String, cents: Int64) throws {
        let sent = try event(#"{"total_amount":\#(amount)}"#)
        #expect(sent.amount?.cents == cents)
        #expect(String(decoding: sent.data.json, as: UTF8.self) == #"{"total_amount":\#(amount)}"#)
        #expect(try queuedAndBack(sent).amount?.cents == cents)
        #expect(Rules().change(for: sent).funnel?.revenue.cents == cents)
    }

    @Test func `an amount of so many digits that it would be cut or dropped is kept as its cents`() throws {
        let zeros = String(repeating: "0", count: 2_000)
        let amounts = [("450.5" + zeros, "450.50"), (zeros + "450.5", "450.50"), ("4.5e" + zeros + "2", "450.00")]
        for (amount, kept) in amounts {
            for quote in amount.hasPrefix("0") ? ["\""] : ["", "\""] {
                let sent = try event(#"{"total_amount":\#(quote)\#(amount)\#(quote)}"#)
                let json = #"{"total_amount":\#(quote)\#(kept)\#(quote)}"#
                #expect(String(decoding: sent.data.json, as: UTF8.self) == json)
                #expect(try sent.amount == Money(amount))
                #expect(try queuedAndBack(sent).amount == sent.amount)
            }
        }
    }

    @Test func `a card number is no amount, whatever its field is called`() throws {
        for value in ["4111111111111111", #""4111 1111 1111 1111""#] {
            let sent = try event(#"{"price":\#(value),"value":\#(value),"seats":5}"#, type: "page.viewed")
            #expect(sent.amount == nil)
            #expect(String(decoding: sent.data.json, as: UTF8.self) == #"{"seats":5}"#)
        }
    }

    @Test(arguments: AmountNames.all.map { "\($0)" })
    func `each obvious name of an amount is understood in any spelling`(name: String) throws {
        let words = name.split(separator: "_")
        let camel = words[0] + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        let spellings = [
            name, String(camel), name.uppercased(), words.joined(separator: "-"), words.joined(separator: " "),
        ]
        for spelling in spellings {
            #expect(try cents(#"{"\#(spelling)":"450.5"}"#) == 45_050, "\(spelling)")
            let started = try event(#"{"\#(spelling)":450.5}"#, type: "booking.started")
            let field = Rules().change(for: started).fields.first { $0.name == "estimated_deal_value" }
            #expect(field?.value == "450.50")
            let paid = try event(#"{"\#(spelling)":450.5}"#, type: "payment.failed")
            #expect(Rules().change(for: paid).description == "Payment failed of 450.50")
        }
    }

    @Test(arguments: [
        "price_per_day", "amount_cents", "subtotal", "total_seats", "values", "item_value", "evaluation", "pricey",
        "my amount",
    ])
    func `a name that only resembles one is none`(name: String) throws {
        #expect(try cents(#"{"\#(name)":450}"#) == nil)
    }

    @Test(
        arguments: [
            (#"{"price":1,"amount":2,"total_amount":3}"#, 3), (#"{"price":1,"total":2,"amount":3}"#, 3),
            (#"{"value":1,"total_price":2}"#, 2), (#"{"total_amount":null,"amount":" ","price":4}"#, 4),
            (#"{"totalAmount":1,"total_amount":2}"#, 1), (#"{"price":1,"price":2}"#, 2),
            (#"{"price":1,"price":null,"value":3}"#, 3), (#"{"total_amount":0,"price":5}"#, 0),
            (#"{"price":"soon","total":7}"#, 7), (#"{"price":{"value":1},"total":7}"#, 7),
            (#"{"total_amount":null}"#, nil),
            (#"{"note":"450.00"}"#, nil), ("{}", nil),
        ] as [(String, Int64?)])
    func `the first name in the order of preference that holds anything counts`(data: String, euros: Int64?) throws {
        #expect(try cents(data) == euros.map { $0 * 100 })
        #expect(try queuedAndBack(event(data)).amount?.cents == euros.map { $0 * 100 })
    }

    @Test(
        arguments: [
            (#"{"price":"from 20 EUR"}"#, "price", MoneyError.unreadable, nil),
            (#"{"totalAmount":-1}"#, "totalAmount", .negative, nil), (#"{"value":10000000.01}"#, "value", .absurd, nil),
            (#"{"total":true,"value":5}"#, "total", .unreadable, 500),
            (#"{"price":{"eur":5}}"#, "price", .unreadable, nil),
            (#"{"tot\nal":"x"}"#, "total", .unreadable, nil),
            (#"{"total":"4111 1111 1111 1111"}"#, "total", .unreadable, nil),
        ] as [(String, String, MoneyError, Int64?)])
    func `a completed booking whose amount cannot be read is refused, and the field is named`(
        data: String, field: String, error: MoneyError, elsewhere: Int64?
    ) throws {
        #expect(throws: Rejection.badAmount(field: "event_data.\(field)", error)) { try event(data) }
        for type in EventType.allCases where type != .bookingCompleted {
            #expect(try event(data, type: type.rawValue).amount?.cents == elsewhere)
        }
    }

    @Test(arguments: EventType.allCases, ["total_amount", "amount"])
    func `the documented names must hold an amount in every event`(type: EventType, name: String) throws {
        for bad in [#""a lot""#, "true", "[1]"] {
            #expect(throws: Rejection.badAmount(field: "event_data.\(name)", .unreadable)) {
                try event(#"{"\#(name)":\#(bad)}"#, type: type.rawValue)
            }
        }
    }

    @Test(arguments: [#"{"total_amount":"[card]"}"#, #"{"price":"from 20 EUR"}"#])
    func `an event that was accepted by older rules comes back from the queue`(data: String) throws {
        let payload = Array(#"{"event_type":"booking.completed","customer":{"id":"u1"},"event_data":\#(data)}"#.utf8)
        var ulids = ULIDGenerator()
        let read = try Event(queued: payload, receivedAt: Self.now, flags: 0, ulid: ulids.next(at: Self.now))
        #expect(read.amount == nil)
        #expect(Rules().change(for: read).funnel?.revenue == .zero)
    }

    @Test func `a completed booking without an amount is known, not a robot's or one that is not believed`() throws {
        let bare = try event("{}")
        #expect(Rules().lacksAmount(bare))
        #expect(!Rules().lacksAmount(try event(#"{"price":0}"#)))
        #expect(!Rules().lacksAmount(Event(bare, isFromRobot: true)))
        #expect(!Rules(trustsBrowsersWithMoney: false).lacksAmount(bare))
        for type in EventType.allCases where type != .bookingCompleted {
            #expect(!Rules().lacksAmount(try event("{}", type: type.rawValue)))
        }
    }

    @Test func `any amount is the same after it was stored and read, twice`() throws {
        var random = SeededRandom()
        func digits(_ count: ClosedRange<Int>) -> String {
            let count = Int.random(in: count, using: &random)
            return (0..<count).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
        }
        let cards = ["4111111111111111", "378282246310005", "4222222222222", "39669999999995"]
        for _ in 0..<5_000 {
            let whole = Bool.random(using: &random) ? "0" : String(Int.random(in: 1...99_999, using: &random))
            let decimals = Bool.random(using: &random) ? cards.randomElement(using: &random) ?? "" : digits(1...80)
            let exponent =
                Int.random(in: 0..<4, using: &random) == 0 ? "e\(Int.random(in: -9...2, using: &random))" : ""
            let number = "\(whole).\(decimals)\(exponent)"
            let quote = Bool.random(using: &random) ? "\"" : ""
            let name = AmountNames.all.randomElement(using: &random).map { "\($0)" } ?? ""
            let other = AmountNames.all.randomElement(using: &random).map { "\($0)" } ?? ""
            let note = digits(0...20)
            let sent = try event(
                #"{"\#(other)":null,"\#(name)":\#(quote)\#(number)\#(quote),"note":"\#(note)"}"#)
            let once = try queuedAndBack(sent)
            #expect(try sent.amount == Money(number), "\(number)")
            #expect(once.amount == sent.amount, "\(number)")
            #expect(try queuedAndBack(once).encoded == sent.encoded, "\(number)")
        }
    }

    @Test func `thousands of names of amounts take no more time than their number`() {
        let growth = growth(to: 20_000) { length in
            let names = (0..<length).map { number in
                let signs = String(number, radix: 2).map { $0 == "0" ? "_" : "-" }.joined()
                return #""a\#(signs)mount":1"#
            }
            #expect(throws: Never.self) { _ = try event("{" + names.joined(separator: ",") + "}") }
        }
        #expect(growth < 40)
    }
}
