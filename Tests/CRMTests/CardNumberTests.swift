import Testing

@testable import CRM

/// Numbers that the card schemes publish for tests.
private let testCards = [
    "4111111111111111", "4242424242424242", "4012888888881881", "4222222222222", "5555555555554444", "5105105105105100",
    "2223003122003222",
    "2720992593319364", "378282246310005", "371449635398431", "30569309025904", "38520000023237", "6011111111111117",
    "3530111333300000",
    "6200000000000005", "6304000000000000", "4000000000000000006",
]

@Suite struct CardNumberTests {
    @Test(arguments: testCards) func `a card number is dropped as text and as number`(_ card: String) throws {
        #expect(try kept(#"{"a":"\#(card)","b":1}"#) == #"{"b":1}"#)
        #expect(try kept(#"{"a":\#(card),"b":1}"#) == #"{"b":1}"#)
        #expect(try kept(#"{"a":" \#(card)\n","b":1}"#) == #"{"b":1}"#)
        #expect(try kept(#"{"a":\#(card).0,"b":1}"#) == #"{"b":1}"#)
    }

    @Test(arguments: testCards) func `a card number within text is masked`(_ card: String) {
        #expect(Masking.text("my card \(card), thanks") == "my card [card], thanks")
        #expect(Masking.text("card:\(card)") == "card:[card]")
        #expect(Masking.text(card) == "[card]")
    }

    @Test(arguments: [
        "4111 1111 1111 1111", "4111-1111-1111-1111", "4111.1111.1111.1111", "4111\u{A0}1111\u{A0}1111\u{A0}1111",
        "4111 - 1111 - 1111 - 1111",
        "4111_1111_1111_1111", "4111\u{2013}1111\u{2013}1111\u{2013}1111", "4111\u{202F}1111\u{2009}1111\u{200B}1111",
        "41111111 11111111",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "3782 822463 10005", "4111\u{AD}1111 1111-1111",
        "4111\u{3000}1111\u{3000}1111\u{3000}1111",
        "4111+1111+1111+1111", "4111/1111/1111/1111", "4111%201111%201111%201111", "4111+1111/1111 1111",
        "４１１１１１１１１１１１１１１１", "٤١١١ ١١١١ ١١١١ ١١١١", "۴۱۱۱۱۱۱۱۱۱۱۱۱۱۱۱", "४१११११११११११११११", "4111１１１１11111111",
    ])
    func `digits may be grouped, and of other scripts`(_ card: String) throws {
        #expect(Masking.text("x \(card) y") == "x [card] y")
        #expect(try kept(#"{"a":"\#(card)"}"#) == "{}")
    }

    @Test(arguments: ["\n", "\r\n", " \n", "\n\n", "\u{2028}"])
    func `the groups may stand on lines of their own`(_ lineBreak: String) {
        let card = ["4111", "1111", "1111", "1111"].joined(separator: lineBreak)
        #expect(Masking.text("my card:\n\(card)\nthanks") == "my card:\n[card]\nthanks")
    }

    @Test(arguments: [
        ("4111111111111111 and 378282246310005", "[card] and [card]"),
        ("4111111111111111 378282246310005", "[card] [card]"),
        ("12 4111 1111 1111 1111", "12 [card]"), ("4111 1111 1111 1111 12/26", "[card] 12/26"),
        ("order 123 4111111111111111", "order 123 [card]"),
        ("(4111111111111111)", "([card])"), ("é4111111111111111é", "é[card]é"),
        ("/pay/4111111111111111/ok", "/pay/[card]/ok"), ("/pay/4111/1111/1111/1111/ok", "/pay/[card]/ok"),
        ("card=4111+1111+1111+1111+", "card=[card]+"), ("4111111111111111 +49 151 23456789", "[card] +49 151 23456789"),
        ("https://a.b/4111111111111111?x=1", "https://a.b/[card]"), ("+4111111111111111", "+[card]"),
    ])
    func `only the digits of the card go`(_ text: String, _ masked: String) {
        #expect(Masking.text(text) == masked)
    }

