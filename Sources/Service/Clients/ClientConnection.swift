import HTTP
import Loop

/// One client: bytes in, requests to the worker, answers out in the order of the requests.
final class ClientConnection: EventSource {
    /// Requests that may wait for their answers; further ones stay unread.
    static let maxWaiting = 64
    /// Bytes of answers that may wait for the client to read; then nothing more is read from it.
    static let maxOutput = 262_144
    /// Requests of one connection in a round of the loop, so that a pipelining client cannot starve the others.
    static let maxInRound = 4

    typealias Ticket = ResponseQueue.Ticket
    let socket: Socket
    let address: [UInt8]
    /// Outlives its clients, and lives as long as the process. Counting references took 1 % of an event.
    private unowned(unsafe) let worker: Worker
    private var decoder: RequestDecoder
    private var state = ClientState.open
    private var responses = ResponseQueue()
    private var output: [UInt8] = []
    private var (interest, clientHasFinished) = (Readiness.read, false)
    private var clock: ClientClock
    /// How the stream goes on the wire, once its head is written; pieces wait until then.
    private var framing: StreamFraming?
    private var pieces: [UInt8] = []
    private var streamEnded: () -> Void = {}
    /// Asks for the next piece of a stream that goes at the client's pace; nil for one that sends what happens.
    private var pieceWanted: (() -> Void)?
    /// How many requests were served in which round of the loop, and whether more wait for the next.
    private var served = (round: 0, count: 0)
    private var isDeferred = false
    /// Bytes that are in memory because the client sends or reads no further, as the pool counts them.
    private(set) var bufferedBytes = 0
    /// Whether the worker will flush this connection at the end of the round.
    var isDirty = false

    init(_ peer: ListeningSocket.Peer, worker: Worker) throws(SystemError) {
        socket = peer.socket
        address = peer.address
        self.worker = worker
        decoder = RequestDecoder(limits: worker.settings.limits)
        clock = ClientClock(at: worker.loop.now)
        try worker.loop.add(socket.descriptor, for: .read, source: self)
    }

    /// Whether nothing is owed to the client.
    var isIdle: Bool { responses.isEmpty && output.isEmpty }
    /// Whether its next request stays unread until the answers before it have left: there is no room for another.
    private var isHeldBack: Bool {
        !responses.isEmpty && decoder.bufferedBytes > 0 && worker.pool.budget.isFull
    }
    /// Whether it waits until it is read again.
    var isPaused: Bool { clock.isPaused && state != .closed }
    func ready(_ readiness: Readiness) {
        if readiness.contains(.write) { worker.touch(self) }
        if readiness.contains(.read) {
            receive()
        } else if readiness.contains(.broken) {
            close()
        }
    }

    /// Gives the answer that belongs to `ticket`.
    func answer(_ ticket: Ticket, _ response: Response) {
        guard state == .open || state == .finishing || state == .streaming else { return }
        guard responses.fill(ticket, response) else { return }
        worker.metrics.count(status: response.status.code)
        encodeReady()
        worker.touch(self)
    }

    /// Answers `ticket` with a stream that lasts until either side closes; `ended` is called once, then. `wanted` is
    /// called whenever the client has taken all that was sent, for a stream that goes at the client's pace.
    func stream(
        _ ticket: Ticket, _ head: Response, wanted: (() -> Void)? = nil, ended: @escaping () -> Void
    ) {
        guard state == .open || state == .finishing else { return ended() }
        pieceWanted = wanted
        state = .streaming
        streamEnded = ended
        responses.fill(ticket, streamHead: head)
        worker.metrics.count(status: head.status.code)
        encodeReady()
        worker.touch(self)
    }

    /// Sends a piece of the stream. A client that lets more than ``maxOutput`` wait is dropped: it would see the past.
    /// Not where pieces go at its own pace.
    func send(_ piece: [UInt8]) {
        guard state == .streaming else { return }
        guard pieceWanted != nil || output.count + pieces.count + piece.count <= Self.maxOutput else { return close() }
        if let framing { framing.encode(piece, into: &output) } else { pieces += piece }
        worker.touch(self)
    }

