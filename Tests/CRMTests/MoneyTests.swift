import TestSupport
import Testing

@testable import CRM

@Suite struct MoneyTests {
    @Test(arguments: [
        ("450", "450.00"), ("450.00", "450.00"), ("450.5", "450.50"), ("0", "0.00"), ("-0", "0.00"), ("-0.00", "0.00"),
        ("0.1", "0.10"),
        ("4.5e2", "450.00"), ("4.5E+2", "450.00"), ("45000e-2", "450.00"), ("0.0001e5", "10.00"), ("1e0", "1.00"),
        ("007", "7.00"),
        ("449.99999999999994", "450.00"), ("450.00000000000006", "450.00"), ("0.1e0", "0.10"), ("19.9", "19.90"),
        ("0.005", "0.01"), ("0.0049999999999", "0.00"), ("1.005", "1.01"), ("1.015", "1.02"), ("2.675", "2.68"),
        ("0.994", "0.99"), ("0.995", "1.00"),
        ("1e-2", "0.01"), ("5e-3", "0.01"), ("4e-3", "0.00"), ("9e-4", "0.00"), ("1e-999999999999999999999", "0.00"),
        ("0e999999999999999999999", "0.00"),
        ("-1e-17", "0.00"), ("-0.004", "0.00"), (" 450.00\n", "450.00"), ("10000000", "10000000.00"),
        ("10000000.004", "10000000.00"),
        ("1e7", "10000000.00"), ("0.00000000000000000000000001e30", "10000.00"), ("99999.99", "99999.99"),
    ])
    func `a decimal number is read to the cent, half up`(_ text: String, _ written: String) throws {
        #expect(try Money(text).description == written)
    }

    @Test(arguments: [
        ("-1", MoneyError.negative), ("-0.005", .negative), ("-0.01", .negative), ("-450.00", .negative),
        ("-1e99", .negative), ("-99999999999", .negative),
        ("10000000.01", .absurd), ("10000000.005", .absurd), ("10000001", .absurd), ("1e8", .absurd),
        ("1e999999999999999999999", .absurd),
        ("99999999999999999999999999999999", .absurd), ("1e18", .absurd), ("9223372036854775807", .absurd),
        ("92233720368547758.08", .absurd),
        ("", .unreadable), (" ", .unreadable), ("-", .unreadable), (".5", .unreadable), ("5.", .unreadable),
        ("+5", .unreadable), ("1,234.50", .unreadable),
        (" 1,234.50", .unreadable), ("1 000", .unreadable), ("$450", .unreadable), ("450 EUR", .unreadable),
        ("450€", .unreadable), ("NaN", .unreadable),
        ("Infinity", .unreadable), ("0x10", .unreadable), ("1e", .unreadable), ("1e+", .unreadable),
        ("e5", .unreadable), ("1.2.3", .unreadable),
        ("1e5.5", .unreadable), ("--1", .unreadable), ("٤٥٠", .unreadable), ("450\u{0}", .unreadable),
        ("1_000", .unreadable), ("1e 5", .unreadable),
    ])
    func `everything else is refused with its reason`(_ text: String, _ error: MoneyError) {
        #expect(throws: error) { try Money(text) }
    }

    @Test func `JSON carries an amount as number or string`() throws {
        try withJSON(#"[450.00, "450", " 4.5e2 ", "\u0034\u0035\u0030"]"#) { list in
            for value in list.elements { try #expect(Money(json: value).cents == 45_000) }
        }
        try withJSON(#"[true, null, [450], {"amount": 450}, "", "a lot"]"#) { list in
            for value in list.elements { #expect(throws: MoneyError.unreadable) { try Money(json: value) } }
        }
    }

    @Test func `the largest amount passes and one cent more is refused`() throws {
        #expect(try Money("10000000.00") == .maximum)
        #expect(throws: MoneyError.absurd) { try Money("10000000.01") }
        #expect(MoneyError.absurd.message == "must not be more than 10000000.00")
    }

    @Test func `every whole number of cents comes back from its text`() throws {
        var random = SeededRandom()
        for _ in 0..<5_000 {
            let cents = Int64.random(in: 0...Money.maximum.cents, using: &random)
            let money = try #require(Money(cents: cents))
            #expect(try Money(money.description) == money)
            // What a browser sends after it has calculated in floating point.
            #expect(try Money("\(Double(cents) / 100 * 1.1 / 1.1)") == money)
        }
    }

    @Test func `a sum may pass the limit of one amount but is never negative`() {
        #expect(Money(cents: Money.maximum.cents * 1_000)?.description == "10000000000.00")
        #expect(Money(cents: 5)?.description == "0.05")
        #expect(Money(cents: -1) == nil)
    }

    @Test func `a million digits take no more time than their length`() throws {
        let zeros = String(repeating: "0", count: 1_000_000)
        #expect(try Money(zeros + "1." + zeros).cents == 100)
        #expect(throws: MoneyError.absurd) { try Money("1" + zeros) }
        #expect(try Money("1e-" + zeros + "2").cents == 1)
    }
}
