import HTTP
import Loop

/// One client: bytes in, requests to the worker, answers out in the order of the requests.
final class ClientConnection: EventSource {
    /// Requests that may wait for their answers; further ones stay unread.
    static let mostWaiting = 64
    /// Bytes of answers that may wait for the client to read; then nothing more is read from it.
    static let mostOutput = 262_144

    /// Requests that one connection is served in one round of the loop, so that one that asks and asks takes no turn from
    /// others.
    static let mostInRound = 4
    /// Milliseconds in which a request arrives from all but the slowest.
    static let usualPace: Int64 = 1_000

    /// The place of an answer in the order of the requests.
    struct Ticket {
        let number: Int
    }

    private struct Slot {
        let version: Version
        let keepAlive: Bool
        let headOnly: Bool
        var response: Response?
        /// Whether the answer is the beginning of a stream.
        var opensStream = false
    }

    private enum State {
        /// Requests are served.
        case open
        /// What is asked is answered; nothing more is read.
        case finishing
        /// A stream is sent, and ends with the connection; what the client sends is thrown away.
        case streaming
        /// All is sent; what the client still sends is thrown away until it closes, so that it can read the last
        /// answer before its kernel sees a reset (RFC 9112 section 9.6).
        case lingering
        case closed
    }

    let socket: Socket
    let address: [UInt8]
    private unowned let worker: Worker
    private var decoder: RequestDecoder
    private var state = State.open
    private var slots: [Slot] = []
    private var firstTicket = 0
    private var output: [UInt8] = []
    private var interest: Readiness = .read
    private var clientHasFinished = false
    /// Since when the present wait for the client lasts.
    private var waitingSince: Moment
    private var waitingFor = RequestDecoder.Phase.idle
    /// How the stream goes on the wire, once its head is written; pieces wait until then.
    private var framing: StreamFraming?
    private var pieces: [UInt8] = []
    private var streamEnded: () -> Void = {}
    /// Asks for the next piece of a stream that goes at the client's pace; nil for one that sends what happens.
    private var pieceWanted: (() -> Void)?
    /// How many requests were served in which round of the loop, and whether more wait for the next.
    private var served = (round: 0, count: 0)
    private var isDeferred = false
    /// Bytes of the client's that are held, as the worker counts them.
    private var heldBytes = 0
    /// Whether the worker will flush this connection at the end of the round.
    var isDirty = false

    init(_ peer: Listener.Peer, worker: Worker) throws(SystemError) {
        socket = peer.socket
        address = peer.address
        self.worker = worker
        decoder = RequestDecoder(limits: worker.settings.limits)
        waitingSince = worker.loop.now
        try worker.loop.add(socket.descriptor, for: .read, source: self)
    }

