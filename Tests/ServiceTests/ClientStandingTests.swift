import Loop
import Testing

@testable import Service

/// Which client makes room for others: decided without a socket.
@Suite struct ClientStandingTests {
    private static let start = Moment(nanoseconds: 0)
    private static func at(_ milliseconds: Int64) -> Moment { start.adding(milliseconds: milliseconds) }

    private static func standing(
        state: ClientState = .open, waitsFor phase: RequestPhase = .idle, pausedAt: Int64? = nil,
        unreadSince: Int64? = nil,
        buffered: Int = 0, isDeferred: Bool = false, owes: Bool = false, hasBeenServed: Bool = false
    ) -> ClientStanding {
        var clock = ClientClock(at: start)
        if phase != .idle { clock.wait(for: phase == .head ? .head : .body, at: start) }
        if let pausedAt { clock.pause(at: at(pausedAt)) }
        if let unreadSince { clock.send(progress: false, isMoreLeft: true, at: at(unreadSince)) }
        return ClientStanding(
            state: state, clock: clock, bufferedBytes: buffered, isDeferred: isDeferred, owes: owes,
            hasOutput: unreadSince != nil, hasBeenServed: hasBeenServed)
    }

    private enum RequestPhase { case idle, head, body }

    @Test func `those that never sent a request go first, those in the middle of one last`() {
        let now = Self.at(5_000)
        let ranks = [
            Self.standing(), Self.standing(state: .lingering), Self.standing(hasBeenServed: true),
            Self.standing(waitsFor: .body),
        ].map { $0.idleness(at: now)?.rank }
        #expect(ranks == [3, 2, 1, 0])
        #expect(
            ClientStanding.Idleness(rank: 1, milliseconds: 9) < ClientStanding.Idleness(rank: 3, milliseconds: 1))
        #expect(
            ClientStanding.Idleness(rank: 1, milliseconds: 1) < ClientStanding.Idleness(rank: 1, milliseconds: 9))
    }

    @Test(arguments: [
        ("waits for an answer", standing(owes: true)), ("waits for the next round", standing(isDeferred: true)),
        ("is not read because of others", standing(pausedAt: 10)), ("has a stream", standing(state: .streaming)),
        ("is closed", standing(state: .closed)),
    ])
    func `nobody goes who`(case: (name: String, standing: ClientStanding)) {
        #expect(`case`.standing.idleness(at: Self.at(60_000)) == nil, "\(`case`.name)")
    }

    @Test func `a request, or an answer, at a usual pace is let be`() {
        for standing in [Self.standing(waitsFor: .head), Self.standing(unreadSince: 0)] {
            #expect(standing.idleness(at: Self.at(ClientStanding.usualPace - 1)) == nil)
            #expect(standing.idleness(at: Self.at(ClientStanding.usualPace))?.rank == 0)
        }
    }

    @Test func `what a client costs is bytes times time, and only by its own doing`() {
        let now = Self.at(2_000)
        #expect(Self.standing(waitsFor: .body, buffered: 10).burden(at: now, sparing: true) == 20_000)
        #expect(Self.standing(waitsFor: .body).burden(at: now, sparing: true) == nil, "it buffers nothing")
        #expect(Self.standing(buffered: 10, owes: true).burden(at: now, sparing: false) == nil, "it waits for us")
        #expect(Self.standing(buffered: 10, isDeferred: true).burden(at: now, sparing: false) == nil)
        let paused = Self.standing(waitsFor: .body, pausedAt: 1_500, buffered: 10)
        #expect(paused.burden(at: now, sparing: true) == nil, "it is not read")
        #expect(paused.burden(at: now, sparing: false) == 20_000, "unless all are stuck")
        let quick = Self.at(ClientStanding.usualPace - 1)
        #expect(Self.standing(waitsFor: .body, buffered: 10).burden(at: quick, sparing: true) == nil)
    }
}
