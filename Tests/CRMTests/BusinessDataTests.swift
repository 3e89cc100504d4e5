import TestSupport
import Testing

@testable import CRM

/// What is kept of `object`, as JSON text.
func kept(_ object: String) throws -> String {
    try withJSON(object) { String(decoding: BusinessData($0).json, as: UTF8.self) }
}

@Suite struct BusinessDataTests {
    @Test(arguments: [
        #"{"vehicle_id":"car_789","vehicle_name":"Toyota Camry","total_amount":450.00}"#, "{}",
        #"{"a":-1.50e+3,"b":true,"c":false,"d":null,"e":""}"#, #"{"a\"b":"c\u00e9\n\/","ü":"é😀"}"#, #"{"":1}"#,
    ])
    func `business data is kept to the letter`(_ json: String) throws {
        #expect(try kept(json) == json)
    }

    @Test func `only white space between the fields is lost`() throws {
        #expect(try kept(#" { "a" : 1 , "b" : "x y" } "#) == #"{"a":1,"b":"x y"}"#)
    }

    @Test func `objects and arrays are dropped`() throws {
        #expect(try kept(#"{"a":{"b":1},"c":[1,2],"d":1,"e":[],"f":{}}"#) == #"{"d":1}"#)
    }

    @Test(arguments: ["null", "[1]", #""text""#, "5", "true"])
    func `what is no object holds nothing`(_ json: String) throws {
        #expect(try kept(json) == "{}")
        #expect(BusinessData(nil) == .empty)
        #expect(BusinessData.empty.isEmpty)
    }

    @Test func `the last of repeated names counts, and once`() throws {
        #expect(try kept(#"{"a":1,"b":2,"a":3}"#) == #"{"a":3,"b":2}"#)
        #expect(try kept(#"{"a":1,"\u0061":2}"#) == #"{"a":2}"#)
        #expect(try kept(#"{"\u0061":1}"#) == #"{"a":1}"#)
        #expect(try kept(#"{"a":1,"a":{"nested":true}}"#) == "{}")
        #expect(try kept(#"{"a":"4111111111111111","a":"fine"}"#) == #"{"a":"fine"}"#)
        #expect(try kept(#"{"a":"fine","a":"4111111111111111"}"#) == "{}")
    }

    @Test func `thirty-two fields are kept and the next is not, but repeats of the first ones count`() throws {
        func object(_ count: Int, _ more: String = "") -> String {
            "{" + (0..<count).map { #""f\#($0)":\#($0)"# }.joined(separator: ",") + more + "}"
        }
        #expect(try kept(object(32)) == object(32))
        #expect(try kept(object(33)) == object(32))
        #expect(try kept(object(33, #","f0":9"#)).hasPrefix(#"{"f0":9,"f1":1,"#))
        let dropped = (0..<40).map { #""password\#($0)":1,"nested\#($0)":[]"# }.joined(separator: ",")
        #expect(try kept("{" + dropped + "," + object(32).dropFirst()) == object(32))
    }

    @Test(arguments: ["x", "ü", "😀", "\u{301}"])
    func `a value of 1,024 characters is kept and a longer one is cut between two characters`(_ sign: String) throws {
        let limit = BusinessData.maxCharacters
        let longest = String(repeating: sign, count: limit)
        #expect(try kept(#"{"a":"\#(longest)"}"#) == #"{"a":"\#(longest)"}"#)
        let cut = try kept(#"{"a":"\#(longest)\#(sign)"}"#)
        #expect(cut.unicodeScalars.elementsEqual(#"{"a":"\#(longest)"}"#.unicodeScalars))
    }

    @Test func `escapes count as the characters that they stand for`() throws {
        let longest = String(repeating: #"\ud83d\ude00"#, count: 1_024)
        #expect(try kept(#"{"a":"\#(longest)"}"#) == #"{"a":"\#(longest)"}"#)
        #expect(try kept(#"{"a":"\#(longest)\n"}"#) == #"{"a":"\#(String(repeating: "😀", count: 1_024))"}"#)
    }

    @Test func `a card number that the cut would divide is masked before`() throws {
        let text = String(repeating: "x", count: 1_014) + " 4111111111111111"
        #expect(try kept(#"{"a":"\#(text)"}"#) == #"{"a":"\#(String(repeating: "x", count: 1_014)) [card]"}"#)
    }

    @Test(arguments: ["n", "ñ"])
    func `a name of 64 characters is kept and a longer one is dropped`(_ sign: String) throws {
        let longest = String(repeating: sign, count: BusinessData.maxNameCharacters)
        #expect(try kept(#"{"\#(longest)":1}"#) == #"{"\#(longest)":1}"#)
        #expect(try kept(#"{"\#(longest)\#(sign)":1}"#) == "{}")
    }

    @Test func `a number of 64 characters is kept and a longer one is dropped`() throws {
        let longest = "0." + String(repeating: "1", count: BusinessData.maxNumberLength - 2)
        #expect(try kept(#"{"a":\#(longest)}"#) == #"{"a":\#(longest)}"#)
        #expect(try kept(#"{"a":\#(longest)1}"#) == "{}")
    }

    @Test func `text is found by name among what was kept`() throws {
        let json = #"""
            {"name":" Camry\n","id":789,"blank":" ","none":null,"flag":true,
             "password":"p","card":"4111111111111111","esc\"aped":"x","n":{"m":1}}
            """#
        let data = try withJSON(json) { BusinessData($0) }
        #expect(data.string("name") == "Camry")
        #expect(data.string("id") == "789")
        for absent: StaticString in ["blank", "none", "missing", "password", "card", "n", "m"] {
            #expect(data.string(absent) == nil)
        }
        #expect(data.string("flag") == nil)
        #expect(data.count == 6)
    }

    @Test func `what is kept of any document is JSON and is kept unchanged the next time`() throws {
        var random = SeededRandom()
        let pieces = [
            "https://", "user:pass@", "example.com/a", "?q=1", "#f", " ", "4111111111111111", "4111 1111 1111 1111",
            "+49151", "é", "😀", "\\n",
            "\\\"", "\\u0041", "data:", "/", "\\/", "javascript:", "%3F", "=", "-", ".", "1", "22", "378282246310005",
            "\u{A0}", "٤", "//", "?", "password", "\\\"cvv\\\":", "{", "}", "%3D", "&", ",", ";", "'",
        ]
        for _ in 0..<3_000 {
            let fields = (0..<Int.random(in: 0..<4, using: &random)).map { index in
                let text = (0..<Int.random(in: 0..<12, using: &random)).compactMap { _ in
                    pieces.randomElement(using: &random)
                }
                return #""\#(["a", "page_url", "phone", "note"][index])":"\#(text.joined())""#
            }
            let once = try kept("{" + fields.joined(separator: ",") + "}")
            #expect(try kept(once) == once, "\(fields)")
        }
    }

    @Test func `a megabyte of repeated names takes no more time than its length`() throws {
        let members = (0..<40_000).map { #""f\#($0 % 33)":"\#($0)""# }.joined(separator: ",")
        let time = try ContinuousClock().measure { _ = try kept("{" + members + "}") }
        #expect(time < .seconds(10))
    }
}
