import Loop

/// One worker's clients: who makes room for whom, in places and in memory.
final class ClientPool {
    /// Clients that one look finds to make room for others.
    static let maxSpare = 256

    /// Bytes that are read in one round of the loop, some 1 ms; then only clients that begin a request are read.
    static let maxBytesInRound = 524_288

    /// Bytes that were read in this round.
    var bytesInRound = 0
    /// What these clients hold in memory.
    let budget: MemoryBudget
    private let loop: EventLoop
    private var clients: [ObjectIdentifier: ClientConnection] = [:]
    /// Clients that may be closed to make room, the longest idle last; and whether looking for more makes sense.
    private var spare: [ClientConnection] = []
    private var hasSpare = true
    /// Clients that are not read until others have left room, in the order in which they came.
    private var paused = Fifo<ClientConnection>()
    /// The client that is read although there is no room, until its request is here; and since when no such request
    /// came.
    private var preferred: ClientConnection?
    private var stuckSince: Moment?

    init(budget: MemoryBudget, loop: EventLoop) {
        self.budget = budget
        self.loop = loop
    }

    /// Whether there is nobody.
    var isEmpty: Bool { clients.isEmpty }
    /// Everybody, in no order.
    var all: [ClientConnection] { Array(clients.values) }

    func add(_ client: ClientConnection) { clients[ObjectIdentifier(client)] = client }

    func remove(_ client: ClientConnection) {
        clients[ObjectIdentifier(client)] = nil
        prefersNoMore(client)
    }

    // MARK: Places

    /// Evicts the most expendable client: one that never sent a request, longest idle first. Otherwise whoever opens
    /// enough connections and sends nothing would keep all others out.
    func makeRoom(for client: ClientConnection) {
        if spare.isEmpty, hasSpare { findSpare(for: client) }
        while let other = spare.popLast() {
            guard other !== client, other.standing.idleness(at: loop.now) != nil else { continue }
            return other.close()
        }
        client.refuse(.tooManyConnections)
    }

    /// One look at all clients finds room for many, all of one rank: others may have come by the time that they are
    /// used up.
    private func findSpare(for newcomer: ClientConnection) {
        let idle = clients.values.filter { $0 !== newcomer }.compactMap { client in
            client.standing.idleness(at: loop.now).map { (client: client, idleness: $0) }
        }
        let sorted = idle.sorted { $0.idleness < $1.idleness }
        let rank = sorted.last?.idleness.rank
        spare = sorted.suffix(Self.maxSpare).filter { $0.idleness.rank == rank }.map(\.client)
        hasSpare = !spare.isEmpty
    }

    // MARK: Memory

    /// Whether clients in the middle of a request are read in this round.
    var mayReadInRound: Bool { bytesInRound < Self.maxBytesInRound }

    /// How many bytes may be read from a client now. One to which nothing is owed may send a usual request.
    func readable(by client: ClientConnection, owesNothing: Bool) -> Int {
        client === preferred
            ? MemoryBudget.maxRead : budget.readable(own: client.bufferedBytes, owesNothing: owesNothing)
    }

    /// Has the client read again when others have left room.
    func wait(_ client: ClientConnection) { paused.append(client) }

    /// Notes that a request of the client is here as a whole.
    func noteArrival(of client: ClientConnection) {
        guard client === preferred else { return }
        (preferred, stuckSince) = (nil, nil)
    }

    /// Notes that no request of the client will come.
    func prefersNoMore(_ client: ClientConnection) {
        if client === preferred { preferred = nil }
    }

    /// Reads clients again, first those that have waited longest, as far as there is room for what each may send at
    /// once.
    func readPaused() {
        var planned = 0
        while let client = paused.first {
            if client.isPaused {
                if budget.mayResume(own: client.bufferedBytes - planned) {
                    stuckSince = nil
                } else {
                    // Where all hold a part of a request, one has to go on, or all would wait for each other.
                    guard preferred == nil, planned == 0, budget.isStuck else { return }
                    preferred = client
                    stuckSince = stuckSince ?? loop.now
                }
                client.readAgain()
                planned += MemoryBudget.maxRead
            }
            _ = paused.popFirst()
        }
    }

    /// Ends the connections of clients whose time is over. Where all hold too much, those go that cost most: slow ones,
    /// and anybody where nobody has got on for a while.
    func expire() {
        for client in clients.values { client.expire(at: loop.now) }
        (spare, hasSpare) = ([], true)
        if let since = stuckSince, loop.now.since(since) >= ClientStanding.usualPace * 1_000_000 {
            stuckSince = nil
            evict(budget.stalled - budget.share / 2, sparing: false)
            preferred?.evict()
        } else {
            evict(budget.excess, sparing: true)
        }
    }

    /// Makes those clients go that hold most for longest, until so many bytes are free. One at least stays.
    private func evict(_ bytes: Int, sparing: Bool) {
        guard bytes > 0 else { return }
        let costly = clients.values.compactMap { client in
            client.standing.burden(at: loop.now, sparing: sparing).map { (client: client, cost: $0) }
        }
        var holders = clients.values.count { $0.bufferedBytes > 0 }
        var freed = 0
        for (client, _) in costly.sorted(by: { $0.cost > $1.cost }) where freed < bytes && holders > 1 {
            freed += client.bufferedBytes
            holders -= 1
            client.evict()
        }
    }
}
