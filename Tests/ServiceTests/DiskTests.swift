import Foundation
import TestSupport
import Testing

@testable import Service

/// The disk of the journal fails while Redis is away.
@Suite struct DiskTests {
    /// Sends logins until one is refused, and gives the ids of those that were taken.
    private func fill(_ site: Outage, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws
        -> [String]
    {
        var taken: [String] = []
        var answer = try site.post(event("customer.login", id: "\(name)0", customer: ann))
        while answer.status == 202, taken.count < 200 {
            taken.append("\(name)\(taken.count)")
            answer = try site.post(event("customer.login", id: "\(name)\(taken.count)", customer: ann))
        }
        #expect(answer.status == 503, sourceLocation: sourceLocation)
        #expect(answer["retry-after"] != nil, sourceLocation: sourceLocation)
        let ready = try site.receiver.connect().get("/readyz")
        #expect(ready.status == 503, sourceLocation: sourceLocation)
        #expect(try ready.json()["journal"] == false, sourceLocation: sourceLocation)
        return taken
    }

    private let ann: JSON = ["email": "ann@example.com"]

    private func expectTaken(_ site: Outage, _ id: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        // No event has to fail for that: the disk is tried by itself.
        try eventually("it is ready again") { try site.receiver.connect().get("/readyz").status == 200 }
        #expect(try site.login("ann", id: id) == 202, sourceLocation: sourceLocation)
    }

    @Test func `a limit on files is met with 503, and its end without a restart`() throws {
        let site = try Outage()
        site.redis.killHard()
        #expect(try site.login("ann", id: "e1") == 202)
        let limit = { (bytes: String) in
            let files = site.folder
            let child = try ChildProcess(
                "prlimit", ["--pid", String(site.receiver.pid), "--fsize=\(bytes):unlimited"],
                output: files.file("out"), errors: files.file("err"))
            #expect(try child.wait() == .code(0))
        }
        try limit("1")
        #expect(try fill(site, "refused") == [])
        #expect(try site.receiver.connect().get("/healthz").status == 200)
        try limit("unlimited")
        try expectTaken(site, "e2")
        try site.redis.start()
        try site.awaitReplay()
        #expect(try site.applied() == ["e1", "e2"])
    }

    @Test func `a full disk is met with 503, and its end without a restart`() throws {
        let folder = try TemporaryFolder()
        // Only root may mount one; the limit on files is tested everywhere.
        guard let disk = try SmallDisk(at: folder.file("disk")) else { return }
        defer { disk.remove() }
        let site = try Outage(["JOURNAL_DIR": disk.path + "/journal", "THREADS": "1"])
        site.redis.killHard()
        #expect(try site.login("ann", id: "first") == 202)
        try disk.fill()
        // The page that is there already has room for a few more.
        let taken = try fill(site, "e")
        #expect(site.receiver.log.contains("No space left on device: free space on that disk"))
        // A start on a full disk finds what waits there.
        site.receiver.killHard()
        try site.restartReceiver(awaitsReady: false)
        #expect(try site.metric("crmsync_journal_pending") == taken.count + 1)
        #expect(try fill(site, "refused") == [])
        try disk.empty()
        try expectTaken(site, "last")
        try site.redis.start()
        try site.awaitReplay()
        #expect(try site.applied() == ["first"] + taken + ["last"])
    }

    @Test func `what waits for a disk that stalls is bounded`() {
        let queueState = QueueState()
        #expect(queueState.admit(bytes: QueueState.maxWaitingBytes - 10))
        #expect(queueState.admit(bytes: 10))
        #expect(!queueState.admit(bytes: 1))
        queueState.settle(bytes: 10)
        #expect(queueState.admit(bytes: 10))
    }

    @Test func `customers of an earlier process are not known, so everything waits until they are through`() {
        let queueState = QueueState()
        queueState.enterUnknown(2)
        queueState.enter([1])
        #expect(queueState.holdsEvents(of: [9]) && queueState.holdsAll)
        queueState.leaveUnknown()
        #expect(queueState.holdsEvents(of: [9]))
        queueState.leaveUnknown()
        #expect(!queueState.holdsEvents(of: [9]) && queueState.holdsEvents(of: [9, 1]) && !queueState.holdsAll)
        queueState.leave([1])
        #expect(queueState.isEmpty && !queueState.holdsEvents(of: [1]))
    }

    @Test func `beyond so many customers everything waits until the queue is empty`() {
        let queueState = QueueState()
        for name in 0..<QueueState.maxCustomers { queueState.enter([name]) }
        #expect(!queueState.holdsEvents(of: [-1]))
        queueState.enter([-2])
        #expect(queueState.holdsEvents(of: [-1]))
        for name in 0..<QueueState.maxCustomers { queueState.leave([name]) }
        #expect(queueState.holdsEvents(of: [-1]))
        queueState.leave([-2])
        #expect(!queueState.holdsEvents(of: [-1]))
    }
}