    /// Sends what there is; called once at the end of each round in which something happened.
    func flush() {
        guard state != .closed else { return }
        if !output.isEmpty {
            switch output.withUnsafeBytes({ socket.send($0) }) {
            case .bytes(let count):
                if count == output.count { output = [] } else { output.removeFirst(count) }
                clock.send(progress: true, isMoreLeft: !output.isEmpty, at: worker.loop.now)
            case .wouldBlock: clock.send(progress: false, isMoreLeft: true, at: worker.loop.now)
            case .closed: return close()
            }
        }
        if state == .streaming, output.isEmpty { pieceWanted?() }
        // Room again for requests that came ahead of their answers.
        let mayDecode = responses.isEmpty && output.count < Self.maxOutput && !isDeferred
        if state == .open, decoder.bufferedBytes > 0, mayDecode { decode() }
        if isIdle, clientHasFinished, !isDeferred { return close() }
        if isIdle, state == .finishing { linger() }
        countBufferedBytes()
        updateInterest()
    }

    /// Ends the connection when the client lets us wait too long.
    func expire(at now: Moment) {
        let waited = clock.waited(at: now)
        let deadlines = worker.settings.clientDeadlines
        switch state {
        case .closed: break
        case .streaming: if !output.isEmpty, waited > deadlines.send { close() }
        case .lingering: if waited > deadlines.linger { close() }
        case .open, .finishing:
            if !output.isEmpty {
                if waited > deadlines.send { close() }
            } else if responses.isEmpty, clock.isOver(deadlines, at: now) {
                if clock.phase == .idle { close() } else { refuse(.requestTimeout) }
            }
        }
    }

    /// Answers what has been asked and then closes; a request that has begun to arrive has until ``giveUpRequest()``.
    func finish() {
        if state == .streaming {
            framing?.encodeEnd(into: &output)
            state = .finishing
            return worker.touch(self)
        }
        guard state == .open else { return }
        // What has arrived and was not read yet was asked before the end.
        if isIdle, decoder.phase == .idle { receive() }
        guard state == .open else { return }
        let isHalfAsked = decoder.phase != .idle || isPaused
        if isIdle { return isHalfAsked ? () : close() }
        guard !responses.isEmpty || !isHalfAsked else { return }
        responses.closeAfterLast()
        state = .finishing
        worker.touch(self)
    }

    /// Answers, at the end of the service, a request that has not arrived as a whole.
    func giveUpRequest() { if state == .open { refuse(.shuttingDown) } }

    /// Tells the client why its connection ends; no byte that it sends is looked at any more.
    func refuse(_ error: ConnectionError) {
        worker.report(error, on: self)
        refuse(error.response)
    }

    func close() {
        guard state != .closed else { return }
        state = .closed
        worker.loop.remove(socket.descriptor)
        socket.close()
        worker.forget(self)
        countBufferedBytes()
        streamEnded()
        streamEnded = {}
        pieceWanted = nil
    }

    private func receive() {
        let owesNothing = isIdle && decoder.bufferedBytes == 0
        // The next round finds it as readable as this one does.
        guard owesNothing || worker.pool.mayReadInRound || state != .open else { return }
        let room = state == .open ? worker.pool.readable(by: self, owesNothing: owesNothing) : MemoryBudget.maxRead
        guard room > 0 else { return pause() }
        let buffer = UnsafeMutableRawBufferPointer(rebasing: worker.receiveBuffer[..<room])
        switch socket.receive(into: buffer) {
        case .bytes(let count):
            guard state == .open else { return }
            worker.pool.bytesInRound += count
            decoder.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            decode()
            countBufferedBytes()
        case .wouldBlock: break
        case .closed:
            if isIdle || state != .open { return close() }
            // The client may have closed its sending half only; it still gets its answers.
            clientHasFinished = true
            updateInterest()
        }
    }

    /// Reads the client no more until others have left room.
    private func pause() {
        guard !clock.isPaused else { return }
        clock.pause(at: worker.loop.now)
        worker.pool.wait(self)
        updateInterest()
    }

