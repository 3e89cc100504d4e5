import Foundation
import Synchronization
import TestSupport

/// What became of the requests.
struct Counts {
    /// Different events.
    var events = 0
    /// Requests, those that were sent again among them.
    var requests = 0
    var stored = 0
    var queued = 0
    var refused = 0
    /// Requests whose answer never came.
    var broken = 0
    /// Any other status: there must be none.
    var others = 0

    static func += (left: inout Counts, right: Counts) {
        left.events += right.events
        left.requests += right.requests
        left.stored += right.stored
        left.queued += right.queued
        left.refused += right.refused
        left.broken += right.broken
        left.others += right.others
    }
}

/// Eight connections, each with a few customers at a time: whoever is not answered with 200 or 202 sends the same event
/// again until they are, as the tracker does.
final class Crowd: Sendable {
    private static let connections = 8
    private static let customersAtOnce = 5

    private struct State {
        var counts = Counts()
        var customers: [Customer] = []
        var running = 0
        var isEnding = false
        var failure: String?
    }

    private let shop: Shop
    private let seed: UInt64
    private let state = Mutex(State())

    init(_ shop: Shop, seed: UInt64) {
        self.shop = shop
        self.seed = seed
    }

    var counts: Counts { state.withLock { $0.counts } }
    var customers: [Customer] { state.withLock { $0.customers } }
    /// Why a client could not go on.
    var failure: String? { state.withLock { $0.failure } }

    func start() {
        state.withLock { $0.running = Self.connections }
        for number in 0..<Self.connections {
            Thread { [self] in
                var client = Client(shop, number: number, random: SeededRandom(seed: seed &+ UInt64(number)))
                do { while !state.withLock({ $0.isEnding }) { try client.act(Self.customersAtOnce) } } catch {
                    state.withLock { $0.failure = "\(error)" }
                }
                state.withLock { state in
                    state.counts += client.counts
                    state.customers += client.customers
                    state.running -= 1
                }
            }.start()
        }
    }

    /// Lets everybody finish what they are at.
    func finish() throws {
        state.withLock { $0.isEnding = true }
        try eventually("the clients end", within: 120) { state.withLock { $0.running } == 0 }
        if let failure { throw Failure(failure) }
    }
}

/// One connection.
private struct Client {
    private let shop: Shop
    private let number: Int
    private var random: SeededRandom
    private var connection: HTTPConnection?
    private(set) var customers: [Customer] = []
    private(set) var counts = Counts()
    private var old: [JSON] = []

    init(_ shop: Shop, number: Int, random: SeededRandom) {
        self.shop = shop
        self.number = number
        self.random = random
    }

    /// One event of one customer; now and then an old one once more, and now and then somebody new.
    mutating func act(_ atOnce: Int) throws {
        if customers.count < atOnce || Int.random(in: 0..<150, using: &random) == 0 {
            customers.append(Customer("c\(number)-\(customers.count)"))
        }
        let index = Int.random(in: customers.count - min(atOnce, customers.count)..<customers.count, using: &random)
        let event = customers[index].next(&random)
        counts.events += 1
        try deliver(event)
        customers[index].acknowledged(event)
        old.append(event)
        if Int.random(in: 0..<10, using: &random) == 0 {
            try deliver(old[Int.random(in: 0..<old.count, using: &random)])
        }
        if old.count > 100 { old.removeFirst(50) }
        usleep(UInt32.random(in: 0...15_000, using: &random))
    }

    private mutating func deliver(_ event: JSON) throws {
        let text = event.text
        let deadline = Deadline.after(90)
        while !deadline.hasPassed {
            counts.requests += 1
            switch send(text) {
            case 200:
                counts.stored += 1
                return
            case 202:
                counts.queued += 1
                return
            case 503: counts.refused += 1
            case 0: counts.broken += 1
            default:
                counts.others += 1
                return
            }
            usleep(20_000)
        }
        throw Failure("an event was taken by nobody for 90 s: \(text)")
    }

    /// The status of the answer; 0 when there was none.
    private mutating func send(_ text: String) -> Int {
        do {
            let connection = try self.connection ?? shop.connect()
            self.connection = connection
            try connection.send("POST", "/make-server-b43c05fb/track-event", body: text)
            let answer = try connection.readResponse()
            if answer["connection"]?.lowercased() == "close" { self.connection = nil }
            return answer.status
        } catch {
            connection = nil
            return 0
        }
    }
}
