import HTTP

/// The answers that one connection owes, in the order of its requests.
struct ResponseQueue {
    /// The place of an answer.
    struct Ticket: Equatable {
        fileprivate let number: Int
    }

    private struct Slot {
        let version: Version
        var keepAlive: Bool
        let headOnly: Bool
        var response: Response?
        /// Whether the answer is the beginning of a stream.
        var opensStream = false
    }

    private var slots: [Slot] = []
    /// How many answers have left.
    private(set) var answered = 0
    /// Bytes of answers that wait for an earlier one.
    private(set) var bytes = 0

    /// How many answers are owed.
    var count: Int { slots.count }
    /// Whether nothing is owed.
    var isEmpty: Bool { slots.isEmpty }

    /// Adds a place for the answer to a request.
    mutating func add(version: Version, keepAlive: Bool, headOnly: Bool) -> Ticket {
        slots.append(Slot(version: version, keepAlive: keepAlive, headOnly: headOnly, response: nil))
        return Ticket(number: answered + slots.count - 1)
    }

    /// Puts an answer in its place; false when the place is gone.
    mutating func fill(_ ticket: Ticket, _ response: Response) -> Bool {
        guard slots.indices.contains(ticket.number - answered) else { return false }
        slots[ticket.number - answered].response = response
        bytes += response.body.count
        return true
    }

    /// Puts the head of a stream in its place; there are no answers after it.
    mutating func fill(_ ticket: Ticket, streamHead: Response) {
        let index = ticket.number - answered
        slots.removeLast(slots.count - 1 - index)
        slots[index].opensStream = true
        slots[index].response = streamHead
        bytes = slots.reduce(0) { $0 + ($1.response?.body.count ?? 0) }
    }

    /// Has the last answer say that the connection ends with it.
    mutating func closeAfterLast() {
        if !slots.isEmpty { slots[slots.count - 1].keepAlive = false }
    }

    /// Appends the answers whose turn it is. Returns how the pieces of a stream go on the wire, where one begins.
    mutating func encodeReady(into output: inout [UInt8], date: DateField) -> StreamFraming? {
        var framing: StreamFraming?
        var count = 0
        while count < slots.count, let response = slots[count].response.take() {
            let slot = slots[count]
            bytes -= response.body.count
            count += 1
            if slot.opensStream {
                framing = response.encodeStreamHead(into: &output, version: slot.version, keepAlive: false, date: date)
            } else {
                response.encode(
                    into: &output, version: slot.version, keepAlive: slot.keepAlive, headOnly: slot.headOnly, date: date
                )
            }
        }
        if count == slots.count { slots.removeAll(keepingCapacity: true) } else { slots.removeFirst(count) }
        answered += count
        return framing
    }
}
