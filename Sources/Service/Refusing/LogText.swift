import Text
import CRM

/// What of a text that a client sent may go into a log line, the live feed and the status: nothing that may be
/// personal, and nothing that could forge a line or turn a terminal's text around.
enum LogText {
    /// Characters that are shown of an id, a name or a path.
    static let maxWord = 128
    /// Characters that are shown of an origin or a user agent.
    static let maxDescription = 100
    /// What stands for a text that is not shown.
    static let withheld = "(withheld)"

    /// An id or another technical word. Ids may be logged, and websites may put an address into one, so anything that
    /// is not plainly a technical word stays out.
    static func word(_ text: String) -> String {
        // A card number has no letters in it, so that most ids are known to hold none at a glance.
        var (digits, most) = (0, 0)
        let isPlain = text.hasOnly { byte in
            switch byte {
            case 48...57:
                digits += 1
                most = max(most, digits)
            case 65...90, 97...122: digits = 0
            case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"): break
            default: return false
            }
            return true
        }
        guard isPlain, (1...maxWord).contains(text.utf8.count) else { return withheld }
        return most >= Masking.shortestCard && Masking.holdsCard(text) ? withheld : text
    }

    /// A path, if each part of it is plainly a technical word.
    static func path(_ text: String) -> String {
        let parts = text.split(separator: "/")
        return text.utf8.count <= maxWord && parts.allSatisfy({ word(String($0)) != withheld }) ? text : withheld
    }

    /// The value of an `Origin` field.
    static func origin(_ text: String) -> String {
        // What a browser sends for a page without an origin, such as a file or a sandbox.
        if text == "null" { return text }
        let isPlain = text.hasOnly { byte in
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"),
                UInt8(ascii: "/"), UInt8(ascii: "["), UInt8(ascii: "]"):
                true
            default: false
            }
        }
        guard isPlain, Origin.normalized(text) != nil, !Masking.holdsCard(text) else { return withheld }
        return shortened(text)
    }

    /// The value of a `User-Agent` field: masked, without words that may be addresses, in printable ASCII.
    static func agent(_ text: String) -> String {
        let words = Masking.text(String(text.prefix(4 * maxDescription))).split(separator: " ").map { word in
            word.contains("@") ? withheld : String(word)
        }
        let plain = words.joined(separator: " ").unicodeScalars.map { scalar in
            (0x20...0x7E).contains(scalar.value) ? Character(scalar) : "?"
        }
        return shortened(String(plain))
    }

    private static func shortened(_ text: String) -> String {
        text.count > maxDescription ? text.prefix(maxDescription - 1) + "…" : text
    }
}
