import Foundation
import TestSupport
import Testing

/// `MAX_BUFFERED_BYTES` bounds memory, whatever clients do, and those who do nothing unusual are served meanwhile.
@Suite(.serialized) struct MemoryTests {
    private static let maxBuffered = 8_388_608
    /// By how much the process may grow: bytes are in memory twice while they are moved, and freed ones may be kept.
    private static let maxGrowthKilobytes = 65_536

    /// The largest that one event may be: 62 texts, each of which is stored, and about 63,000 bytes.
    private static func largeEvent(_ number: Int) -> String {
        let fields = (0..<31).map { #""f\#($0)":"\#(String(repeating: "x", count: 990))""# }.joined(separator: ",")
        return """
            {"event_type":"booking.started","customer":{"email":"large\(number)@example.com"},\
            "event_data":{\(fields)},"session":{\(fields)}}
            """
    }

    /// A request of about 1 MiB.
    private static func batch(_ number: Int) -> [UInt8] {
        let events = (0..<16).map { largeEvent(number * 16 + $0) }.joined(separator: ",")
        return request("{\"events\":[\(events)]}", to: "track-events")
    }

    private static func request(_ body: String, to route: String) -> [UInt8] {
        let fields = "Host: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        return Array("POST \(Site.base)/\(route) HTTP/1.1\r\n\(fields)\(body)".utf8)
    }

    private static let half = Array(
        ("POST \(Site.base)/track-events HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"
            + String(repeating: " ", count: 900_000)).utf8)
    private static let pages = Array(
        String(repeating: "GET \(Site.base)/tracker.js HTTP/1.1\r\nHost: a\r\n\r\n", count: 1_000).utf8)
    /// 500 events that are refused: their answers take 20 times as much as they themselves.
    private static let refused = request(
        "{\"events\":[\(Array(repeating: #"{"event_type":"x"}"#, count: 500).joined(separator: ","))]}",
        to: "track-events")

    private func peakKilobytes(_ receiver: Receiver) -> Int {
        let status = (try? String(contentsOfFile: "/proc/\(receiver.pid)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return line.split(separator: " ").compactMap { Int($0) }.first ?? .max
    }

    private func metric(_ name: String, _ receiver: Receiver) throws -> Int {
        let lines = try receiver.connect().get("/metrics").text.split(separator: "\n")
        let line = lines.first { $0.hasPrefix(name + " ") } ?? ""
        return line.split(separator: " ").compactMap { Int($0) }.first ?? -1
    }

    private func site(_ settings: [String: String] = [:]) throws -> Site {
        try Site(["MAX_BUFFERED_BYTES": String(Self.maxBuffered)].merging(settings) { $1 })
    }

    /// Posts events as a shop does, until `isOver`; each has to be answered with 200 or one of `others`.
    private func expectService(
        _ site: Site, on connection: HTTPConnection? = nil, or others: Set<Int> = [], atLeast count: Int = 20,
        until isOver: () -> Bool = { true }
    ) throws {
        let connection = try connection ?? site.receiver.connect()
        let good = event("page.viewed", customer: ["email": "good@example.com"])
        let request = Self.request(good.text, to: "track-event")
        var answered = 0
        let deadline = Deadline.after(60)
        while answered < count || !isOver(), !deadline.hasPassed {
            try connection.send(request)
            let status = try connection.readResponse().status
            #expect(status == 200 || others.contains(status))
            answered += 1
        }
    }

    @Test(.timeLimit(.minutes(3))) func `large batches of many connections take no more, and all are applied`() throws {
        let site = try site()
        let before = peakKilobytes(site.receiver)
        let crowd = try Crowd(site.receiver, 40) { Self.batch($0) }
        crowd.start(rounds: 2, reads: true)
        try expectService(site, until: { crowd.isOver })
        #expect(peakKilobytes(site.receiver) - before < Self.maxGrowthKilobytes)
        #expect(crowd.statuses == Array(repeating: 200, count: 80))
        let contacts = try site.client.run("ZCARD", "crm_index_contacts_recent")
        #expect(contacts == .integer(641), "640 contacts of the batches, and the good one")
        #expect(try metric("crmsync_buffered_bytes", site.receiver) < 10_000, "all of it is given back")
    }

    @Test func `while Redis hangs, large batches of many connections take no more`() throws {
        let site = try site(["REDIS_TIMEOUT_SECONDS": "5"])
        let before = peakKilobytes(site.receiver)
        site.redis.freeze()
        let crowd = try Crowd(site.receiver, 40) { Self.batch($0) }
        crowd.start(rounds: 3, reads: true)
        try eventually("memory is used up", within: 30) {
            try metric("crmsync_buffered_bytes", site.receiver) >= Self.maxBuffered
        }
        try eventually("all are answered", within: 60) { crowd.isOver }
        #expect(Set(crowd.statuses) == [503], "nothing could be stored")
        site.redis.thaw()
        try expectService(site, or: [503], atLeast: 20)
        #expect(peakKilobytes(site.receiver) - before < Self.maxGrowthKilobytes)
    }

    @Test func `while Redis hangs, large batches go to the disk and take no more`() throws {
        let folder = try TemporaryFolder()
        let site = try site(["REDIS_TIMEOUT_SECONDS": "1", "JOURNAL_DIR": folder.file("journal")])
        let before = peakKilobytes(site.receiver)
        site.redis.freeze()
        let crowd = try Crowd(site.receiver, 40) { Self.batch($0) }
        crowd.start(rounds: 2, reads: true)
        try expectService(site, or: [202], until: { crowd.isOver })
        #expect(crowd.statuses == Array(repeating: 200, count: 80), "with a result for each event")
        #expect(peakKilobytes(site.receiver) - before < Self.maxGrowthKilobytes)
        site.redis.thaw()
        try eventually("all are applied", within: 60) {
            try site.client.run("ZCARD", "crm_index_contacts_recent") == .integer(641)
        }
    }

    @Test func `batches that are sent before the answers of earlier ones take no more, and keep nobody waiting`() throws
    {
        let folder = try TemporaryFolder()
        let site = try site([
            "REDIS_TIMEOUT_SECONDS": "1", "JOURNAL_DIR": folder.file("journal"), "THREADS": "1",
        ])
        let good = try site.receiver.connect()
        let before = peakKilobytes(site.receiver)
        site.redis.freeze()
        let crowd = try Crowd(site.receiver, 40) { number in
            Array(repeating: Self.batch(number), count: 4).flatMap(\.self)
        }
        crowd.start(rounds: 2, reads: false)
        // One connection, which is idle whenever there is no room.
        try expectService(site, on: good, or: [202], atLeast: 50)
        #expect(peakKilobytes(site.receiver) - before < Self.maxGrowthKilobytes)
        crowd.stop()
    }

    @Test func `clients that never read their answers take no more`() throws {
        let site = try site(["SEND_TIMEOUT_SECONDS": "60"])
        let before = peakKilobytes(site.receiver)
        let crowds = try [Self.pages, Self.refused].map { request in try Crowd(site.receiver, 40) { _ in request } }
        for crowd in crowds { crowd.start(rounds: 200, reads: false) }
        try eventually("some have to go", within: 30) { crowds.contains { $0.closed > 0 } }
        try expectService(site)
        #expect(peakKilobytes(site.receiver) - before < Self.maxGrowthKilobytes)
        for crowd in crowds { crowd.stop() }
    }

    @Test func `bodies that are half sent take no more, and close no good request`() throws {
        let site = try site()
        let before = peakKilobytes(site.receiver)
        let crowd = try Crowd(site.receiver, 40) { _ in Self.half }
        crowd.start(rounds: 1, reads: false)
        try eventually("memory is used up", within: 30) {
            try metric("crmsync_buffered_bytes", site.receiver) >= Self.maxBuffered / 2
        }
        try expectService(site, atLeast: 200, until: { crowd.closed > 0 })
        #expect(peakKilobytes(site.receiver) - before < Self.maxGrowthKilobytes)
        #expect(crowd.closed < 40, "who goes makes room for the others")
        crowd.stop()
    }

    @Test func `a client that is not read because of others does not run out of time`() throws {
        let site = try site(["BODY_TIMEOUT_SECONDS": "0.7", "REDIS_TIMEOUT_SECONDS": "60"])
        let request = Self.request(event("customer.login", id: "patient").text, to: "track-event")
        let (patient, silent) = (try site.receiver.connect(), try site.receiver.connect())
        site.redis.freeze()
        let crowd = try Crowd(site.receiver, 12) { Self.batch($0) }
        crowd.start(rounds: 1, reads: true)
        try patient.send(Array(request.dropLast(40)))
        try eventually("memory is used up", within: 30) {
            try metric("crmsync_buffered_bytes", site.receiver) >= Self.maxBuffered
        }
        // The first sends the rest at once, which is not read now. The other one never does, and its time runs out.
        try patient.send(Array(request.suffix(40)))
        try silent.send(Array(request.dropLast(40)))
        #expect(try silent.readResponse().status == 408)
        site.redis.thaw()
        #expect(try patient.readResponse().status == 200)
        try eventually("the others are served", within: 60) { crowd.isOver }
        #expect(crowd.statuses == Array(repeating: 200, count: 12))
    }
}

/// Many connections that send the same again and again, each as fast as the service takes it, on a thread of their own.
private final class Crowd: @unchecked Sendable {
    // Unchecked: its thread alone uses the connections; the counts are behind a lock.
    private struct Member {
        let socket: NonblockingSocket
        let request: [UInt8]
        var sent = 0
        var rounds = 0
        var answers = 0
        var received: [UInt8] = []
    }

    private struct Counts {
        var statuses: [Int] = []
        var closed = 0
        var isOver = false
        var isStopped = false
    }

    private var members: [Member]
    private let counts = NSLock()
    private var state = Counts()

    init(_ receiver: Receiver, _ count: Int, _ request: (Int) -> [UInt8]) throws {
        members = try (0..<count).map {
            Member(socket: try NonblockingSocket(port: receiver.port), request: request($0))
        }
    }

    var statuses: [Int] { counts.withLock { state.statuses } }
    var closed: Int { counts.withLock { state.closed } }
    var isOver: Bool { counts.withLock { state.isOver } }

    func stop() {
        counts.withLock { state.isStopped = true }
        try? eventually("the crowd ends") { isOver }
    }

    /// Sends `rounds` requests on each connection, one after the other without waiting for answers.
    func start(rounds: Int, reads: Bool) {
        Thread { [self] in
            var isBusy = true
            while isBusy, !counts.withLock({ state.isStopped }) {
                isBusy = false
                for index in members.indices where !isDone(members[index], rounds, reads) {
                    isBusy = true
                    step(index, rounds, reads)
                }
                usleep(500)
            }
            members = []
            counts.withLock { state.isOver = true }
        }.start()
    }

    private func isDone(_ member: Member, _ rounds: Int, _ reads: Bool) -> Bool {
        // Who does not read stays, and notices when it is closed.
        member.socket.isClosed || (reads && member.answers == rounds)
    }

    private func step(_ index: Int, _ rounds: Int, _ reads: Bool) {
        if members[index].rounds < rounds {
            members[index].sent += members[index].socket.send(members[index].request[members[index].sent...])
            if members[index].sent == members[index].request.count {
                members[index].sent = 0
                members[index].rounds += 1
            }
        } else if !reads {
            members[index].socket.notice()
        }
        if reads {
            members[index].received += members[index].socket.receive()
            while let status = takeAnswer(index) {
                members[index].answers += 1
                counts.withLock { state.statuses.append(status) }
            }
        }
        if members[index].socket.isClosed { counts.withLock { state.closed += 1 } }
    }

    private func takeAnswer(_ index: Int) -> Int? {
        let bytes = members[index].received
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else { return nil }
        let head = String(decoding: bytes[..<end], as: UTF8.self)
        guard let length = head.firstMatch(of: /Content-Length: (\d+)/).flatMap({ Int($0.1) }),
            let status = head.firstMatch(of: /^HTTP\/1.1 (\d+)/).flatMap({ Int($0.1) }), bytes.count >= end + length
        else { return nil }
        members[index].received.removeFirst(end + length)
        return status
    }
}

/// A connection that never waits.
private final class NonblockingSocket {
    private let descriptor: Int32
    private(set) var isClosed = false

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0, fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 else { throw Failure("cannot connect") }
    }

    deinit { close(descriptor) }

    func send(_ bytes: ArraySlice<UInt8>) -> Int {
        let count = bytes.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if count < 0, errno != EAGAIN { isClosed = true }
        return max(0, count)
    }

    func receive() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            let got = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if got == 0 || (got < 0 && errno != EAGAIN) { isClosed = true }
            count = max(0, got)
        }
    }

    /// Notices a close of the peer without reading anything.
    func notice() {
        // POLLRDHUP, which Swift's Glibc module leaves out.
        let closed: Int16 = 0x2000
        var entry = pollfd(fd: descriptor, events: closed, revents: 0)
        if poll(&entry, 1, 0) > 0 { isClosed = true }
    }
}
