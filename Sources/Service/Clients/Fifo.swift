/// First in, first out, in one array: what is taken leaves a gap, which is closed when it is half of the array.
struct Fifo<Element> {
    private var elements: [Element?] = []
    private var head = 0

    /// How many elements there are.
    var count: Int { elements.count - head }
    /// Whether there is none.
    var isEmpty: Bool { head == elements.count }
    /// The oldest one.
    var first: Element? { isEmpty ? nil : elements[head] }

    /// Adds one behind the others.
    mutating func append(_ element: Element) { elements.append(element) }

    /// Takes the oldest one.
    mutating func popFirst() -> Element? {
        guard !isEmpty else { return nil }
        let element = elements[head].take()
        head += 1
        if isEmpty {
            self = Fifo()
        } else if head >= 64, head * 2 >= elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }

    /// Puts one before the others again.
    mutating func putBack(_ element: Element) {
        guard head > 0 else { return elements.insert(element, at: 0) }
        head -= 1
        elements[head] = element
    }
}
