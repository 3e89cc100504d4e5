import Text
import CRM
import HTTP

/// The body of a decision: an object of short texts, or nothing.
struct Decision {
    /// Most characters of a name.
    static let maxName = 80
    /// Most characters of a reason.
    static let maxReason = 500

    private let fields: [String: String]

    init(_ body: ArraySlice<UInt8>) throws(BadParameter) {
        guard !body.isEmpty else {
            fields = [:]
            return
        }
        fields = try body.withUnsafeBufferPointer { bytes throws(BadParameter) -> [String: String] in
            guard let root = try? JSONDocument.parse(bytes).root, root.kind == .object else {
                throw BadParameter(name: "body", expected: "a JSON object, or no body")
            }
            var fields: [String: String] = [:]
            for member in root.members where !member.value.isNull {
                fields[member.name] = member.value.string ?? "\u{0}"
            }
            return fields
        }
    }

    /// A field of at most so many characters without control characters, trimmed; empty where it is not there.
    func text(_ name: String, upTo most: Int) throws(BadParameter) -> String {
        guard let value = fields[name] else { return "" }
        let isPlain = value.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        guard isPlain, value.unicodeScalars.count <= most else {
            throw BadParameter(name: name, expected: "a text of at most \(most) characters without line breaks")
        }
        let trimmed = value.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        return String(trimmed)
    }

    /// `status`: one that a person may set.
    func leadStatus() throws(BadParameter) -> LeadStatus {
        guard let status = fields["status"].flatMap(LeadStatus.init(named:)), status.setter != .events else {
            throw BadParameter(name: "status", expected: Parameters.names(of: LeadStatus.settable))
        }
        return status
    }

    /// Whether a field is there, `null` included in not being there.
    func has(_ name: String) -> Bool { fields[name] != nil }
}
