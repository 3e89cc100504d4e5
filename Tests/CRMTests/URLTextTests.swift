import TestSupport
import Testing

@testable import CRM
import Text

@Suite struct URLTextTests {
    @Test(arguments: [
        ("https://example.com/cars?utm=1#top", "https://example.com/cars"),
        ("https://example.com/cars#token", "https://example.com/cars"),
        ("https://example.com?x", "https://example.com"), ("HTTPS://EXAMPLE.COM/?x", "HTTPS://EXAMPLE.COM/"),
        ("app://open?x=1", "app://open"),
        ("see https://a.b/c?d=e and http://f.g/#h now", "see https://a.b/c and http://f.g/ now"),
        ("<a href=\"https://a.b/?c\">", "<a href=\"https://a.b/\">"),
        ("(https://a.b/?c)", "(https://a.b/"), ("https://a.b/?c\nhttps://d.e/?f", "https://a.b/\nhttps://d.e/"),
        ("https://a.b/?q='secret'", "https://a.b/"),
        ("https://user:pass@a.b/c", "https://a.b/c"), ("https://user@a.b", "https://a.b"),
        ("https://u:p@ss@a.b/c?d", "https://a.b/c"),
        ("redis://:pa%3Fss@a.b", "redis://a.b"), ("a?b://u:p@c", "a?b://c"), ("?q=1data:x", ""), ("a?q=1,data:x", "a"),
        ("https://a.b/@user", "https://a.b/@user"), ("https://a.b/?c@d", "https://a.b/"),
        ("https://a.b?c@d", "https://a.b"), ("https://a.b\\@c.d", "https://a.b\\@c.d"),
        ("redis://:secret@host:6379/0", "redis://host:6379/0"),
        ("https://u:p@a.b,https://v:q@c.d/", "https://a.b,https://c.d/"),
        ("What?https://a.b/?c", "What?https://a.b/"),
        ("https://a.b/r/https%3A%2F%2Fc.d%3Ftoken%3D1", "https://a.b/r/https%3A%2F%2Fc.d"),
        ("/search?q=a b", "/search"), ("/search#a", "/search"), (" /search?q", " /search"), ("//a.b/c?d", "//a.b/c"),
        ("//u:p@a.b/c", "//a.b/c"), ("//u:p@a.b?c@d", "//a.b"),
        ("?q=secret", ""), ("index.html?key=1", "index.html"), ("a.b/c#token=1", "a.b/c"),
        ("see a.b/c?d=e now", "see a.b/c now"),
        ("javascript:alert('x y')", "javascript:"), ("JavaScript:x", "JavaScript:"),
        ("data:text/html,<b>x</b>", "data:"), ("url(data:image/png;base64,AAAA)", "url(data:"),
        ("vbscript:x y", "vbscript:"), ("a javascript:x b", "a javascript:"),
        ("mailto:a@b.de?subject=x", "mailto:a@b.de"),
        ("https://a.b/c;jsessionid=1A2B", "https://a.b/c"), ("https://a.b/c;jsessionid=1A2B?d=e#f", "https://a.b/c"),
        ("https://a.b/c;x=1;y=2/d;z=3", "https://a.b/c/d"), ("https://a.b/c;v2/d?e", "https://a.b/c;v2/d"),
        ("https://a.b/c%3Bjsessionid=1/d", "https://a.b/c/d"), ("https://a.b;x=1", "https://a.b"),
        ("/cars;jsessionid=1/list", "/cars/list"), ("//a.b/c;d=e", "//a.b/c"), ("see /cars;sid=1 now", "see /cars now"),
        ("index.jsp;jsessionid=1A2B.node", "index.jsp"), ("a.b/c;JSESSIONID=1/d", "a.b/c/d"),
        ("https://u;x=1:p@a.b/c", "https://a.b/c"), ("/a:;x=1//u:p@b/c", "/a:"),
        ("/?q=1https://a.b/?c", "/"), ("#f?q=1 /?q=2 a", " / a"),
    ])
    func `a URL loses what may be secret`(_ text: String, _ stripped: String) throws {
        #expect(Masking.text(text) == stripped)
        let data = try withJSON(json(text)) { BusinessData($0) }
        #expect(String(decoding: data.json, as: UTF8.self) == json(stripped))
    }

    @Test(arguments: [
        "https://example.com/cars/camry", "Toyota Camry", "How much? A lot!", "Car #7", "#ff0000", "and/or?", "24/7",
        "C# and F#", "10:30", "a: b", "50% off",
        "john@example.com", "data: five seats", "metadata:x", "I know javascript: it is fun", "a://", "://",
        "ratio 1:2 ?", "What is new? #1", "a = b ? c : d", "%3F",
        "a;b=c", "red; blue = green", "x;y", ";",
    ])
    func `other text stays`(_ text: String) throws {
        #expect(Masking.text(text) == text)
        #expect(try kept(json(text)) == json(text))
    }

    @Test(arguments: [
        ("cars.html?x", "cars.html"), ("cars#x", "cars"), ("a.b/c?d e", "a.b/c"), ("#/reset", ""),
        ("https%3A%2F%2Fa.b%2Fc%3Fd%3De", "https%3A%2F%2Fa.b%2Fc"),
        ("https://a.b/c?d e f", "https://a.b/c"), ("cars;sid=1", "cars"), ("cars;sid=1/red?x", "cars/red"),
        ("What is new? Cars", "What is new? Cars"), ("/plain", "/plain"),
    ])
    func `a field that is named like a URL holds one`(_ text: String, _ stripped: String) throws {
        #expect(try kept(json(text, name: "page")) == json(stripped, name: "page"))
        #expect(try kept(json(text, name: "returnUrl")) == json(stripped, name: "returnUrl"))
    }

    @Test func `an escaped URL is a URL`() throws {
        #expect(try kept(#"{"a":"https:\/\/a.b\/c?d"}"#) == #"{"a":"https://a.b/c"}"#)
        #expect(try kept(#"{"a":"https://a.b/c\u003fd"}"#) == #"{"a":"https://a.b/c"}"#)
        #expect(try kept(#"{"a":"https:\/\/a.b\/c"}"#) == #"{"a":"https:\/\/a.b\/c"}"#)
    }

    @Test func `a quarter of a megabyte of colons, slashes or signs takes no more time than its length`() {
        for piece in [
            ";", ";=", ";a=/", ":;x=1//", "a://b;c=", "%3B=", "://", "a://", "?", "#", "/", ":", "data:", "@", "a://b@",
            "%3F", " /?", "?=", "#a ",
        ] {
            let growth = growth(to: 250_000) { length in
                let text = String(repeating: piece, count: length / piece.utf8.count)
                #expect(Masking.text(text).utf8.count <= 1_024)
            }
            #expect(growth < 40, "\(piece)")
        }
    }

    private func json(_ text: String, name: String = "a") -> String {
        var bytes = Array(#"{"\#(name)":"#.utf8)
        bytes.appendJSON(text)
        return String(decoding: bytes + [UInt8(ascii: "}")], as: UTF8.self)
    }
}
