import Testing

@testable import Service

/// Who is served when, where several wait.
@Suite struct FairQueueTests {
    private final class Client {}

    private func drain(_ queue: inout FairQueue<String>, _ count: Int = .max) -> [String] {
        var taken: [String] = []
        while taken.count < count, let item = queue.next() { taken.append(item) }
        return taken
    }

    @Test func `items of one client keep their order`() {
        var queue = FairQueue<String>()
        let client = Client()
        for (index, price) in [1, 70_000, 1, 4_096, 5_000].enumerated() {
            queue.append(String(index), price: price, of: ObjectIdentifier(client))
        }
        #expect(queue.count == 5)
        let taken = drain(&queue)
        #expect(taken == ["0", "1", "2", "3", "4"])
        #expect(queue.isEmpty)
    }

    @Test func `a client that has just come goes before those with much to do`() {
        var queue = FairQueue<String>()
        let clients = (0..<41).map { _ in Client() }
        for client in clients.dropLast() {
            for _ in 0..<16 { queue.append("large", price: 65_536, of: ObjectIdentifier(client)) }
        }
        let taken = drain(&queue, 10)
        #expect(taken == Array(repeating: "large", count: 10))
        queue.append("small", price: 600, of: ObjectIdentifier(clients[40]))
        let next = queue.next()
        #expect(next == "small")
    }

    @Test func `clients get as many bytes as each other, however large their items are`() {
        var queue = FairQueue<String>()
        let prices = [("a", 65_536), ("b", 4_096), ("c", 500)]
        let clients = prices.map { _ in Client() }
        for ((name, price), client) in zip(prices, clients) {
            for _ in 0..<(2_097_152 / price) { queue.append(name, price: price, of: ObjectIdentifier(client)) }
        }
        var bytes: [String: Int] = [:]
        for name in drain(&queue, 2_500) { bytes[name, default: 0] += prices.first { $0.0 == name }?.1 ?? 0 }
        for (name, _) in prices {
            #expect(abs((bytes[name] ?? 0) - (bytes["c"] ?? 0)) <= 65_536 + 4_096, "\(bytes)")
        }
    }

    @Test func `a client that comes back as soon as it is served gains nothing by that`() {
        var queue = FairQueue<String>()
        let (steady, returning) = (Client(), Client())
        for _ in 0..<64 { queue.append("steady", price: 4_096, of: ObjectIdentifier(steady)) }
        queue.append("returning", price: 4_096, of: ObjectIdentifier(returning))
        var taken: [String] = []
        for _ in 0..<40 {
            guard let item = queue.next() else { break }
            taken.append(item)
            if item == "returning" { queue.append("returning", price: 4_096, of: ObjectIdentifier(returning)) }
        }
        #expect(taken.count { $0 == "steady" } >= 18, "\(taken)")
    }

    @Test func `what is put back comes before the other items of its client`() {
        var queue = FairQueue<String>()
        let client = Client()
        queue.append("batch", price: 1, of: ObjectIdentifier(client))
        queue.append("next", price: 1, of: ObjectIdentifier(client))
        let first = queue.next()
        #expect(first == "batch")
        queue.putBack("rest of the batch", price: 9_000, of: ObjectIdentifier(client))
        let taken = drain(&queue)
        #expect(taken == ["rest of the batch", "next"])
    }

    @Test func `nothing waits for ever, and all that was added comes out once`() {
        var queue = FairQueue<String>()
        let clients = (0..<50).map { _ in Client() }
        var added: [String] = []
        var taken: [String] = []
        for step in 0..<4_000 {
            let client = clients[step * 7 % 50]
            added.append(String(step))
            queue.append(String(step), price: step % 97 * 1_000, of: ObjectIdentifier(client))
            if step % 3 > 0, let item = queue.next() { taken.append(item) }
        }
        taken += drain(&queue)
        #expect(taken.count == added.count)
        #expect(Set(taken) == Set(added))
    }

    @Test func `a fifo gives back what it was given, in order`() {
        var fifo = Fifo<Int>()
        var taken: [Int] = []
        for number in 0..<1_000 {
            fifo.append(number)
            if number % 4 != 0, let first = fifo.popFirst() { taken.append(first) }
        }
        #expect(fifo.count == 250)
        let first = fifo.popFirst()
        if let first { fifo.putBack(first) }
        #expect(fifo.first == first)
        while let next = fifo.popFirst() { taken.append(next) }
        #expect(taken == Array(0..<1_000))
        #expect(fifo.isEmpty && fifo.first == nil)
        fifo.putBack(7)
        let last = fifo.popFirst()
        #expect(last == 7)
    }
}