    /// Whether nothing is owed to the client.
    var isIdle: Bool { slots.isEmpty && output.isEmpty }

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
        let isDropped = !slots.indices.contains(ticket.number - firstTicket)
        guard !isDropped else { return }
        slots[ticket.number - firstTicket].response = response
        worker.metrics.count(status: response.status.code)
        encodeReady()
        worker.touch(self)
    }

    /// Answers `ticket` with a stream that lasts until either side closes; `ended` is called once, then. `wanted` is called
    /// whenever the client has taken all that was sent, for a stream that goes at the client's pace.
    func stream(
        _ ticket: Ticket, _ head: Response, wanted: (() -> Void)? = nil, ended: @escaping () -> Void
    ) {
        guard state == .open || state == .finishing else { return ended() }
        pieceWanted = wanted
        slots[ticket.number - firstTicket].opensStream = true
        state = .streaming
        streamEnded = ended
        slots.removeLast(slots.count - 1 - (ticket.number - firstTicket))
        slots[slots.count - 1].response = head
        worker.metrics.count(status: head.status.code)
        encodeReady()
        worker.touch(self)
    }

    /// Sends a piece of the stream. A client that lets more than ``mostOutput`` wait is dropped: it would see the past. Not
    /// where pieces go at its own pace.
    func send(_ piece: [UInt8]) {
        guard state == .streaming else { return }
        guard pieceWanted != nil || output.count + pieces.count + piece.count <= Self.mostOutput else { return close() }
        if output.isEmpty { waitingSince = worker.loop.now }
        if let framing { framing.encode(piece, into: &output) } else { pieces += piece }
        worker.touch(self)
    }

    /// Sends what there is; called once at the end of each round in which something happened.
    func flush() {
        guard state != .closed else { return }
        if !output.isEmpty {
            switch output.withUnsafeBytes({ socket.send($0) }) {
            case .bytes(let count):
                waitingSince = worker.loop.now
                if count == output.count { output = [] } else { output.removeFirst(count) }
            case .wouldBlock: break
            case .closed: return close()
            }
        }
        if state == .streaming, output.isEmpty { pieceWanted?() }
        // Room again for requests that came ahead of their answers.
        let mayDecode = slots.isEmpty && output.count < Self.mostOutput && !isDeferred
        if state == .open, decoder.bufferedBytes > 0, mayDecode { decode() }
        if isIdle, clientHasFinished, !isDeferred { return close() }
        if isIdle, state == .finishing { linger() }
        countHeldBytes()
        updateInterest()
    }

    /// Ends the connection when the client lets us wait too long.
    func expire(at now: Moment) {
        let waited = now.since(waitingSince) / 1_000_000
        let deadlines = worker.settings.clientDeadlines
        switch state {
        case .closed: break
        case .streaming: if !output.isEmpty, waited > deadlines.send { close() }
        case .lingering: if waited > deadlines.linger { close() }
        case .open, .finishing:
            if !output.isEmpty {
                if waited > deadlines.send { close() }
            } else if slots.isEmpty {
                expireRequest(after: waited, deadlines)
            }
        }
    }

    /// Tells the client that there are too many, and closes.
    func refuseForLoad() {
        refuse(
            .error(
                .serviceUnavailable, code: "too_many_connections",
                message: "Too many connections are open. Try again after the seconds in Retry-After.",
                headers: [("Retry-After", "5")]))
    }

    /// Answers what has been asked and then closes.
    func finish() {
        if state == .streaming {
            framing?.encodeEnd(into: &output)
            state = .finishing
            return worker.touch(self)
        }
        guard state == .open else { return }
        state = .finishing
        if isIdle { close() } else { worker.touch(self) }
    }

    func close() {
        guard state != .closed else { return }
        state = .closed
        worker.loop.remove(socket.descriptor)
        socket.close()
        worker.forget(self)
        countHeldBytes()
        streamEnded()
        streamEnded = {}
        pieceWanted = nil
    }

    private func expireRequest(after waited: Int64, _ deadlines: ClientDeadlines) {
        switch waitingFor {
        case .idle: if waited > deadlines.idle { close() }
        case .head: if waited > deadlines.head { timeOut() }
        case .body: if waited > deadlines.body { timeOut() }
        }
    }

    private func timeOut() {
        refuse(
            .error(
                .requestTimeout, code: "request_timeout", message: "The request took too long to arrive. Send it again."
            ))
        worker.touch(self)
    }

    private func receive() {
        switch socket.receive(into: worker.receiveBuffer) {
        case .bytes(let count):
            guard state == .open else { return }
            decoder.append(UnsafeRawBufferPointer(rebasing: worker.receiveBuffer[..<count]))
            decode()
            countHeldBytes()
        case .wouldBlock: break
        case .closed:
            if isIdle || state != .open { return close() }
            // The client may have closed its sending half only; it still gets its answers.
            clientHasFinished = true
            updateInterest()
        }
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
        guard served.count >= Self.mostInRound, decoder.bufferedBytes > 0 else { return false }
        if !isDeferred { worker.resumeNextRound(self) }
        isDeferred = true
        return true
    }

    private func decode() {
        while state == .open, slots.count < Self.mostWaiting, output.count < Self.mostOutput, !waitsForNextRound() {
            do throws(RequestError) {
                switch try decoder.next(bodyLimit: worker.router.bodyLimit) {
                case .needsMoreBytes: return noteWait()
                case .expectsContinue:
                    // Only after the answers before it, else the client would take it for one of them.
                    if slots.isEmpty { output += Response.interimContinue }
                    worker.touch(self)
                case .request(let request): serve(request)
                }
            } catch {
                worker.reportUnreadable(error, on: self)
                refuse(.refusal(error))
            }
        }
        updateInterest()
    }

    private func serve(_ request: Request) {
        served.count += 1
        let keepAlive = request.keepAlive && !worker.isDraining
        slots.append(
            Slot(version: request.version, keepAlive: keepAlive, headOnly: request.method == .head, response: nil))
        let ticket = Ticket(number: firstTicket + slots.count - 1)
        if !keepAlive { state = .finishing }
        waitingFor = .idle
        waitingSince = worker.loop.now
        worker.serve(request, on: self, ticket)
    }

    /// A client that lets bytes lie, of a request or an answer, has to go when all together hold too many. One whose request
    /// arrives whole and who takes the answer holds none.
    private func countHeldBytes() {
        let held = state == .closed ? 0 : decoder.bufferedBytes + output.count
        guard held != heldBytes else { return }
        let grows = held > heldBytes
        worker.heldBytes += held - heldBytes
        heldBytes = held
        guard grows, worker.heldBytes > worker.mostHeldBytes, state == .open || state == .streaming else { return }
        guard isIdle, state == .open else { return close() }
        refuse(
            .error(
                .serviceUnavailable, code: "too_busy",
                message: "Too many requests are half here. Send this one again after the seconds in Retry-After.",
                headers: [("Retry-After", "5")]))
        decoder = RequestDecoder(limits: worker.settings.limits)
    }

    /// How well it can be spared, from those in the middle of a request or an answer (0) to those that never asked for
    /// anything (3), and for how many milliseconds it has been waiting; nil where something is owed to the client, or where
    /// it sends a request, or takes an answer, at a usual pace.
    func idleness(at now: Moment) -> (rank: Int, milliseconds: Int64)? {
        let waited = now.since(waitingSince) / 1_000_000
        if state == .lingering { return (2, waited) }
        guard state == .open || state == .finishing, !isDeferred else { return nil }
        // Else those who ask and do not read could take all places, for as long as they read a little now and then.
        guard output.isEmpty else { return waited < Self.usualPace ? nil : (0, waited) }
        guard state == .open, slots.isEmpty else { return nil }
        guard waitingFor == .idle else { return waited < Self.usualPace ? nil : (0, waited) }
        return (firstTicket == 0 ? 3 : 1, waited)
    }

    /// Answers a request that cannot be read; no byte after it is looked at.
    private func refuse(_ response: Response) {
        slots.append(Slot(version: .http11, keepAlive: false, headOnly: false, response: response))
        state = .finishing
        worker.metrics.count(status: response.status.code)
        encodeReady()
        worker.touch(self)
    }

    private func encodeReady() {
        var count = 0
        while count < slots.count {
            guard let response = slots[count].response.take() else { break }
            if slots[count].opensStream {
                let framing = response.encodeStreamHead(
                    into: &output, version: slots[count].version, keepAlive: false, date: worker.date)
                framing.encode(pieces, into: &output)
                self.framing = framing
                pieces = []
                count += 1
                continue
            }
            response.encode(
                into: &output, version: slots[count].version, keepAlive: slots[count].keepAlive,
                headOnly: slots[count].headOnly, date: worker.date)
            count += 1
        }
        if count == slots.count { slots.removeAll(keepingCapacity: true) } else { slots.removeFirst(count) }
        firstTicket += count
    }

    /// The clock of a head or body starts with its first byte, not again with each of them.
    private func noteWait() {
        guard decoder.phase != waitingFor else { return }
        waitingFor = decoder.phase
        waitingSince = worker.loop.now
    }

    private func linger() {
        state = .lingering
        waitingSince = worker.loop.now
        socket.finishSending()
    }

    private func updateInterest() {
        guard state != .closed else { return }
        var wanted: Readiness = []
        let mayRead = !isDeferred && slots.count < Self.mostWaiting && output.count < Self.mostOutput && state == .open
        if (mayRead || state == .lingering || state == .streaming) && !clientHasFinished { wanted.insert(.read) }
        if !output.isEmpty { wanted.insert(.write) }
        guard wanted != interest else { return }
        interest = wanted
        do { try worker.loop.modify(socket.descriptor, for: wanted) } catch { close() }
    }
}
