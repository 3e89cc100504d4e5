import TestSupport
import Testing

@testable import CRM
import Text

/// Names and values within text.
@Suite struct SecretPairsTests {
    @Test(arguments: [
        ("password=hunter2", "password=[secret]"), ("PASSWORD = hunter2", "PASSWORD = [secret]"),
        ("my password=hunter2, thanks", "my password=[secret], thanks"), ("(pin=1234", "(pin=[secret]"),
        ("a=1&token=abc", "a=1&token=[secret]"), ("token=abc&a=1", "token=[secret]&a=1"),
        ("token=abc&token=def", "token=[secret]&token=[secret]"), ("a=1;token=abc;b=2", "a=1;token=[secret];b=2"),
        ("a=1,token=a,b,c,b=2", "a=1,token=[secret],b=2"), ("token=a=b==", "token=[secret]"),
        ("user[password]=x&b=1", "user[password]=[secret]&b=1"), ("--api-key=x y", "--api-key=[secret] y"),
        ("user%5Bpin%5D=1", "user%5Bpin%5D=[secret]"), ("a%3D1%26pin%3D2%26b%3D3", "a%3D1%26pin%3D[secret]%26b%3D3"),
        ("password='hunter 2' x", "password='[secret]' x"), (#"password="hunter 2" x"#, #"password="[secret]" x"#),
        (#"say "password=hunter2" now"#, #"say "password=[secret]" now"#), (#"\"pin=1\""#, #"\"pin=[secret]\""#),
        ("if password==hunter2 then", "if password=[secret] then"),
        (":password=>5, :a=>1", ":password=>[secret], :a=>1"),
        ("Authorization=Bearer abc.def x", "Authorization=[secret] x"), ("auth=basic QQ==", "auth=[secret]"),
        ("iban=DE89 3704 0044 0532 0130 00 now", "iban=[secret] now"), ("ssn=123 45 6789", "ssn=[secret]"),
        ("pan=4111 1111 1111 1111", "pan=[secret]"), ("kartennummer=5 x", "kartennummer=[secret] x"),
        ("token=[secret]tail", "token=[secret]"), ("token=[a b] c", "token=[secret] c"), ("cid=abc", "cid=[secret]"),
        (#"credentials={"user":"a","note":"b c"}&a=1"#, "credentials=[secret]&a=1"),
        (String(repeating: "x", count: 200) + "token=a", String(repeating: "x", count: 200) + "token=[secret]"),
    ])
    func `the value of a secret goes, and the rest stays`(text: String, masked: String) throws {
        #expect(Masking.text(text) == masked)
        #expect(try kept(json(text)) == json(masked))
    }

    @Test(arguments: [
        (#"{"cvv":"123"}"#, #"{"cvv":"[secret]"}"#), (#"{"cvv" : "123" , "a":1}"#, #"{"cvv" : "[secret]" , "a":1}"#),
        (#"{"cvv":123,"a":1}"#, #"{"cvv":"[secret]","a":1}"#), (#"{"a":1,"cvv":null}"#, #"{"a":1,"cvv":"[secret]"}"#),
        (#"{"cvv":-1.5e3}"#, #"{"cvv":"[secret]"}"#), (#"{"pin":"a\"b","a":"c"}"#, #"{"pin":"[secret]","a":"c"}"#),
        (#"{"pin":"a\\","a":"c"}"#, #"{"pin":"[secret]","a":"c"}"#), (#"{"pin":"","a":"c"}"#, #"{"pin":"","a":"c"}"#),
        (#"{"card number":"1"}"#, #"{"card number":"[secret]"}"#), ("{'cvv': '123'}", "{'cvv': '[secret]'}"),
        ("{ cvv: '1 2', a: 5 }", "{ cvv: '[secret]', a: 5 }"), ("{a:1,cvv:123}", "{a:1,cvv:[secret]}"),
        (#"{"credentials":{"user":"a}","x":[1]},"a":1}"#, #"{"credentials":"[secret]","a":1}"#),
        (#"{"tokens":["a","b]"],"a":1}"#, #"{"tokens":"[secret]","a":1}"#), (#"{"cvv":"12"#, #"{"cvv":"[secret]"#),
        (#"{"pin":{"a":"b"#, #"{"pin":"[secret]""#), (#""pin" => "1", "a" => 2"#, #""pin" => "[secret]", "a" => 2"#),
        (#"{\"cvv\":\"123\",\"a\":\"b\"}"#, #"{\"cvv\":\"[secret]\",\"a\":\"b\"}"#),
        (#"{\"cvv\":123}"#, #"{\"cvv\":\"[secret]\"}"#),
        (#"{\"pin\":\"a\\\"b\",\"a\":1}"#, #"{\"pin\":\"[secret]\",\"a\":1}"#),
        (#"{"n":"{\"pin\":\"a\\\\\",\"a\":1}"}"#, #"{"n":"{\"pin\":\"[secret]\",\"a\":1}"}"#),
        (#"{"n":"pin=5","a":1}"#, #"{"n":"pin=[secret]","a":1}"#),
        (#"{"n":"{\"pin\":\"5"}"#, #"{"n":"{\"pin\":\"[secret]"}"#),
    ])
    func `a secret in JSON goes, and what is left is written as before`(text: String, masked: String) throws {
        #expect(Masking.text(text) == masked)
        #expect(try kept(json(text)) == json(masked))
    }

    @Test(arguments: [
        "a=1&b=2", "total = 5", "acid=5", "decide=now", "incident_id=7", "campaign_cid=7", "password=", "password= ",
        "password", "the password: hunter2", "Pass: the ski pass, pin: bring yours", "spinner=1", "company=Pan Am",
        "pin=&a=1", #"{"shipping":"1","company":{"a":"b"}}"#, #"{"name":"password"}"#, "=5", "==", ":", #"":"""#,
        "it's 10:30", #""pin""#, #""pin":"#, "pin=[secret]", #"{"pin":"[secret]"}"#, "a = b", "{a:b}", "100%=5",
    ])
    func `other text stays`(_ text: String) throws {
        #expect(Masking.text(text) == text)
        #expect(try kept(json(text)) == json(text))
    }

    @Test func `no part of a secret is left wherever the text is cut`() {
        let inner = #"{\"cvv\":\"zebra\",\"credentials\":{\"user\":\"zebra\"},\"n\":\"{\\\"pin\\\":\\\"zebra\\\"}\"}"#
        let text = #"{"n":"\#(inner)","token":"zebra"} &password=zebra&pin = 'zebra'&cvc%3Dzebra"#
        #expect(text.count { $0 == "z" } == 7)
        for end in text.indices.map({ text[..<$0] }) + [text[...]] {
            #expect(!Masking.text(String(end)).contains("z"), "\(end)")
        }
    }

    @Test func `JSON within JSON loses its secrets and nothing else, whatever is in it`() throws {
        var random = SeededRandom()
        let signs = ["a", "\"", "\\", "'", "{", "}", "[", "]", ",", " ", "é", "\n", "5"]
        func text() -> String {
            (0..<Int.random(in: 0..<6, using: &random)).compactMap { _ in signs.randomElement(using: &random) }.joined()
        }
        for _ in 0..<2_000 {
            let (before, after, depth) = (text(), text(), Int.random(in: 0...3, using: &random))
            // What a secret begins with stays apart from all else.
            let secret = "zebra" + text() + "zebra"
            func object(_ secret: String) -> String {
                var object =
                    #"{"note":"# + quoted(before) + #","cvv":"# + quoted(secret) + #","more":"# + quoted(after) + "}"
                for _ in 0..<depth { object = #"{"a":1,"inner":"# + quoted(object) + #","b":2}"# }
                return object
            }
            #expect(Masking.text(object(secret)) == object("[secret]"), "\(object(secret))")
        }
    }

    @Test func `any text that is masked once stays as it is the next time`() {
        var random = SeededRandom()
        let pieces = [
            "password", "pin", "a", "=", ":", "\"", "\\", "'", "{", "}", "[", "]", ",", ";", " ", "&", "%3D", "%26",
            "%",
            "=>", "Bearer ", "5", "[secret]", "[card]", "4111111111111111", "4111 1111", " 1111 1111", "https://", "/",
            "?", "#", "@", "é", "+", "&nbsp;", "\\u00a0", "data:", ";jsessionid=", "x", "%20",
        ]
        for index in 0..<20_000 {
            let count = Int.random(in: 0..<(index % 100 == 0 ? 600 : 16), using: &random)
            let text = (0..<count).compactMap { _ in pieces.randomElement(using: &random) }.joined()
            for mask in [Masking.text, Masking.phone] {
                let once = mask(text)
                #expect(mask(once) == once, "\(text)")
            }
        }
    }

    @Test(arguments: [
        "=", ":", "pin=", "pin=1 ", "pin=[", "pin={", "pin=\"", "\"pin\":", "\"pin\":{", "\"pin\":[\"",
        "\\\"pin\\\":\\\"",
        "\\", "{", "{pin:", ",pin:", "\"", "'", "\":", "a,", "pin=a,", "pin=,x", "pin=1 1", "pin=Bearer ", "%3D", "%26",
        "pin%3D%26", "a%25", "&amp;", "&#", "&#160;", "\\u00a0", "4%20", "%20", "%2", "4,", "4|", "1+", "4&nbsp;",
        "٤", "%C2%A0", "%C2", "\\\\\\\\4",
    ])
    func `a quarter of a megabyte of signs takes no more time than its length`(piece: String) {
        let growth = growth(to: 250_000) { length in
            let text = String(repeating: piece, count: length / piece.utf8.count)
            #expect(Masking.text(text).unicodeScalars.count <= 1_024)
        }
        #expect(growth < 40)
    }

    @Test func `secrets in a customer's fields go as well`() throws {
        let json = #"""
            {"event_type":"customer.created","customer":{"id":"u1","first_name":"Jo {\"cvv\":\"123\"}",
             "last_name":"password=hunter2","phone":"+49 151 23456789 pin=1234"}}
            """#
        var ulids = ULIDGenerator()
        let now = Timestamp(clamping: 1_795_477_835_347)
        let customer = try withJSON(json) {
            try Event($0, arrival: Arrival(receivedAt: now, ulid: ulids.next(at: now))).customer
        }
        #expect(customer.firstName == #"Jo {"cvv":"[secret]"}"#)
        #expect(customer.lastName == "password=[secret]")
        #expect(customer.phone == "+49 151 23456789 pin=[secret]")
    }

    @Test func `a name that holds a secret is dropped with its value`() throws {
        #expect(try kept(#"{"password=hunter2":"x","{\"cvv\":\"123\"}":1,"a=b":2}"#) == #"{"a=b":2}"#)
    }

    private func json(_ text: String) -> String { #"{"a":"# + quoted(text) + "}" }

    private func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.appendJSON(text)
        return String(decoding: bytes, as: UTF8.self)
    }
}
