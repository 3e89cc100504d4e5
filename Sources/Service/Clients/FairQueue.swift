/// A queue in which clients take turns by bytes: one that brings a lot delays the others by little.
///
/// Deficit round robin (Shreedhar and Varghese, 1995): each turn gives a client ``quantum`` bytes of credit, and it is
/// served as long as its credit covers the price of its next item. Clients that have just come are served before the
/// others, as in RFC 8290 (FQ-CoDel); one whose credit is used up, or that has nothing left, joins the others.
struct FairQueue<Item> {
    /// Bytes of credit for each turn.
    static var quantum: Int { 4_096 }
    /// The highest price, whatever an item costs: bounds the turns that it takes until a client can pay.
    static var maxPrice: Int { 65_536 }

    private struct Entry {
        let item: Item
        let price: Int
    }

    private struct Flow {
        var entries = Fifo<Entry>()
        var credit = quantum
    }

    private var flows: [ObjectIdentifier: Flow] = [:]
    private var newcomers = Fifo<ObjectIdentifier>()
    private var others = Fifo<ObjectIdentifier>()
    /// How many items there are.
    private(set) var count = 0

    /// Whether there is nothing.
    var isEmpty: Bool { count == 0 }

    /// Adds an item behind the others of its client.
    mutating func append(_ item: Item, price: Int, of client: ObjectIdentifier) {
        enter(client)
        flows[client]?.entries.append(Entry(item: item, price: min(price, Self.maxPrice)))
    }

    /// Puts an item that ``next()`` has returned before the others of its client, for what is left of it.
    mutating func putBack(_ item: Item, price: Int, of client: ObjectIdentifier) {
        enter(client)
        flows[client]?.entries.putBack(Entry(item: item, price: min(price, Self.maxPrice)))
    }

    /// Takes the item whose turn it is; `nil` when there is none.
    mutating func next() -> Item? {
        while count > 0, let client = newcomers.first ?? others.first {
            let isNew = !newcomers.isEmpty
            guard let flow = flows[client] else { preconditionFailure("a client in line has no queue") }
            if let entry = flow.entries.first, entry.price <= flow.credit {
                flows[client]?.credit -= entry.price
                _ = flows[client]?.entries.popFirst()
                count -= 1
                if isEmpty { self = FairQueue() }
                return entry.item
            }
            _ = isNew ? newcomers.popFirst() : others.popFirst()
            if isNew || !flow.entries.isEmpty {
                // One that has nothing left stays for a turn: else it could come anew again and again.
                if !flow.entries.isEmpty { flows[client]?.credit += Self.quantum }
                others.append(client)
            } else {
                flows[client] = nil
            }
        }
        return nil
    }

    private mutating func enter(_ client: ObjectIdentifier) {
        count += 1
        guard flows[client] == nil else { return }
        flows[client] = Flow()
        newcomers.append(client)
    }
}