    /// Reads the client again.
    func readAgain() {
        clock.resume(at: worker.loop.now)
        updateInterest()
    }

    /// Goes on with what was left for this round.
    func resume() {
        isDeferred = false
        if state == .open { decode() }
        worker.touch(self)
    }

    /// Whether this connection has had its share of the round; then the rest waits for the next.
    private func waitsForNextRound() -> Bool {
        if served.round != worker.round { served = (worker.round, 0) }
        guard served.count >= Self.maxInRound, decoder.bufferedBytes > 0 else { return false }
        if !isDeferred { worker.resumeNextRound(self) }
        isDeferred = true
        return true
    }

    private func decode() {
        while state == .open, responses.count < Self.maxWaiting, output.count < Self.maxOutput, !waitsForNextRound() {
            // A further request of the same client waits for its answer; then ``flush()`` comes back here.
            guard !isHeldBack else {
                worker.pool.prefersNoMore(self)
                break
            }
            do throws(RequestError) {
                switch try decoder.next(bodyLimit: worker.router.bodyLimit) {
                case .needsMoreBytes: return clock.wait(for: decoder.phase, at: worker.loop.now)
                case .expectsContinue:
                    // Only after the answers before it, else the client would take it for one of them.
                    if responses.isEmpty { output += Response.interimContinue }
                    worker.touch(self)
                case .request(let request): serve(request)
                }
            } catch {
                worker.reportUnreadable(error, on: self)
                refuse(Response.refusal(error))
            }
        }
        updateInterest()
    }

    private func serve(_ request: Request) {
        served.count += 1
        let keepAlive = request.keepAlive && !worker.isDraining
        let ticket = responses.add(version: request.version, keepAlive: keepAlive, headOnly: request.method == .head)
        if !keepAlive { state = .finishing }
        clock.wait(for: .idle, at: worker.loop.now)
        clock.restart(at: worker.loop.now)
        worker.pool.noteArrival(of: self)
        worker.serve(request, on: self, ticket)
    }

    private func countBufferedBytes() {
        let held = state == .closed ? 0 : decoder.bufferedBytes + responses.bytes + output.count + pieces.count
        worker.pool.budget.stalled += held - bufferedBytes
        bufferedBytes = held
    }

    /// Makes the client go that holds too much memory for too long.
    func evict() {
        guard isIdle, state == .open else { return close() }
        decoder = RequestDecoder(limits: worker.settings.limits)
        refuse(.tooBusy)
    }

    /// What decides whether it has to make room for others.
    var standing: ClientStanding {
        ClientStanding(
            state: state, clock: clock, bufferedBytes: bufferedBytes, isDeferred: isDeferred, owes: !responses.isEmpty,
            hasOutput: !output.isEmpty, hasBeenServed: responses.answered > 0)
    }

    /// Answers a request that cannot be read; no byte after it is looked at.
    private func refuse(_ response: Response) {
        _ = responses.fill(responses.add(version: .http11, keepAlive: false, headOnly: false), response)
        state = .finishing
        worker.pool.prefersNoMore(self)
        worker.metrics.count(status: response.status.code)
        encodeReady()
        worker.touch(self)
    }

    private func encodeReady() {
        if let framing = responses.encodeReady(into: &output, date: worker.date) {
            framing.encode(pieces, into: &output)
            self.framing = framing
            pieces = []
        }
    }

    private func linger() {
        state = .lingering
        clock.restart(at: worker.loop.now)
        socket.finishSending()
    }

    private func updateInterest() {
        guard state != .closed else { return }
        var wanted: Readiness = []
        let mayRead =
            state == .open && !isDeferred && !isHeldBack && !clock.isPaused && responses.count < Self.maxWaiting
            && output.count < Self.maxOutput
        if (mayRead || state == .lingering || state == .streaming) && !clientHasFinished { wanted.insert(.read) }
        if !output.isEmpty { wanted.insert(.write) }
        guard wanted != interest else { return }
        interest = wanted
        do { try worker.loop.modify(socket.descriptor, for: wanted) } catch { close() }
    }
}
