import Text
import CRM
import HTTP
import Store

/// A JSON object that is written from its first field to its last.
public struct JSONBody {
    private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]
    private var isEmpty = true

    /// Adds a text.
    public mutating func add(_ name: String, _ value: String) {
        open(name)
        bytes.appendJSON(value)
    }

    /// Adds a text, or null.
    public mutating func add(_ name: String, orNull value: String?) {
        if let value { add(name, value) } else { add(name) { $0 += "null".utf8 } }
    }

    /// Adds a whole number.
    public mutating func add(_ name: String, _ value: Int64) {
        open(name)
        bytes += String(value).utf8
    }

    /// Adds true or false.
    public mutating func add(_ name: String, _ value: Bool) {
        open(name)
        bytes += (value ? "true" : "false").utf8
    }

    /// Adds a share from 0 to 1 with four digits, or null.
    mutating func add(_ name: String, rate: Double?) {
        open(name)
        guard let rate else {
            bytes += "null".utf8
            return
        }
        let digits = String(Int((rate * 10_000).rounded()))
        let padded = String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits
        bytes += "\(padded.dropLast(4)).\(padded.suffix(4))".utf8
    }

    /// Adds a hash as it stands.
    mutating func add(_ name: String, _ record: StoredHash?) {
        open(name)
        guard let record else {
            bytes += "null".utf8
            return
        }
        bytes += JSONBody(record).finished
    }

    /// Adds a value that `write` appends.
    public mutating func add(_ name: String, _ write: (inout [UInt8]) -> Void) {
        open(name)
        write(&bytes)
    }

    /// Adds a list, one item after the other.
    public mutating func add<Item>(_ name: String, list items: [Item], _ write: (Item, inout [UInt8]) -> Void) {
        open(name)
        bytes.append(UInt8(ascii: "["))
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(item, &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    mutating func add(_ name: String, records: [StoredHash]) {
        add(name, list: records) { $1 += JSONBody($0).finished }
    }

    mutating func add(_ name: String, ranked: [Ranked], counted count: String) {
        add(name, list: ranked) { item, bytes in
            var object = JSONBody()
            object.add("name", item.name)
            object.add(count, item.count)
            bytes += object.finished
        }
    }

    /// The whole object.
    public var finished: [UInt8] { bytes + [UInt8(ascii: "}")] }

    /// An object without fields.
    public init() {}

    init(_ record: StoredHash) {
        for (name, value) in record.fields { add(name, value) }
    }

    private mutating func open(_ name: String) {
        if !isEmpty { bytes.append(UInt8(ascii: ",")) }
        isEmpty = false
        bytes.appendJSON(name)
        bytes.append(UInt8(ascii: ":"))
    }
}
