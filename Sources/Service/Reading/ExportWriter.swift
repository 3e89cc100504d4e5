import Text
import CRM
import HTTP
import Store

/// Writes the parts of an export as one JSON object, piece by piece.
public struct ExportWriter {
    /// The list whose `]` is still to be written, and whether it has an item.
    private var open: (name: String, isEmpty: Bool)?
    /// Whether there was any part.
    public private(set) var hasBegun = false

    /// A writer at the beginning of the object.
    public init() {}

    /// The next piece.
    public mutating func write(_ part: Export.Part, at now: Timestamp) -> [UInt8] {
        hasBegun = true
        var bytes: [UInt8] = []
        switch part {
        case .contact(let contact, let ids, let emails):
            var body = JSONBody()
            body.add("success", true)
            body.add("exported_at", now.iso8601)
            body.add("contact", contact)
            body.add("customer_ids", list: ids) { $1.appendJSON($0) }
            body.add("former_emails", list: emails) { $1.appendJSON($0) }
            bytes = body.bytes
        case .tasks(let tasks): add("tasks", tasks, &bytes) { $1 += JSONBody($0).finished }
        case .activities(let entries): add("activities", entries, &bytes) { $1 += $0.utf8 }
        case .vehicles(let vehicles):
            add("vehicles", vehicles, &bytes) { vehicle, bytes in
                var object = JSONBody()
                object.add("name", vehicle.name)
                object.add("views", vehicle.count)
                bytes += object.finished
            }
        case .bookings(let bookings): add("bookings", bookings, &bytes) { $1.appendJSON($0) }
        case .settled(let facts):
            add("settled", facts, &bytes) { fact, bytes in
                var object = JSONBody()
                object.add("fact", fact.name)
                object.add("at", Timestamp(clamping: fact.count).iso8601)
                bytes += object.finished
            }
        case .funnel(let funnel):
            close(&bytes)
            bytes += ",\"funnel\":".utf8
            bytes += JSONBody(funnel).finished
        }
        return bytes
    }

    /// What ends the object.
    public mutating func end() -> [UInt8] {
        var bytes: [UInt8] = []
        close(&bytes)
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private mutating func add<Item>(
        _ name: String, _ items: [Item], _ bytes: inout [UInt8], _ write: (Item, inout [UInt8]) -> Void
    ) {
        if open?.name != name {
            close(&bytes)
            bytes += ",\"\(name)\":[".utf8
            open = (name, true)
        }
        for item in items {
            if open?.isEmpty == false { bytes.append(UInt8(ascii: ",")) }
            open?.isEmpty = false
            write(item, &bytes)
        }
    }

    private mutating func close(_ bytes: inout [UInt8]) {
        if open != nil { bytes.append(UInt8(ascii: "]")) }
        open = nil
    }
}