    @Test(arguments: [
        "4111111111111112", "4111 1111 1111 1112", "1795414800123", "1795414800123456", "20261123062000",
        "0000000000000000", "7992739871300003",
        "411111111111", "41111111111111111111", "94111111111111111", "31.12.2026 - 09.01.2027",
        "48.137154 11.576103", "48.137154,11.576103", "1,234,567,890,123", "4111:1111:1111:1111",
        "4111++1111++1111++1111", "4111//1111//1111//1111", "4111 + 1111 + 1111",
        "31/12/2026 04/01/2027", "4111%211111%211111%211111", "49/151/23456789",
        "449.99999999999992", "555-123-4567", "2720-1231", "550e8400-e29b-41d4-a716-446655440000",
        "1234567890.1234567890", "+378282246310005",
        "+30569309025904", "call +4930 569309025904", "WBA3A5G59DNP26082", "4111x1111x1111x1111", "2221",
        "2220999999999992", "2721000000000004", "[card]", "",
    ])
    func `what only looks like a card stays`(_ text: String) throws {
        #expect(Masking.text(text) == text)
        #expect(try kept(#"{"a":"\#(text)"}"#) == #"{"a":"\#(text)"}"#)
    }

    @Test(arguments: [
        "4111111111111112", "1795414800123", "450.00", "411111111111", "-5", "4111.111111111111", "1e400", "4.5e2",
        "41111111111111111111",
    ])
    func `what only looks like a card stays as a number`(_ number: String) throws {
        #expect(try kept(#"{"a":\#(number)}"#) == #"{"a":\#(number)}"#)
    }

    @Test(arguments: [
        "4.111111111111111e15", "4.111111111111111E+15", "41111111111111110e-1", "-4111111111111111",
        "4111111111111111.00",
    ])
    func `a card number is known in any spelling of the number`(_ number: String) throws {
        #expect(try kept(#"{"a":\#(number)}"#) == "{}")
    }

    @Test func `the shortest and longest lengths count and one digit less or more does not`() {
        func valid(_ length: Int) -> [UInt8] {
            let digits = [4] + [UInt8](repeating: 0, count: length - 1)
            return (0...9).map { digits.dropLast() + [$0] }.first { luhn($0) } ?? []
        }
        func luhn(_ digits: [UInt8]) -> Bool {
            digits.reversed().enumerated().reduce(0) { sum, digit in
                let value = Int(digit.element) * (digit.offset % 2 + 1)
                return sum + value / 10 + value % 10
            } % 10 == 0
        }
        for length in 10...24 {
            let digits = valid(length)
            #expect(luhn(digits))
            let text = String(decoding: digits.map { $0 + 0x30 }, as: UTF8.self)
            #expect((Masking.text(text) == "[card]") == (13...19).contains(length))
        }
    }

    @Test(arguments: [
        ("+49 151 23456789", "+49 151 23456789"), ("4915112345678", "4915112345678"),
        ("4222222222222", "4222222222222"),
        ("30569309025904", "30569309025904"), ("378282246310005", "[card]"), ("+378282246310005", "+378282246310005"),
        ("4111 1111 1111 1111", "[card]"),
        ("+4111111111111111", "+[card]"), ("(555) 123-4567", "(555) 123-4567"),
    ])
    func `a phone number is no card number`(_ phone: String, _ masked: String) throws {
        #expect(Masking.phone(phone) == masked)
        #expect(try kept(#"{"phone":"\#(phone)"}"#) == (masked == "[card]" ? "{}" : #"{"phone":"\#(masked)"}"#))
    }

    @Test func `hundreds of thousands of digits take no more time than their length`() {
        let time = ContinuousClock().measure {
            #expect(Masking.text(String(repeating: "4", count: 300_000)).utf8.count == 1_024)
            #expect(Masking.text(String(repeating: "4 ", count: 100_000)).utf8.count <= 1_024)
            #expect(Masking.text(String(repeating: "411 ", count: 100_000)).utf8.count <= 1_024)
        }
        #expect(time < .seconds(20))
    }
}
