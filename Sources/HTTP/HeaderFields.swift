import Text

/// The field lines of a request, in order, repeated ones kept.
///
/// Holds positions in the received bytes: a name or value becomes a `String` only when somebody asks for it.
public struct HeaderFields: Sendable {
    var bytes: [UInt8]
    /// Where the head begins in `bytes`.
    var base: Int
    let lines: [FieldLine]

    init(bytes: [UInt8] = [], base: Int = 0, lines: [FieldLine] = []) {
        self.bytes = bytes
        self.base = base
        self.lines = lines
    }

    /// The number of field lines.
    public var count: Int { lines.count }

    /// The value of the first field of that name (either case), without blanks at its ends; bytes that are not UTF-8
    /// become U+FFFD. Nil when there is none.
    public func first(_ name: StaticString) -> String? {
        firstBytes(name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The value of the first field of that name as the bytes that were sent: no copy is made.
    public func firstBytes(_ name: StaticString) -> ArraySlice<UInt8>? {
        for line in lines where isNamed(name, line) { return slice(line.value) }
        return nil
    }

    /// The values of all fields of that name, in order.
    public func all(_ name: StaticString) -> [String] {
        lines.filter { isNamed(name, $0) }.map { text($0.value) }
    }

    /// All values of that name joined with ", " (RFC 9110 section 5.3); nil when there is none.
    public func combined(_ name: StaticString) -> String? {
        let values = all(name)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    /// The members of a comma-separated list over all fields of that name, without blanks and empty members
    /// (RFC 9110 section 5.6.1). Not for lists whose members may hold quoted commas.
    public func list(_ name: StaticString) -> [String] {
        lines.filter { isNamed(name, $0) }.flatMap { line in
            slice(line.value).split(separator: UInt8.comma).compactMap { member in
                let trimmed = bytes.span.trimmed(member.startIndex..<member.endIndex)
                return trimmed.isEmpty ? nil : String(decoding: bytes[trimmed], as: UTF8.self)
            }
        }
    }

    /// Name and value of every field line, in order, as sent.
    public var pairs: [(name: String, value: String)] {
        lines.map { (text($0.name), text($0.value)) }
    }

    private func isNamed(_ name: StaticString, _ line: FieldLine) -> Bool {
        let length = name.utf8CodeUnitCount
        guard line.name.count == length else { return false }
        let start = base + line.name.lowerBound
        var at = 0
        while at < length {
            if name.utf8Start[at].lowercased != bytes[start + at].lowercased { return false }
            at &+= 1
        }
        return true
    }

    func slice(_ range: Range<Int>) -> ArraySlice<UInt8> {
        bytes[base + range.lowerBound..<base + range.upperBound]
    }

    func text(_ range: Range<Int>) -> String {
        String(decoding: slice(range), as: UTF8.self)
    }
}
